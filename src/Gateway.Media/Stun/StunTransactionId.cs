using System.Buffers.Binary;

namespace Gateway.Media.Stun;

/// <summary>The 96 bits that tie a response to its request (RFC 8489 section 5).</summary>
internal readonly record struct StunTransactionId(ulong High, uint Low)
{
    public static StunTransactionId Read(ReadOnlySpan<byte> octets) =>
        new(BinaryPrimitives.ReadUInt64BigEndian(octets), BinaryPrimitives.ReadUInt32BigEndian(octets[8..]));

    public void Write(Span<byte> octets)
    {
        BinaryPrimitives.WriteUInt64BigEndian(octets, High);
        BinaryPrimitives.WriteUInt32BigEndian(octets[8..], Low);
    }
}
