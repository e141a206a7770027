using System.Buffers.Binary;

namespace Gateway.Media.Dtls;

/// <summary>
/// Keeps from OpenSSL what nobody's DTLS sends and what would end its state: a record that claims to be encrypted and is shorter
/// than AES-GCM makes any record (RFC 5288 section 3: nonce of 8 octets, tag of 16). Only GCM suites are offered. OpenSSL itself
/// passes over other broken records.
/// </summary>
internal static class DtlsRecordFilter
{
    private const int Header = 13, Shortest = 8 + 16;

    public static bool Admits(ReadOnlySpan<byte> datagram)
    {
        while (datagram.Length >= Header)
        {
            var epoch = BinaryPrimitives.ReadUInt16BigEndian(datagram[3..]);
            var length = BinaryPrimitives.ReadUInt16BigEndian(datagram[11..]);
            if (epoch > 0 && length < Shortest)
            {
                return false;
            }

            if (datagram.Length - Header < length)
            {
                return true;
            }

            datagram = datagram[(Header + length)..];
        }

        return true;
    }
}
