namespace Gateway.Media.Rtp;

/// <summary>
/// Gives the packets of whatever sources follow one another the numbers of one stream: our own SSRC's sequence never has a
/// gap that no network made, nor a number twice, and its timestamps go on (RFC 3550 section 5.1). Within one source numbers
/// differ by a constant, so loss and reordering stay visible to the receiver.
/// </summary>
internal sealed class SequenceMap
{
    /// <summary>RFC 3550 appendix A.1: a source that jumps further ahead has begun anew.</summary>
    private const int MaxDropout = 3000;

    /// <summary>Packets in a row that were all there before: of one that sends twice there are fewer, of one that has begun anew more.</summary>
    private const int MostRepeated = 10;

    private const int Window = 1024;

    private readonly ulong[] _seen = new ulong[Window / 64];
    private bool _hasSource;
    private bool _sent;
    private uint _source;
    private ushort _first;    // older packets of the source belong to nothing that we can still number
    private ushort _highest;
    private uint _highestTimestamp;
    private ushort _expected; // where a source that jumped would go on
    private int _jumped;      // so many packets in a row
    private ushort _offset;
    private uint _timestampOffset;
    private uint _lastTimestamp;
    private long _lastSent;

    public SequenceMap(int clockRate, ushort firstSequence, uint firstTimestamp)
    {
        ClockRate = clockRate;
        NextSequence = firstSequence;
        _lastTimestamp = firstTimestamp;
    }

    /// <summary>Of the timestamps; another codec may bring another.</summary>
    public int ClockRate { get; set; }

    /// <summary>The number after the highest that was used.</summary>
    public ushort NextSequence { get; private set; }

    /// <summary>The source that is being followed; 0 before one is.</summary>
    public uint Source => _hasSource ? _source : 0;

    /// <summary>What is added to the source's timestamps.</summary>
    public uint TimestampOffset => _timestampOffset;

    /// <summary>What a sequence number of ours was at the source, for requests to send it again.</summary>
    public bool TryReverse(ushort sequence, out ushort original)
    {
        original = (ushort)(sequence - _offset);
        return _hasSource && (short)(original - _first) >= 0 && (short)(_highest - original) >= 0;
    }

    /// <summary>Numbers a packet. False: a duplicate, too old, or a jump that may be damage; it is to be dropped.</summary>
    /// <param name="ssrc">Its source.</param>
    /// <param name="sequence">Its number there.</param>
    /// <param name="timestamp">Its timestamp there.</param>
    /// <param name="now">Milliseconds.</param>
    /// <param name="isNew">True for the first of a source: the marker tells the receiver that playout may adapt.</param>
    /// <param name="outSequence">Ours.</param>
    /// <param name="outTimestamp">Ours.</param>
    public bool TryMap(
        uint ssrc, ushort sequence, uint timestamp, long now, out bool isNew, out ushort outSequence, out uint outTimestamp)
    {
        isNew = !_hasSource || ssrc != _source || HasBegunAnew(sequence, timestamp);
        if (isNew)
        {
            Begin(ssrc, sequence, timestamp, now);
        }

        (outSequence, outTimestamp) = ((ushort)(sequence + _offset), timestamp + _timestampOffset);
        if (!isNew && !TryAdmit(sequence, timestamp))
        {
            return false;
        }

        if ((short)(outSequence - NextSequence) >= 0)
        {
            NextSequence = (ushort)(outSequence + 1);
            _lastTimestamp = outTimestamp;
            _lastSent = now;
            _sent = true;
        }

        return true;
    }

    /// <summary>Passes over a packet that is not sent on, without leaving a gap.</summary>
    public void Skip(uint ssrc, ushort sequence)
    {
        if (_hasSource && ssrc == _source && (short)(sequence - _highest) == 1)
        {
            // What was lost before it must not be taken for what comes after: numbers go on from here.
            Advance(sequence);
            Mark(sequence);
            _offset--;
            _first = (ushort)(sequence + 1);
        }
        else if (_hasSource && ssrc == _source && (short)(sequence - _highest) > 1)
        {
            Interrupt();
        }
    }

    /// <summary>A number for a packet of our own making. The source's packets go on behind it.</summary>
    /// <param name="samples">How far the clock goes on since the packet before; 0 for one that has no place in it.</param>
    /// <param name="now">Milliseconds.</param>
    public (ushort Sequence, uint Timestamp) Insert(uint samples, long now)
    {
        Pass(samples, now);
        return (NextSequence++, _lastTimestamp);
    }

