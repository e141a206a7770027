namespace Gateway.Media.Transcoding;

/// <summary>
/// Packets of one source that wait for their time, by timestamp: a small adaptive jitter buffer. The next time to be played moves
/// on with what is pulled out. A packet that comes too late moves it back (more delay); when for a while all packets came much
/// too early, it jumps ahead (less delay). Fixed memory: slots are reused. Times are ticks of the stream's RTP clock and wrap as
/// it does.
/// </summary>
internal sealed class PlayoutBuffer
{
    /// <summary>Milliseconds that the first packet waits, and that a stream without jitter would be delayed by at most.</summary>
    public const int FirstDelay = 40;

    /// <summary>
    /// Milliseconds of delay that are never exceeded: what comes later than that is lost, and when more comes at once, as after a jam, the
    /// oldest of it is left out.
    /// </summary>
    public const int MostDelay = 240;

    /// <summary>Milliseconds: what differs more from the time to be played is another stream's beginning.</summary>
    private const int Jump = 2_000;

    /// <summary>Packets over which the earliness is watched before delay is taken away.</summary>
    private const int WatchedPackets = 100;

    /// <summary>Milliseconds that even the latest packet of those may be early.</summary>
    private const int Spare = 30;

    /// <summary>Packets that are too late one after the other, before the sender is believed.</summary>
    private const int MostLateInARow = 5;

    private const int Slots = 32;
    private const int MostOctets = 1280;

    private readonly byte[] _octets = new byte[Slots * MostOctets];
    private readonly Slot[] _slots = new Slot[Slots];
    private readonly int _ticksPerMillisecond;
    private uint _next;
    private uint _newest;
    private bool _started;
    private int _lastPlayed = -1;
    private int _watched;
    private int _leastEarly = int.MaxValue;
    private int _mostEarly;       // of those that are watched, and
    private int _mostEarlyBefore; // of the watch before: together, how long the quickest packets wait
    private int _peeked;
    private int _lateInARow;

    public PlayoutBuffer(int clockRate) => _ticksPerMillisecond = clockRate / 1000;

    /// <summary>A packet has come: there is something to play.</summary>
    public bool IsStarted => _started;

    /// <summary>Packets that came too late, twice, or too large.</summary>
    public long Dropped { get; private set; }

    /// <summary>Times that the delay was made longer, and shorter.</summary>
    public (long Longer, long Shorter) Adapted { get; private set; }

    /// <summary>Milliseconds between what came last and what is to be played next.</summary>
    public int Delay => (int)(_newest - _next) / _ticksPerMillisecond;

    /// <summary>Forgets all packets: another source begins.</summary>
    public void Clear()
    {
        Array.Clear(_slots);
        (_started, _lastPlayed) = (false, -1);
        (_watched, _leastEarly, _mostEarly, _mostEarlyBefore) = (0, int.MaxValue, 0, 0);
    }

    /// <summary>Takes a packet.</summary>
    /// <param name="sequence">Its number.</param>
    /// <param name="timestamp">Of its first sample.</param>
    /// <param name="ticks">How long it is.</param>
    /// <param name="payload">Copied.</param>
    /// <param name="marker">The sender was silent before it: should its clock have stood still meanwhile, this is when it goes on.</param>
    public void Add(ushort sequence, uint timestamp, int ticks, ReadOnlySpan<byte> payload, bool marker)
    {
        if (payload.Length > MostOctets)
        {
            Dropped++;
            return;
        }

        var early = (int)(timestamp - _next);
        if (!_started || Math.Abs((long)early) > Jump * _ticksPerMillisecond)
        {
            Begin(timestamp);
            early = (int)(timestamp - _next);
        }

        if (IsKnown(sequence))
        {
            Dropped++;
            return;
        }

        if (!TryMakeTime(ref early, ticks))
        {
            if (!marker && ++_lateInARow < MostLateInARow)
            {
                Dropped++;
                return;
            }

            Begin(timestamp); // its clock stood still while it was silent
            early = (int)(timestamp - _next);
        }

        _lateInARow = 0;
        LeaveOut(ref early, ticks);
        Watch(early);
        _newest = (int)(timestamp - _newest) > 0 ? timestamp : _newest;
        var slot = sequence % Slots;
        _slots[slot] = new Slot(sequence, timestamp, ticks, payload.Length, IsTaken: true);
        payload.CopyTo(_octets.AsSpan(slot * MostOctets));
    }

