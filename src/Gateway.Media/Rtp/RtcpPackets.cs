using System.Buffers.Binary;

namespace Gateway.Media.Rtp;

/// <summary>RTCP packet types: RFC 3550 section 12.1, RFC 4585 section 6.1.</summary>
internal static class RtcpType
{
    public const byte SenderReport = 200;
    public const byte ReceiverReport = 201;
    public const byte SourceDescription = 202;
    public const byte Goodbye = 203;
    public const byte TransportFeedback = 205;
    public const byte PayloadFeedback = 206;

    /// <summary>Generic NACK, a transport feedback: RFC 4585 section 6.2.1.</summary>
    public const byte Nack = 1;

    /// <summary>Picture loss indication, a payload feedback: RFC 4585 section 6.3.1.</summary>
    public const byte PictureLoss = 1;

    /// <summary>Full intra request, a payload feedback: RFC 5104 section 4.3.1.</summary>
    public const byte FullIntra = 4;
}

/// <summary>The packets of a compound RTCP packet (RFC 3550 section 6.1), one after the other.</summary>
internal ref struct RtcpPackets
{
    private Span<byte> _rest;

    public RtcpPackets(Span<byte> compound)
    {
        _rest = compound;
        Current = default;
    }

    /// <summary>With its header of four octets; never shorter than eight.</summary>
    public Span<byte> Current { get; private set; }

    public readonly byte Type => Current[1];

    /// <summary>Report count, or format of feedback.</summary>
    public readonly int Count => Current[0] & 0x1F;

    /// <summary>The SSRC of whoever sent it.</summary>
    public readonly uint Sender => BinaryPrimitives.ReadUInt32BigEndian(Current[4..]);

    /// <summary>
    /// Whether lengths add up to the datagram and all are RTCP version 2: a compound that is not coherent is dropped as a
    /// whole (RFC 3550 appendix A.2), but it need not begin with a report (RFC 5506).
    /// </summary>
    public static bool IsCoherent(ReadOnlySpan<byte> compound)
    {
        if (compound.IsEmpty)
        {
            return false;
        }

        while (!compound.IsEmpty)
        {
            if (compound.Length < 4 || (compound[0] & 0xC0) != 0x80 || compound[1] is < 192 or > 223)
            {
                return false;
            }

            var length = 4 + (BinaryPrimitives.ReadUInt16BigEndian(compound[2..]) * 4);
            if (length > compound.Length)
            {
                return false;
            }

            compound = compound[length..];
        }

        return true;
    }

    /// <summary>Goes on to the next that is long enough to have a sender; the compound has to be coherent.</summary>
    public bool MoveNext()
    {
        while (!_rest.IsEmpty)
        {
            var length = 4 + (BinaryPrimitives.ReadUInt16BigEndian(_rest[2..]) * 4);
            Current = _rest[..length];
            _rest = _rest[length..];
            if (length >= 8)
            {
                return true;
            }
        }

        return false;
    }
}

/// <summary>Writes a compound RTCP packet into a buffer of the caller's.</summary>
internal ref struct RtcpWriter(Span<byte> buffer)
{
    private readonly Span<byte> _buffer = buffer;

    public int Length { get; private set; }

    /// <summary>A packet with <paramref name="octets"/> after its header; they are zero.</summary>
    public Span<byte> Add(byte type, int count, int octets)
    {
        var packet = _buffer.Slice(Length, 4 + octets);
        packet.Clear();
        packet[0] = (byte)(0x80 | count);
        packet[1] = type;
        BinaryPrimitives.WriteUInt16BigEndian(packet[2..], (ushort)(octets / 4));
        Length += packet.Length;
        return packet[4..];
    }

    /// <summary>A source description with a name alone, which every compound carries (RFC 3550 section 6.5.1).</summary>
    public void AddName(uint ssrc, ReadOnlySpan<byte> name)
    {
        // The chunk: SSRC, item of two octets and the name, at least one zero, and up to four octets' border.
        var body = Add(RtcpType.SourceDescription, 1, (4 + 2 + name.Length + 1 + 3) & ~3);
        BinaryPrimitives.WriteUInt32BigEndian(body, ssrc);
        body[4] = 1;
        body[5] = (byte)name.Length;
        name.CopyTo(body[6..]);
    }

    /// <summary>BYE: RFC 3550 section 6.6.</summary>
    public void AddGoodbye(uint ssrc) => BinaryPrimitives.WriteUInt32BigEndian(Add(RtcpType.Goodbye, 1, 4), ssrc);

    /// <summary>Feedback about a source of the receiver's: RFC 4585 section 6.1.</summary>
    public Span<byte> AddFeedback(byte type, int format, uint sender, uint media, int octets)
    {
        var body = Add(type, format, 8 + octets);
        BinaryPrimitives.WriteUInt32BigEndian(body, sender);
        BinaryPrimitives.WriteUInt32BigEndian(body[4..], media);
        return body[8..];
    }
}
