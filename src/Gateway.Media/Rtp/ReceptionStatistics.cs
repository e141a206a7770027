using System.Buffers.Binary;

namespace Gateway.Media.Rtp;

/// <summary>What reception reports say of one source: RFC 3550 section 6.4.1 and appendix A.</summary>
internal sealed class ReceptionStatistics
{
    private const int MaxDropout = 3000;
    private const int MaxMisorder = 100;

    private bool _any;
    private ushort _highest;
    private uint _cycles;
    private uint _base;
    private uint _bad;
    private long _received;
    private long _expectedBefore;
    private long _receivedBefore;
    private long _lostBySources;
    private long _transit;
    private bool _hasTransit;
    private long _jitter; // sixteen times, RFC 3550 appendix A.8
    private uint _lastReport;
    private long _lastReportAt;

    /// <summary>The source that the figures are of.</summary>
    public uint Ssrc { get; private set; }

    /// <summary>Of the timestamps that jitter is measured in.</summary>
    public int ClockRate
    {
        get;
        set
        {
            if (field != value)
            {
                (field, _jitter, _hasTransit) = (value, 0, false); // what was measured is in other units
            }
        }
    } = 8000;

    /// <summary>Packets of all sources.</summary>
    public long Packets { get; private set; }

    /// <summary>Octets of their payloads.</summary>
    public long Octets { get; private set; }

    /// <summary>When the last came; 0 before one has.</summary>
    public long LastAt { get; private set; }

    /// <summary>Lost packets of all sources; duplicates do not make it negative.</summary>
    public long Lost => _lostBySources + Math.Max(0, Expected - _received);

    /// <summary>Interarrival jitter in milliseconds.</summary>
    public double JitterMilliseconds => (_jitter / 16d) * 1000 / ClockRate;

    private long Expected => _any ? (long)_cycles + _highest - _base + 1 : 0;

    /// <summary>A packet came.</summary>
    public void Add(in RtpHeader header, long now)
    {
        Packets++;
        Octets += header.PayloadLength;
        LastAt = now;
        if (!_any || header.Ssrc != Ssrc)
        {
            Begin(header.Ssrc, header.Sequence);
        }
        else if (!TryFollow(header.Sequence))
        {
            return;
        }

        _received++;
        var transit = (now * ClockRate / 1000) - header.Timestamp;
        if (_hasTransit)
        {
            // Timestamps wrap, so only the lower half of the difference counts.
            var difference = Math.Abs((long)(int)(transit - _transit));
            _jitter += difference > ClockRate * 4L ? 0 : difference - ((_jitter + 8) >> 4);
        }

        (_transit, _hasTransit) = (transit, true);
    }

    /// <summary>A sender report came: the middle of its NTP timestamp is asked back (LSR).</summary>
    public void Reported(uint middle, long now) => (_lastReport, _lastReportAt) = (middle, now);

    /// <summary>Writes the report block, 24 octets, and begins the next interval.</summary>
    public void WriteBlock(Span<byte> block, long now)
    {
        var expected = Expected - _expectedBefore;
        var received = _received - _receivedBefore;
        (_expectedBefore, _receivedBefore) = (Expected, _received);
        var fraction = expected <= 0 || received >= expected ? 0 : ((expected - received) << 8) / expected;
        var lost = Math.Clamp(Expected - _received, -0x80_0000, 0x7F_FFFF);
        BinaryPrimitives.WriteUInt32BigEndian(block, Ssrc);
        BinaryPrimitives.WriteUInt32BigEndian(block[4..], ((uint)Math.Min(fraction, 255) << 24) | ((uint)lost & 0xFF_FFFF));
        BinaryPrimitives.WriteUInt32BigEndian(block[8..], _cycles + _highest);
        BinaryPrimitives.WriteUInt32BigEndian(block[12..], (uint)(_jitter >> 4));
        BinaryPrimitives.WriteUInt32BigEndian(block[16..], _lastReport);
        BinaryPrimitives.WriteUInt32BigEndian(block[20..], _lastReport == 0 ? 0 : (uint)((now - _lastReportAt) * 65536 / 1000));
    }

    private void Begin(uint ssrc, ushort sequence)
    {
        _lostBySources = Lost;
        Ssrc = ssrc;
        Restart(sequence);
        (_jitter, _lastReport) = (0, 0);
    }

    private void Restart(ushort sequence)
    {
        _any = true;
        _highest = sequence;
        _base = sequence;
        _cycles = 0;
        _bad = uint.MaxValue;
        (_received, _receivedBefore, _expectedBefore, _hasTransit) = (0, 0, 0, false);
    }

    /// <summary>False for a jump that may be damage, which counts once a second packet follows it.</summary>
    private bool TryFollow(ushort sequence)
    {
        var ahead = (ushort)(sequence - _highest);
        if (ahead < MaxDropout)
        {
            _cycles += sequence < _highest ? 65536u : 0;
            _highest = sequence;
        }
        else if (ahead <= 65536 - MaxMisorder)
        {
            if (sequence == _bad)
            {
                _lostBySources = Lost;
                Restart(sequence);
            }
            else
            {
                _bad = (ushort)(sequence + 1);
                return false;
            }
        }

        return true;
    }
}
