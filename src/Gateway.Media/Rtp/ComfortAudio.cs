namespace Gateway.Media.Rtp;

/// <summary>A packet's worth of silence, for a peer that is to hear nothing but to see that media live.</summary>
internal static class ComfortAudio
{
    /// <summary>Writes the payload and returns its length; 0 for codecs whose silence is not known here.</summary>
    /// <param name="format">The codec.</param>
    /// <param name="milliseconds">How much of it; opus has one length only, 20 ms, see <see cref="Duration"/>.</param>
    /// <param name="payload">Where to.</param>
    public static int Write(PayloadFormat format, int milliseconds, Span<byte> payload)
    {
        var samples = Math.Min(8 * milliseconds, payload.Length);
        switch (format.Encoding.ToUpperInvariant())
        {
            case "PCMU":
                payload[..samples].Fill(0xFF);
                return samples;
            case "PCMA":
                payload[..samples].Fill(0xD5);
                return samples;
            case "OPUS":
                // One frame of 20 ms, CELT at full band, mono (RFC 6716 section 3.1), whose first symbol says silence.
                ReadOnlySpan<byte> frame = [0xF8, 0xFF, 0xFE];
                frame.CopyTo(payload);
                return frame.Length;
            default:
                return 0;
        }
    }

    /// <summary>Milliseconds between packets.</summary>
    public static int Duration(PayloadFormat format, int packetTime) =>
        format.Encoding.Equals("opus", StringComparison.OrdinalIgnoreCase) ? 20 : Math.Clamp(packetTime, 10, 60);
}
