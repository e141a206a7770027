using System.Buffers.Binary;

namespace Gateway.Media.Srtp;

/// <summary>As much of a header as has to be right before the library may see the packet.</summary>
internal static class SrtpHeaders
{
    /// <summary>
    /// Length of an RTP header with its CSRCs and extension (RFC 3550 section 5.1); false when it does not fit.
    /// </summary>
    public static bool TryReadRtp(ReadOnlySpan<byte> packet, out int header, out uint ssrc)
    {
        (header, ssrc) = (12, 0);
        if (packet.Length < 12 || packet[0] >> 6 != 2)
        {
            return false;
        }

        ssrc = BinaryPrimitives.ReadUInt32BigEndian(packet[8..]);
        header += (packet[0] & 15) * 4;
        if ((packet[0] & 16) != 0)
        {
            if (packet.Length < header + 4)
            {
                return false;
            }

            header += 4 + (BinaryPrimitives.ReadUInt16BigEndian(packet[(header + 2)..]) * 4);
        }

        return packet.Length >= header;
    }

    /// <summary>The first header of a compound RTCP packet: RFC 3550 section 6.4.1.</summary>
    public static bool TryReadRtcp(ReadOnlySpan<byte> packet, out uint ssrc)
    {
        ssrc = 0;
        if (packet.Length < 8 || packet[0] >> 6 != 2)
        {
            return false;
        }

        ssrc = BinaryPrimitives.ReadUInt32BigEndian(packet[4..]);
        return true;
    }
}
