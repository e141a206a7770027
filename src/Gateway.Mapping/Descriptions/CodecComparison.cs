using System.Collections.Immutable;
using Gateway.Sip.Sdp;

namespace Gateway.Mapping.Descriptions;

/// <summary>Whether what the SIP side answered before the client spoke serves the client. A closed set.</summary>
public abstract record CodecFit
{
    private CodecFit()
    {
    }

    /// <summary>The stored answer answers the client's offer: same codecs under the same numbers. No re-INVITE.</summary>
    public sealed record Same : CodecFit;

    /// <summary>
    /// The same codecs under other numbers, of which none means one codec to the SIP side and another to the client. No re-INVITE with a
    /// relay that renumbers packets: a phone that has numbers of its own would only repeat them in its answer.
    /// </summary>
    public sealed record Renumbered : CodecFit;

    /// <summary>There are common codecs, but the SIP side may send others, or numbers that mean others: offer the client's own.</summary>
    public sealed record Reinvite : CodecFit;

    /// <summary>No common codec: the relay must transcode to the encodings named, which the SIP side took.</summary>
    /// <param name="Encodings">For <c>MediaOffer.Transcode</c>.</param>
    public sealed record Transcode(ImmutableArray<string> Encodings) : CodecFit
    {
        /// <inheritdoc/>
        public bool Equals(Transcode? other) => other is not null && Encodings.SequenceEqual(other.Encodings);

        /// <inheritdoc/>
        public override int GetHashCode() => Encodings.Length;
    }
}

/// <summary>
/// Compares three descriptions: the gateway's own offer in the INVITE, the SIP side's answer, and the offer of the client's
/// session-initiate, which came later (MAPPING 9.2).
/// </summary>
public static class CodecComparison
{
    /// <summary>How the answer to our offer fits the client's.</summary>
    /// <param name="sent">The offer in the INVITE: its numbers are what the SIP side sends with.</param>
    /// <param name="answer">The SIP side's answer: its numbers are what the SIP side wants to receive.</param>
    /// <param name="clientOffer">The client's offer as SDP.</param>
    public static CodecFit Compare(SdpSession sent, SdpSession answer, SdpSession clientOffer)
    {
        var sentAudio = Audio(sent);
        var answerAudio = Audio(answer);
        var clientAudio = Audio(clientOffer);
        if (sentAudio is null || answerAudio is null || clientAudio is null)
        {
            return new CodecFit.Reinvite();
        }

        var theirs = Codecs(answerAudio);
        var ours = Codecs(sentAudio);
        var clients = Codecs(clientAudio);
        var voice = theirs.Keys.Where(codec => !codec.IsAuxiliary).ToList();
        if (!voice.Any(clients.ContainsKey))
        {
            return new CodecFit.Transcode([.. voice.Select(codec => NameOf(answerAudio, theirs[codec]))]);
        }

        CodecFit fit = new CodecFit.Same();
        foreach (var (codec, wanted) in theirs)
        {
            var number = ours.GetValueOrDefault(codec, wanted);
            if (!IsFree(clientAudio, number, codec) || !IsFree(clientAudio, wanted, codec)
                || (!codec.IsAuxiliary && !clients.ContainsKey(codec))) // events the client did not offer are dropped by it
            {
                return new CodecFit.Reinvite();
            }

            if (clients.TryGetValue(codec, out var known) && (known != number || known != wanted))
            {
                fit = new CodecFit.Renumbered();
            }
        }

        return fit;
    }

    /// <summary>
    /// Whether video, too, needs no re-INVITE: the SIP side refused it, or took codecs that the client has under the same numbers.
    /// Video is never transcoded.
    /// </summary>
    /// <param name="sent">The offer in the INVITE.</param>
    /// <param name="answer">The SIP side's answer.</param>
    /// <param name="clientOffer">The client's offer as SDP.</param>
    public static bool VideoFits(SdpSession sent, SdpSession answer, SdpSession clientOffer)
    {
        if (Video(answer) is not { } answerVideo)
        {
            return true;
        }

        if (Video(sent) is not { } sentVideo || Video(clientOffer) is not { } clientVideo)
        {
            return false;
        }

        var (ours, clients) = (Codecs(sentVideo), Codecs(clientVideo));
        return Codecs(answerVideo).Where(codec => !codec.Key.IsAuxiliary).All(codec =>
            clients.TryGetValue(codec.Key, out var wanted) && wanted == codec.Value
            && wanted == ours.GetValueOrDefault(codec.Key, codec.Value));
    }

    /// <summary>
    /// The stored answer as an answer to another offer: m-lines in that offer's order, codecs that it has, under its numbers
    /// (matched by name, clock rate and channels). Streams without a common codec are refused.
    /// </summary>
    /// <param name="offer">The other offer.</param>
    /// <param name="answer">The stored answer.</param>
    /// <param name="keepsNumbers">The numbers stay the answerer's own: for a relay that renumbers.</param>
    public static SdpSession AnswerFor(SdpSession offer, SdpSession answer, bool keepsNumbers = false)
    {
        ArgumentNullException.ThrowIfNull(offer);
        ArgumentNullException.ThrowIfNull(answer);
        var unused = answer.Media.Where(media => !media.IsRefused).ToList();
        var lines = ImmutableArray.CreateBuilder<SdpMedia>(offer.Media.Length);
        foreach (var offered in offer.Media)
        {
            var match = offered.IsRefused ? null : unused.FirstOrDefault(media => media.Media == offered.Media);
            if (match is not null)
            {
                unused.RemoveAt(unused.FindIndex(media => ReferenceEquals(media, match))); // records compare all their lines
            }

            lines.Add(match is null ? offered.Refused() : Renumbered(offered, match, keepsNumbers));
        }

        return answer with { Media = lines.ToImmutable() };
    }

    private static SdpMedia Renumbered(SdpMedia offered, SdpMedia answered, bool keepsNumbers)
    {
        var numbers = Codecs(offered);
        var mapped = MediaFormats.Map(
            answered,
            format => CodecIdentity.Of(answered, format) is not { } codec || !numbers.TryGetValue(codec, out var number) ? null
                : keepsNumbers || (offered.Formats.Contains(format) && CodecIdentity.Of(offered, format) == codec) ? format : number);
        var hasCodec = mapped.Formats.Any(format => CodecIdentity.Of(mapped, format) is { IsAuxiliary: false });
        if (!hasCodec)
        {
            return offered.Refused();
        }

        return offered.Value("mid") is { } mid ? mapped.WithAttribute("mid", mid) : mapped.WithoutAttribute("mid");
    }

    /// <summary>The number means this codec in the description, or nothing.</summary>
    private static bool IsFree(SdpMedia media, string number, CodecIdentity codec) =>
        !media.Formats.Contains(number) || CodecIdentity.Of(media, number) == codec;

    private static SdpMedia? Audio(SdpSession sdp) =>
        sdp.Media.FirstOrDefault(media => media is { Media: "audio", IsRefused: false });

    private static SdpMedia? Video(SdpSession sdp) =>
        sdp.Media.FirstOrDefault(media => media is { Media: "video", IsRefused: false });

    private static Dictionary<CodecIdentity, string> Codecs(SdpMedia media)
    {
        var codecs = new Dictionary<CodecIdentity, string>(media.Formats.Length);
        foreach (var format in media.Formats)
        {
            if (CodecIdentity.Of(media, format) is { } codec)
            {
                codecs.TryAdd(codec, format);
            }
        }

        return codecs;
    }

    private static string NameOf(SdpMedia media, string format) => media.TryRtpMap(format, out var map) ? map.Encoding : format;
}
