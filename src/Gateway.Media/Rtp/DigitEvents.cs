using System.Buffers.Binary;

namespace Gateway.Media.Rtp;

/// <summary>Reads telephone-event packets (RFC 4733 section 2.3) and converts them between clock rates .</summary>
internal sealed class DigitEvents
{
    /// <summary>Octets of an event.</summary>
    public const int Length = 4;

    /// <summary>Of a clock: further apart than two events that come together can be, and no wrap-around.</summary>
    private const int MostAhead = 1 << 20;

    /// <summary>
    /// Milliseconds after which an event that is not told of any more is over, though its end was lost. A sender tells of it every 50 ms
    /// (RFC 4733 section 2.5.1.2), and three missing packets are to be told from a jam.
    /// </summary>
    private const long Patience = 250;

    private const string Keys = "0123456789*#ABCD";
    private const byte EndBit = 0x80;

    private bool _any;
    private bool _ended;
    private byte _event;
    private uint _timestamp;
    private uint _segmentTimestamp;
    private uint _durationBefore;
    private ushort _duration;
    private long _told;
    private uint _formerTimestamp;
    private bool _hasFormer;
    private uint _outgoing;
    private uint _outgoingEnd;
    private bool _hasOutgoingEnd;

    /// <summary>The packet that was taken last is of the event or segment before the present one, or is none.</summary>
    public bool IsLate { get; private set; }

    /// <summary>
    /// Takes an event. True when one ends, once: with the key and how long it was pressed, in units of the incoming rate. It is the one
    /// before when its end was lost and the next has begun.
    /// </summary>
    public bool TryEnd(uint timestamp, ReadOnlySpan<byte> payload, long now, out char key, out uint duration)
    {
        (key, duration) = ('\0', 0);
        IsLate = payload.Length < Length || (_hasFormer && timestamp == _formerTimestamp);
        if (IsLate)
        {
            return false;
        }

        var wasLost = false;
        var length = BinaryPrimitives.ReadUInt16BigEndian(payload[2..]);
        if (_any && payload[0] == _event && !_ended && timestamp != _segmentTimestamp
            && timestamp - _segmentTimestamp == _duration)
        {
            // A longer press goes on in another segment, as its duration has but 16 bits (RFC 4733 section 2.5.1.3).
            (_formerTimestamp, _hasFormer) = (_segmentTimestamp, true);
            _durationBefore += _duration;
            _segmentTimestamp = timestamp;
        }
        else if (!_any || timestamp != _segmentTimestamp)
        {
            wasLost = TryClose(out key, out duration);
            (_formerTimestamp, _hasFormer) = (_segmentTimestamp, _any);
            (_any, _ended, _event, _durationBefore) = (true, false, payload[0], 0);
            _timestamp = _segmentTimestamp = timestamp;
            _outgoing = 0;
        }

        (_duration, _told) = (length, now);
        return wasLost || (Ends(payload) && TryClose(out key, out duration)); // an end is repeated: the next tells of it
    }

    /// <summary>The sender speaks again. True when a key must have been released meanwhile: what told of its end was lost.</summary>
    public bool TryMissEnd(long now, out char key, out uint duration)
    {
        (key, duration) = ('\0', 0);
        return _any && !_ended && now - _told >= Patience && TryClose(out key, out duration);
    }

    /// <summary>
    /// The timestamp of the present event in a stream whose clock stands at <paramref name="now"/>: the same for all its
    /// packets, and later segments follow the first at their distance.
    /// </summary>
    public uint OutgoingTimestamp(uint now, int fromRate, int toRate)
    {
        if (_outgoing == 0)
        {
            _outgoing = now == 0 ? 1 : now;
        }

        return _outgoing + (uint)((ulong)(_segmentTimestamp - _timestamp) * (ulong)toRate / (ulong)fromRate);
    }

    /// <summary>
    /// The same where the clock is ours, not the sender's: it tells when a packet came. A key that comes together with the one before it,
    /// as after a jam, begins where that one ends: with one timestamp, or within it, they were one key (RFC 4733 section 2.5.1.2).
    /// </summary>
    public uint OutgoingTimestampOnClock(uint now, int fromRate, int toRate)
    {
        if (_outgoing == 0 && _hasOutgoingEnd && (int)(_outgoingEnd - now) is > 0 and < MostAhead)
        {
            now = _outgoingEnd;
        }

        var timestamp = OutgoingTimestamp(now, fromRate, toRate);
        _outgoingEnd = timestamp + Math.Max(1, (uint)((ulong)_duration * (ulong)toRate / (ulong)fromRate));
        _hasOutgoingEnd = true;
        return timestamp;
    }

    private bool TryClose(out char key, out uint duration)
    {
        var closes = _any && !_ended && _event < Keys.Length;
        (key, duration) = closes ? (Keys[_event], _durationBefore + _duration) : ('\0', 0);
        _ended = true;
        return closes;
    }

    /// <summary>Converts the duration in place.</summary>
    public static void Convert(Span<byte> payload, int fromRate, int toRate)
    {
        if (payload.Length >= Length && fromRate != toRate)
        {
            var duration = (long)BinaryPrimitives.ReadUInt16BigEndian(payload[2..]) * toRate / fromRate;
            BinaryPrimitives.WriteUInt16BigEndian(payload[2..], (ushort)Math.Min(duration, ushort.MaxValue));
        }
    }

    /// <summary>The key is released.</summary>
    public static bool Ends(ReadOnlySpan<byte> payload) => (payload[1] & EndBit) != 0;

    /// <summary>The number of a key, or -1.</summary>
    public static int EventOf(char key) => Keys.IndexOf(char.ToUpperInvariant(key), StringComparison.Ordinal);

    /// <summary>Writes an event at the volume that RFC 4733 section 2.3 takes for usual, -10 dBm0.</summary>
    public static void Write(Span<byte> payload, int number, bool ends, int duration)
    {
        payload[0] = (byte)number;
        payload[1] = (byte)((ends ? EndBit : 0) | 10);
        BinaryPrimitives.WriteUInt16BigEndian(payload[2..], (ushort)Math.Min(duration, ushort.MaxValue));
    }
}
