using Gateway.Mapping.Descriptions;
using Gateway.Sip.Sdp;

namespace Gateway.Mapping.Calls;

/// <summary>Whether two descriptions mean the same flow of packets.</summary>
internal static class Describes
{
    /// <summary>Same addresses and ports of audio, and of video where there is some.</summary>
    public static bool SameAddress(SdpSession one, SdpSession other) =>
        Living(one, "audio") is not null && SameAddress(one, other, "audio") && SameAddress(one, other, "video");

    /// <summary>
    /// The same streams in the places that another description of ours gave them: an m-line keeps its place for the life of a dialog
    /// (RFC 3264 section 8); one that is no more has port 0.
    /// </summary>
    public static SdpSession InOrderOf(SdpSession shownBefore, SdpSession now) => now with
    {
        Media = [.. shownBefore.Media.Select(before => now.Media.FirstOrDefault(media => media.Media == before.Media) ?? before.Refused())],
    };

    /// <summary>
    /// An offer's streams in the places that they have at the relay, which never change either; one that the phone does not offer any more
    /// is refused there.
    /// </summary>
    public static SdpSession InPlacesOf(MediaTable table, SdpSession offer) => offer with
    {
        Media = [.. table.Relayed.Select(line => offer.Media.FirstOrDefault(media => media.Media == line.Media)
            ?? new SdpMedia { Media = line.Media, Port = 0, Protocol = "RTP/AVP", Formats = ["0"] })],
    };

    /// <summary>
    /// Whether the relay knows enough: address, keys, and what it may send under which number are what it was told, and it was told of no
    /// direction that is closed and shall be open now. So what changed can only be a hold. An unspecified address is hold of the old kind
    /// and moves nothing.
    /// </summary>
    /// <param name="known">What the relay was told last.</param>
    /// <param name="now">What the phone says now.</param>
    public static bool SameMedia(SdpSession known, SdpSession now)
    {
        if (Living(known, "audio") is not { } before || Living(now, "audio") is not { } after)
        {
            return false;
        }

        var isHeld = now.ConnectionOf(after)?.IsUnspecified == true;
        return (isHeld || SameAddress(known, now)) && SameStream(known, before, now, after)
            && (Living(known, "video"), Living(now, "video")) switch
            {
                (null, null) => true,
                ({ } was, { } isNow) => SameStream(known, was, now, isNow),
                _ => false,
            };
    }

    /// <summary>
    /// Of an answer of ours what the relay knows the phone by: it may have been an offer once, and the phone's new offer may hold more than
    /// the phone had taken of it.
    /// </summary>
    public static SdpSession Among(SdpSession answer, SdpSession known) => answer with
    {
        Media = [.. answer.Media.Select(media => Living(known, media.Media) is { } told && !media.IsRefused
            ? MediaFormats.Keep(media, format => CodecIdentity.Of(media, format) is { } codec && told.Formats.Contains(format)
                && CodecIdentity.Of(told, format) == codec)
            : media)],
    };

    /// <summary>Only the streams that are not refused.</summary>
    public static SdpSession Relayed(SdpSession sdp) => sdp with { Media = sdp.Media.RemoveAll(media => media.IsRefused) };

    private static bool SameStream(SdpSession known, SdpMedia before, SdpSession now, SdpMedia after) =>
        before.Protocol == after.Protocol
        && before.Values("crypto").SequenceEqual(after.Values("crypto")) // RFC 4568 section 7.1.4: a new offer may bring new keys
        && KeepsFormats(before, after)
        && SdpHold.Allows(known.DirectionOf(before), now.DirectionOf(after));

    /// <summary>Codecs and digits stay under their numbers. More may be offered, but digits where there were none concern the relay.</summary>
    private static bool KeepsFormats(SdpMedia before, SdpMedia after)
    {
        var hasDigits = false;
        foreach (var format in before.Formats)
        {
            if (CodecIdentity.Of(before, format) is { IsSent: true } codec)
            {
                hasDigits |= codec.IsAuxiliary;
                if (!after.Formats.Contains(format) || CodecIdentity.Of(after, format) != codec)
                {
                    return false;
                }
            }
        }

        return hasDigits || !after.Formats.Any(format => CodecIdentity.Of(after, format) is { IsSent: true, IsAuxiliary: true });
    }

    private static bool SameAddress(SdpSession one, SdpSession other, string kind) => (Living(one, kind), Living(other, kind)) switch
    {
        (null, null) => true,
        ({ } a, { } b) => a.Port == b.Port && one.ConnectionOf(a)?.Address == other.ConnectionOf(b)?.Address,
        _ => false,
    };

    private static SdpMedia? Living(SdpSession sdp, string kind) => sdp.Media.FirstOrDefault(media => media.Media == kind && !media.IsRefused);
}
