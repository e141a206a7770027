using Gateway.Media.Codecs;

namespace Gateway.Media.Rtp;

/// <summary>Packets of silence, for a peer that is to hear nothing but to see that media live.</summary>
internal sealed class ComfortAudio : IDisposable
{
    private const int LongestPacket = 60;

    private G722Encoder? _g722;

    /// <summary>Writes the payload and returns its length; 0 for codecs whose silence is not known here.</summary>
    /// <param name="format">The codec.</param>
    /// <param name="milliseconds">How much of it; opus has one length only, 20 ms, see <see cref="Duration"/>.</param>
    /// <param name="payload">Where to.</param>
    public int Write(PayloadFormat format, int milliseconds, Span<byte> payload)
    {
        var samples = Math.Min(8 * milliseconds, payload.Length);
        if (Is(format, "PCMU"))
        {
            payload[..samples].Fill(G711.MuLawZero);
            return samples;
        }

        if (Is(format, "PCMA"))
        {
            payload[..samples].Fill(G711.ALawZero);
            return samples;
        }

        if (Is(format, "opus"))
        {
            // One frame of 20 ms, CELT at full band, mono (RFC 6716 section 3.1), whose first symbol says silence.
            ReadOnlySpan<byte> frame = [0xF8, 0xFF, 0xFE];
            frame.CopyTo(payload);
            return frame.Length;
        }

        return Is(format, "G722") ? WriteG722(milliseconds, payload) : 0;
    }

    /// <summary>Milliseconds between packets.</summary>
    public static int Duration(PayloadFormat format, int packetTime) =>
        Is(format, "opus") ? 20 : Math.Clamp(packetTime, 10, LongestPacket);

    public void Dispose()
    {
        _g722?.Dispose();
        _g722 = null;
    }

    private static bool Is(PayloadFormat format, string encoding) => format.Encoding.Equals(encoding, StringComparison.OrdinalIgnoreCase);

    /// <summary>Each octet depends on all before it: there is none that stands for silence by itself.</summary>
    private int WriteG722(int milliseconds, Span<byte> payload)
    {
        Span<short> silence = stackalloc short[16 * LongestPacket];
        silence.Clear();
        return (_g722 ??= new G722Encoder()).Encode(silence[..(16 * milliseconds)], payload);
    }
}
