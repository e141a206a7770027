using Gateway.Mapping.Descriptions;
using Gateway.Sip.Sdp;

namespace Gateway.Mapping.Calls;

/// <summary>Whether two descriptions mean the same flow of packets.</summary>
internal static class Describes
{
    /// <summary>Same address and ports.</summary>
    public static bool SameAddress(SdpSession one, SdpSession other) =>
        Audio(one) is { } a && Audio(other) is { } b && a.Port == b.Port
        && one.ConnectionOf(a)?.Address == other.ConnectionOf(b)?.Address;

    /// <summary>
    /// Same address, and the voice codec in use stays under its number: what changed can only be a direction. An unspecified
    /// address is hold of the old kind and moves nothing.
    /// </summary>
    public static bool SameMedia(SdpSession known, SdpSession now)
    {
        if (Audio(known) is not { } before || Audio(now) is not { } after)
        {
            return false;
        }

        var isHeld = now.ConnectionOf(after)?.IsUnspecified == true;
        return (isHeld || SameAddress(known, now)) && before.Protocol == after.Protocol && KeepsCodec(before, after);
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

    private static SdpMedia? Audio(SdpSession sdp) => sdp.Media.FirstOrDefault(media => media is { Media: "audio", IsRefused: false });
}
