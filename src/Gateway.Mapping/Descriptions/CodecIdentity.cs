using Gateway.Sip.Sdp;

namespace Gateway.Mapping.Descriptions;

/// <summary>
/// What makes two payload types the same codec, whatever their numbers: encoding name (case-insensitive), clock rate,
/// channels, and for H.264 the packetization mode, which RFC 6184 section 8.2.2 makes part of the configuration.
/// </summary>
/// <param name="Encoding">Encoding name in lower case.</param>
/// <param name="ClockRate">Hz.</param>
/// <param name="Channels">1 when not stated.</param>
/// <param name="Mode">Packetization mode of H.264, otherwise empty.</param>
public readonly record struct CodecIdentity(string Encoding, int ClockRate, int Channels, string Mode = "")
{
    /// <summary>True for what accompanies a codec and is none itself: events, comfort noise, redundancy, repair.</summary>
    public bool IsAuxiliary => Encoding is "telephone-event" or "cn" or "red" or "ulpfec" or "rtx" or "flexfec-03" or "tone";

    /// <summary>True for what is sent to a phone under its number: codecs and digits.</summary>
    public bool IsSent => !IsAuxiliary || Encoding is "telephone-event";

    /// <summary>The codec of a format; null when it is not described.</summary>
    public static CodecIdentity? Of(SdpMedia media, string format)
    {
        ArgumentNullException.ThrowIfNull(media);
        if (!media.TryRtpMap(format, out var map))
        {
            return null;
        }

        var encoding = LowerCase(map.Encoding);
        return new CodecIdentity(encoding, map.ClockRate, map.Channels ?? 1, encoding == "h264" ? ModeOf(media.Fmtp(format)) : "");
    }

    /// <summary>The clock rate of a codec whose description leaves it out.</summary>
    internal static int UsualClockRate(string encoding) => LowerCase(encoding) switch
    {
        "opus" => 48000,
        "vp8" or "vp9" or "h264" or "h265" or "av1" or "rtx" or "ulpfec" => 90000,
        _ => 8000,
    };

    /// <summary>A name that is in lower case already comes back as it is; the two that never are need no copy either.</summary>
    private static string LowerCase(string encoding) => encoding switch
    {
        "PCMU" => "pcmu",
        "PCMA" => "pcma",
        _ => encoding.ToLowerInvariant(),
    };

    private static string ModeOf(string? fmtp) =>
        FormatParameters.ToJingle("H264", fmtp).FirstOrDefault(parameter => parameter.Name == "packetization-mode")?.Value ?? "0";
}
