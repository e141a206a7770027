using System.Buffers.Binary;

namespace Gateway.Media.Rtp;

/// <summary>The header of an RTP packet (RFC 3550 section 5.1), read without copying anything.</summary>
internal readonly struct RtpHeader
{
    /// <summary>Octets before contributing sources and extension.</summary>
    public const int FixedLength = 12;

    private const byte VersionMask = 0xC0;
    private const byte VersionTwo = 0x80;
    private const byte PaddingBit = 0x20;
    private const byte ExtensionBit = 0x10;
    private const byte MarkerBit = 0x80;

    private RtpHeader(ReadOnlySpan<byte> packet, int extensionStart, int extensionLength, int payloadStart, int payloadLength)
    {
        Marker = (packet[1] & MarkerBit) != 0;
        PayloadType = (byte)(packet[1] & 0x7F);
        Sequence = BinaryPrimitives.ReadUInt16BigEndian(packet[2..]);
        Timestamp = BinaryPrimitives.ReadUInt32BigEndian(packet[4..]);
        Ssrc = BinaryPrimitives.ReadUInt32BigEndian(packet[8..]);
        ExtensionStart = extensionStart;
        ExtensionLength = extensionLength;
        PayloadStart = payloadStart;
        PayloadLength = payloadLength;
    }

    public bool Marker { get; }

    public byte PayloadType { get; }

    public ushort Sequence { get; }

    public uint Timestamp { get; }

    public uint Ssrc { get; }

    /// <summary>Where fixed header and contributing sources end.</summary>
    public int ExtensionStart { get; }

    /// <summary>Octets of the extension with its own header of four; 0 without one.</summary>
    public int ExtensionLength { get; }

    public int PayloadStart { get; }

    /// <summary>Without padding.</summary>
    public int PayloadLength { get; }

    /// <summary>
    /// Whether a datagram with a first octet of 128 to 191 is RTCP: packet types 192 to 223, which RTP avoids by having no
    /// payload types 64 to 95 (RFC 5761 section 4).
    /// </summary>
    public static bool IsRtcp(ReadOnlySpan<byte> datagram) => datagram.Length > 1 && datagram[1] is >= 192 and <= 223;

    /// <summary>False when the version is another or a length points beyond the datagram.</summary>
    public static bool TryRead(ReadOnlySpan<byte> packet, out RtpHeader header)
    {
        header = default;
        if (packet.Length < FixedLength || (packet[0] & VersionMask) != VersionTwo)
        {
            return false;
        }

        var extensionStart = FixedLength + ((packet[0] & 0x0F) * 4);
        var extensionLength = 0;
        if ((packet[0] & ExtensionBit) != 0)
        {
            if (packet.Length < extensionStart + 4)
            {
                return false;
            }

            extensionLength = 4 + (BinaryPrimitives.ReadUInt16BigEndian(packet[(extensionStart + 2)..]) * 4);
        }

        var start = extensionStart + extensionLength;
        var length = packet.Length - start;
        if (length > 0 && (packet[0] & PaddingBit) != 0)
        {
            var padding = packet[^1];
            length = padding == 0 ? -1 : length - padding;
        }

        if (length < 0)
        {
            return false;
        }

        header = new RtpHeader(packet, extensionStart, extensionLength, start, length);
        return true;
    }

    /// <summary>Writes a header without contributing sources, extension and padding.</summary>
    public static void Write(Span<byte> packet, bool marker, byte payloadType, ushort sequence, uint timestamp, uint ssrc)
    {
        packet[0] = VersionTwo;
        WriteRest(packet, marker, payloadType, sequence, timestamp, ssrc);
    }

    /// <summary>Overwrites what a relay changes; the first octet stays.</summary>
    public static void Rewrite(Span<byte> packet, bool marker, byte payloadType, ushort sequence, uint timestamp, uint ssrc) =>
        WriteRest(packet, marker, payloadType, sequence, timestamp, ssrc);

    /// <summary>
    /// Takes the extension off. What is before it moves up to the payload, so that the payload, the longer part, need not
    /// move: the packet begins later.
    /// </summary>
    public int RemoveExtension(Span<byte> packet)
    {
        if (ExtensionLength > 0)
        {
            packet[0] = (byte)(packet[0] & ~ExtensionBit);
            packet[..ExtensionStart].CopyTo(packet[ExtensionLength..]);
        }

        return ExtensionLength;
    }

    private static void WriteRest(Span<byte> packet, bool marker, byte payloadType, ushort sequence, uint timestamp, uint ssrc)
    {
        packet[1] = (byte)((marker ? MarkerBit : 0) | payloadType);
        BinaryPrimitives.WriteUInt16BigEndian(packet[2..], sequence);
        BinaryPrimitives.WriteUInt32BigEndian(packet[4..], timestamp);
        BinaryPrimitives.WriteUInt32BigEndian(packet[8..], ssrc);
    }
}
