using System.Buffers.Binary;

namespace Gateway.Media.Tests.Dtls;

/// <summary>RFC 6347 sections 4.1 and 4.2.2.</summary>
internal static class DtlsRecords
{
    private const int RecordHeader = 13, MessageHeader = 12;

    /// <summary>A datagram of one record with one whole handshake message becomes two, each with a fragment.</summary>
    public static byte[][] Split(byte[] datagram)
    {
        var message = datagram.AsSpan(RecordHeader + MessageHeader);
        Assert.Equal(datagram.Length - RecordHeader, BinaryPrimitives.ReadUInt16BigEndian(datagram.AsSpan(11)));
        var half = message.Length / 2;
        return [Fragment(datagram, 0, message[..half], 0), Fragment(datagram, half, message[half..], 1)];
    }

    private static byte[] Fragment(byte[] datagram, int offset, ReadOnlySpan<byte> part, byte record)
    {
        byte[] made = [.. datagram[..(RecordHeader + MessageHeader)], .. part];
        made[10] = record; // the record's sequence number
        BinaryPrimitives.WriteUInt16BigEndian(made.AsSpan(11), (ushort)(MessageHeader + part.Length));
        Write24(made.AsSpan(RecordHeader + 6), offset);
        Write24(made.AsSpan(RecordHeader + 9), part.Length);
        return made;
    }

    private static void Write24(Span<byte> at, int number) =>
        (at[0], at[1], at[2]) = ((byte)(number >> 16), (byte)(number >> 8), (byte)number);
}
