using System.Buffers.Binary;
using System.Diagnostics;
using Gateway.Media.Bench.Figures;
using Gateway.Media.Io;
using Gateway.Media.Rtp;

namespace Gateway.Media.Bench.Calls;

/// <summary>
/// The inner side of an end: its packets come from here, and what its peer sent ends here. Each carries when it was made.
/// </summary>
internal sealed class Feed(LatencyHistogram latency) : LegTransport
{
    public const int PayloadLength = 160;

    private static readonly double PerMicrosecond = Stopwatch.Frequency / 1e6;

    private readonly byte[] _buffer = new byte[DatagramRoom.Longest + DatagramRoom.Spare];
    private ushort _sequence = (ushort)Random.Shared.Next(1 << 15);
    private uint _timestamp;

    public long Made { get; private set; }

    public long Got { get; private set; }

    /// <summary>When the first came, or null.</summary>
    public long? FirstAt { get; private set; }

    public void Make(long now)
    {
        RtpHeader.Write(_buffer, false, 0, _sequence++, _timestamp += PayloadLength, 1);
        _buffer.AsSpan(RtpHeader.FixedLength, PayloadLength).Fill(0xD5);
        BinaryPrimitives.WriteInt64BigEndian(_buffer.AsSpan(RtpHeader.FixedLength), Stopwatch.GetTimestamp());
        Made++;
        Take(_buffer, RtpHeader.FixedLength + PayloadLength, rtcp: false, now);
    }

    internal override void Apply(TransportPlan plan, long now)
    {
    }

    protected override void Transmit(ReadOnlySpan<byte> datagram, bool rtcp)
    {
        if (!rtcp)
        {
            var stamp = Stopwatch.GetTimestamp();
            FirstAt ??= stamp;
            Got++;
            latency.Add((long)((stamp - BinaryPrimitives.ReadInt64BigEndian(datagram[RtpHeader.FixedLength..])) / PerMicrosecond));
        }
    }
}
