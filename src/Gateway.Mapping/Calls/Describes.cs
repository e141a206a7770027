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
    /// Same address, and the voice codec in use stays under its number: what changed can only be a direction. An unspecified
    /// address is hold of the old kind and moves nothing.
    /// </summary>
    public static bool SameMedia(SdpSession known, SdpSession now)
    {
        if (Living(known, "audio") is not { } before || Living(now, "audio") is not { } after)
        {
            return false;
        }

        var isHeld = now.ConnectionOf(after)?.IsUnspecified == true;
        return (isHeld || SameAddress(known, now)) && before.Protocol == after.Protocol && KeepsCodec(before, after)
            && (Living(known, "video"), Living(now, "video")) switch
            {
                (null, null) => true,
                ({ } was, { } isNow) => was.Protocol == isNow.Protocol && KeepsCodec(was, isNow),
                _ => false,
            };
    }

    /// <summary>Only the streams that are not refused.</summary>
    public static SdpSession Relayed(SdpSession sdp) => sdp with { Media = sdp.Media.RemoveAll(media => media.IsRefused) };

    private static bool KeepsCodec(SdpMedia before, SdpMedia after)
    {
        foreach (var format in before.Formats)
        {
            if (CodecIdentity.Of(before, format) is { IsAuxiliary: false } codec)
            {
                return after.Formats.Contains(format) && CodecIdentity.Of(after, format) == codec;
            }
        }

        return false;
    }

    private static bool SameAddress(SdpSession one, SdpSession other, string kind) => (Living(one, kind), Living(other, kind)) switch
    {
        (null, null) => true,
        ({ } a, { } b) => a.Port == b.Port && one.ConnectionOf(a)?.Address == other.ConnectionOf(b)?.Address,
        _ => false,
    };

    private static SdpMedia? Living(SdpSession sdp, string kind) => sdp.Media.FirstOrDefault(media => media.Media == kind && !media.IsRefused);
}