    /// <summary>
    /// The packet that is to be played first, and how long it is until then: 0 for one that is due, less for one whose beginning
    /// is to be left out. False: none is there. It stays until <see cref="Played"/>.
    /// </summary>
    public bool TryPeek(out ReadOnlySpan<byte> payload, out int ticksUntil, out bool followsLast)
    {
        var (first, least) = (-1, int.MaxValue);
        for (var i = 0; i < Slots; i++)
        {
            if (_slots[i].IsTaken && (int)(_slots[i].Timestamp - _next) is var until && until < least)
            {
                (first, least) = (i, until);
            }
        }

        payload = [];
        (ticksUntil, followsLast) = (0, false);
        if (first < 0)
        {
            return false;
        }

        ref readonly var slot = ref _slots[first];
        payload = _octets.AsSpan(first * MostOctets, slot.Length);
        ticksUntil = least;
        followsLast = _lastPlayed < 0 || slot.Sequence == (ushort)(_lastPlayed + 1);
        _peeked = first;
        return true;
    }

    /// <summary>The packet that was peeked at has been played.</summary>
    public void Played()
    {
        ref var slot = ref _slots[_peeked];
        _lastPlayed = slot.Sequence;
        var end = slot.Timestamp + (uint)slot.Ticks;
        _next = (int)(end - _next) > 0 ? end : _next;
        slot.IsTaken = false;
    }

    /// <summary>Time passed without a packet.</summary>
    public void Pass(int ticks) => _next += (uint)ticks;

    private void Begin(uint timestamp)
    {
        Clear();
        _started = true;
        _newest = timestamp;
        _next = timestamp - (uint)(FirstDelay * _ticksPerMillisecond);
    }

    private bool IsKnown(ushort sequence)
    {
        ref readonly var slot = ref _slots[sequence % Slots];
        return slot.Sequence == sequence && slot.Length > 0; // played, or waiting
    }

    /// <summary>A packet whose time has passed makes all that follow wait longer, up to a limit.</summary>
    private bool TryMakeTime(ref int early, int ticks)
    {
        if (early >= 0)
        {
            return true;
        }

        // How long the quickest wait, and not what was ever added: a sender that is slower than us has all that taken back again.
        var late = ((-early / _ticksPerMillisecond) + 9) / 10 * 10 * _ticksPerMillisecond;
        if (Math.Max(_mostEarly, _mostEarlyBefore) + late > MostDelay * _ticksPerMillisecond)
        {
            return -early < ticks / 2; // most of it can still be heard
        }

        _next -= (uint)late;
        early += late;
        (_mostEarly, _mostEarlyBefore) = (_mostEarly + late, _mostEarlyBefore + late);
        Adapted = (Adapted.Longer + 1, Adapted.Shorter);
        (_watched, _leastEarly) = (0, int.MaxValue);
        return true;
    }

    /// <summary>A packet that would have to wait too long, or for which there is no room, is not waited for: what is older is left out.</summary>
    private void LeaveOut(ref int early, int ticks)
    {
        var most = Math.Min(MostDelay * _ticksPerMillisecond, ticks * (Slots - 2));
        if (early > most)
        {
            _next += (uint)(early - most);
            early = most;
            Adapted = (Adapted.Longer, Adapted.Shorter + 1);
            (_watched, _leastEarly, _mostEarly, _mostEarlyBefore) = (0, int.MaxValue, most, most);
        }
    }

    /// <summary>When even the latest of many packets was early, the time that it waits is taken out, a step at a time.</summary>
    private void Watch(int early)
    {
        (_leastEarly, _mostEarly) = (Math.Min(_leastEarly, early), Math.Max(_mostEarly, early));
        if (++_watched < WatchedPackets)
        {
            return;
        }

        var spare = (_leastEarly / _ticksPerMillisecond) - Spare;
        if (spare >= 10)
        {
            var step = Math.Min(20, spare / 10 * 10);
            _mostEarly -= step * _ticksPerMillisecond;
            _next += (uint)(step * _ticksPerMillisecond);
            Adapted = (Adapted.Longer, Adapted.Shorter + 1);
        }

        (_watched, _leastEarly, _mostEarly, _mostEarlyBefore) = (0, int.MaxValue, 0, _mostEarly);
    }

    private record struct Slot(ushort Sequence, uint Timestamp, int Ticks, int Length, bool IsTaken);
}
