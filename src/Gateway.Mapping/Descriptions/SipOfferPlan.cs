using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using Gateway.Sip.Sdp;

namespace Gateway.Mapping.Descriptions;

/// <summary>
/// What of a SIP offer goes on to a client, and how the client's answer becomes one to the whole offer: an answer has as many
/// m-lines as its offer, in the same order, port 0 for those refused (RFC 3264 section 6, MAPPING R-47).
/// </summary>
public sealed record SipOfferPlan
{
    /// <summary>What clients built on libwebrtc or GStreamer can take, and what they pass over without harm.</summary>
    private static readonly FrozenSet<string> AudioCodecs =
        FrozenSet.Create(StringComparer.Ordinal, "opus", "g722", "pcmu", "pcma", "telephone-event", "speex", "ilbc");

    private static readonly FrozenSet<string> CommonAudio =
        FrozenSet.Create(StringComparer.Ordinal, "opus", "g722", "pcmu", "pcma");

    private static readonly FrozenSet<string> VideoCodecs = FrozenSet.Create(StringComparer.Ordinal, "vp8", "vp9", "h264", "av1");

    private SipOfferPlan(SdpSession offer, SdpSession filtered, ImmutableArray<bool> kept)
    {
        Offer = offer;
        Filtered = filtered;
        Kept = kept;
    }

    /// <summary>The whole offer.</summary>
    public SdpSession Offer { get; }

    /// <summary>The streams and codecs for the client: what the relay is offered.</summary>
    public SdpSession Filtered { get; }

    /// <summary>For every m-line of the offer whether it went on.</summary>
    public ImmutableArray<bool> Kept { get; }

    /// <summary>
    /// Encodings that the relay adds behind those of the offer and transcodes if the client picks one: Opus for a client that
    /// has nothing else, PCMU too where no codec of the offer is common among clients.
    /// </summary>
    public ImmutableArray<string> Transcode { get; private init; } = [];

    /// <summary>Media to propose, one for each stream kept.</summary>
    public ImmutableArray<string> Media => [.. Filtered.Media.Select(media => media.Media)];

    /// <summary>False when nothing is left to talk with: refuse by 488.</summary>
    /// <param name="offer">The INVITE's offer.</param>
    /// <param name="video">Whether video is bridged.</param>
    /// <param name="plan">The plan.</param>
    public static bool TryMake(SdpSession offer, bool video, [NotNullWhen(true)] out SipOfferPlan? plan)
    {
        ArgumentNullException.ThrowIfNull(offer);
        var lines = ImmutableArray.CreateBuilder<SdpMedia>();
        var kept = ImmutableArray.CreateBuilder<bool>();
        var transcode = false;
        foreach (var media in offer.Media)
        {
            var filtered = lines.Any(line => line.Media == media.Media) ? null : Filter(media, video, out transcode, transcode);
            kept.Add(filtered is not null);
            if (filtered is not null)
            {
                lines.Add(filtered);
            }
        }

        var hasAudio = lines.Any(line => line.Media == "audio");
        plan = hasAudio
            ? new SipOfferPlan(offer, PhoneProfile.WithoutIce(offer with { Media = lines.ToImmutable() }), kept.ToImmutable())
            {
                Transcode = transcode ? ["opus", "PCMU"] : HasOpus(lines) ? [] : ["opus"],
            }
            : null;
        return hasAudio;
    }

    private static bool HasOpus(IEnumerable<SdpMedia> lines) => lines.Any(
        media => media.Media == "audio" && media.Formats.Any(format => CodecIdentity.Of(media, format) is { Encoding: "opus" }));

    /// <summary>
    /// Whether the answer holds a voice codec of the offer. A relay that cannot transcode what the phone has may answer with what the
    /// client has: the call would be up, and silent (RFC 3264 section 6.1).
    /// </summary>
    public bool IsAnsweredBy(SdpSession answer)
    {
        ArgumentNullException.ThrowIfNull(answer);
        return Voice(Filtered).Intersect(Voice(answer)).Any();
    }

    /// <summary>
    /// What is transcoded for a client that cannot be asked any more, for it has answered: its own codecs that the offer has not, for it
    /// goes on with the one that it sends.
    /// </summary>
    /// <param name="client">What the client may send and get.</param>
    public ImmutableArray<string> TranscodeFor(SdpSession client)
    {
        ArgumentNullException.ThrowIfNull(client);
        var offered = Voice(Filtered).Select(codec => codec.Encoding).ToHashSet(StringComparer.OrdinalIgnoreCase);
        return [.. Transcode.Union(CommonNames(client).Where(name => !offered.Contains(name)), StringComparer.OrdinalIgnoreCase)];
    }

    /// <summary>The relay's answer with the refused streams in their places.</summary>
    public SdpSession Restore(SdpSession answer)
    {
        ArgumentNullException.ThrowIfNull(answer);
        var next = 0;
        return answer with
        {
            Media =
            [
                .. Offer.Media.Select((media, index) =>
                    Kept[index] && next < answer.Media.Length ? answer.Media[next++] : media.Refused()),
            ],
        };
    }

    private static IEnumerable<string> CommonNames(SdpSession session) =>
        from media in session.Media
        where media is { Media: "audio", IsRefused: false }
        from format in media.Formats
        where CodecIdentity.Of(media, format) is { } codec && CommonAudio.Contains(codec.Encoding)
        select media.TryRtpMap(format, out var map) ? map.Encoding : format;

    private static IEnumerable<CodecIdentity> Voice(SdpSession session) => session.Media
        .Where(media => media is { Media: "audio", IsRefused: false })
        .SelectMany(media => media.Formats.Select(format => CodecIdentity.Of(media, format)).OfType<CodecIdentity>())
        .Where(codec => !codec.IsAuxiliary);

    /// <summary>What the relay speaks to phones: RTP in clear, or SRTP with the keys in the description (RFC 4568).</summary>
    private static bool IsSpoken(SdpMedia media) =>
        media.Protocol is "RTP/AVP" or "RTP/AVPF" || (media.Protocol is "RTP/SAVP" or "RTP/SAVPF" && media.Has("crypto"));

    private static SdpMedia? Filter(SdpMedia media, bool video, out bool transcode, bool before)
    {
        transcode = before;
        if (media.IsRefused || !IsSpoken(media)
            || !(media.Media == "audio" || (video && media.Media == "video")))
        {
            return null;
        }

        var wanted = media.Media == "audio" ? AudioCodecs : VideoCodecs;
        bool Has(FrozenSet<string> set) => media.Formats.Any(
            format => CodecIdentity.Of(media, format) is { } codec && set.Contains(codec.Encoding));

        if (Has(media.Media == "audio" ? CommonAudio : VideoCodecs))
        {
            return MediaFormats.Keep(
                media, format => CodecIdentity.Of(media, format) is { } codec && wanted.Contains(codec.Encoding));
        }

        // Nothing in common: all codecs go to the relay, which adds its own and transcodes if it can.
        transcode = media.Media == "audio"
            && media.Formats.Any(format => CodecIdentity.Of(media, format) is { IsAuxiliary: false });
        return transcode
            ? MediaFormats.Keep(media, format => CodecIdentity.Of(media, format) is not null)
            : null;
    }
}