    /// <summary>
    /// The clock goes on by a packet of our own that is not sent. After a pause it goes on by the pause; what timers are
    /// late or early is none.
    /// </summary>
    public void Pass(uint samples, long now)
    {
        Interrupt();
        if (samples > 0)
        {
            var passed = _sent ? Samples(now - _lastSent) : 0;
            _lastTimestamp += passed > (4 * samples) + (uint)(ClockRate / 10) ? passed : samples;
            _lastSent = now;
            _sent = true;
        }
    }

    /// <summary>Where the clock of the stream stands now: the last packet's, and the time since.</summary>
    public uint TimestampAt(long now) => _sent ? _lastTimestamp + Samples(now - _lastSent) : _lastTimestamp;

    /// <summary>The next packet begins anew, whatever its numbers: after a hold, or behind packets of our own.</summary>
    public void Interrupt() => _hasSource = false;

    private void Begin(uint ssrc, ushort sequence, uint timestamp, long now)
    {
        _source = ssrc;
        _hasSource = true;
        _jumped = 0;
        _first = _highest = sequence;
        _highestTimestamp = timestamp;
        Array.Clear(_seen);
        Mark(sequence);
        _offset = (ushort)(NextSequence - sequence);

        // The clock goes on by the time that has passed, and at least a little: no two frames share a timestamp.
        var next = _sent ? _lastTimestamp + Math.Max(1, Samples(now - _lastSent)) : _lastTimestamp;
        _timestampOffset = next - timestamp;
    }

    private uint Samples(long milliseconds) => (uint)(milliseconds * ClockRate / 1000);

    /// <summary>
    /// A jump, ahead or back, counts once a second packet follows it (RFC 3550 appendix A.1). A sender that begins anew a little behind
    /// where it was shows by its clock that its packets are no late ones, or by their number that they are not sent twice.
    /// </summary>
    private bool HasBegunAnew(ushort sequence, uint timestamp)
    {
        var ahead = (short)(sequence - _highest);
        var isNear = ahead is > -Window and < MaxDropout;
        var isLate = isNear && !IsOfAnotherTime(timestamp);
        if (isNear && (ahead > 0 || (isLate && !IsMarked(sequence) && (short)(sequence - _first) >= 0)))
        {
            return false;
        }

        _jumped = _jumped > 0 && sequence == _expected ? _jumped + 1 : 1;
        _expected = (ushort)(sequence + 1);
        return _jumped >= (isLate ? MostRepeated : 2);
    }

    /// <summary>Not that of a packet before the highest: pictures may be sent in another order than they are shown in, but by little.</summary>
    private bool IsOfAnotherTime(uint timestamp) => (int)(timestamp - _highestTimestamp) > ClockRate / 4;

    private bool TryAdmit(ushort sequence, uint timestamp)
    {
        var ahead = (short)(sequence - _highest);
        if (ahead is >= MaxDropout or <= -Window || (short)(sequence - _first) < 0)
        {
            return false;
        }

        if (ahead > 0)
        {
            Advance(sequence);
            _highestTimestamp = timestamp;
        }
        else if (IsMarked(sequence))
        {
            return false;
        }

        Mark(sequence);
        return true;
    }

    /// <summary>Forgets what the window moves over.</summary>
    private void Advance(ushort sequence)
    {
        var steps = (ushort)(sequence - _highest);
        if (steps >= Window)
        {
            Array.Clear(_seen);
        }
        else
        {
            for (var i = 1; i <= steps; i++)
            {
                var place = (_highest + i) & (Window - 1);
                _seen[place >> 6] &= ~(1UL << (place & 63));
            }
        }

        _highest = sequence;
        _jumped = 0;

        // The first falls behind the window, before the numbers wrap round to it.
        if ((ushort)(_highest - _first) > Window)
        {
            _first = (ushort)(_highest - Window);
        }
    }

    private void Mark(ushort sequence)
    {
        var place = sequence & (Window - 1);
        _seen[place >> 6] |= 1UL << (place & 63);
    }

    private bool IsMarked(ushort sequence)
    {
        var place = sequence & (Window - 1);
        return (_seen[place >> 6] & (1UL << (place & 63))) != 0;
    }
}
