using Gateway.Media.Codecs;

namespace Gateway.Media.Transcoding;

/// <summary>
/// Samples without end out of packets that come when they come: decoded in order, with redundancy and concealment where packets
/// are missing, and comfort noise where the sender is silent. Pulled by the clock of the other end.
/// </summary>
internal sealed class AudioSource : IDisposable
{
    /// <summary>Milliseconds of a packet at most: RFC 6716 section 2.1.4; others are shorter.</summary>
    private const int LongestPacket = 120;

    /// <summary>Milliseconds that are filled in at once where nothing came.</summary>
    private const int Step = 10;

    private readonly IAudioDecoder _decoder;
    private readonly PlayoutBuffer _buffer;
    private readonly int _clockRate;
    private readonly short[] _decoded;
    private int _start;
    private int _end;
    private int _lastTicks;
    private long _missing;
    private long _recovered;

    /// <summary>Makes one.</summary>
    /// <param name="decoder">Owned from now on.</param>
    /// <param name="clockRate">Of the RTP stream, which is not always the decoder's (RFC 3551 section 4.5.2, RFC 7587 section
    /// 4.1).</param>
    public AudioSource(IAudioDecoder decoder, int clockRate)
    {
        (_decoder, _clockRate) = (decoder, clockRate);
        _buffer = new PlayoutBuffer(clockRate);
        _lastTicks = clockRate / 50;
        _decoded = new short[decoder.SampleRate / 1000 * LongestPacket * 2];
    }

    /// <summary>Samples a second.</summary>
    public int SampleRate => _decoder.SampleRate;

    /// <summary>A packet has come: there is something to pull.</summary>
    public bool IsStarted => _buffer.IsStarted;

    /// <summary>Milliseconds for which packets wait.</summary>
    public int Delay => _buffer.Delay;

    /// <summary>
    /// Packets in whose place something else was played; those of them that redundancy brought back; packets that came and were
    /// of no use.
    /// </summary>
    public (long Missing, long Recovered, long Dropped) Losses => (_missing, _recovered, _buffer.Dropped);

    /// <summary>Takes a packet's payload.</summary>
    public void Add(ushort sequence, uint timestamp, ReadOnlySpan<byte> payload, bool marker)
    {
        var samples = _decoder.SamplesIn(payload);
        if (samples > 0 && samples <= SampleRate / 1000 * LongestPacket)
        {
            _buffer.Add(sequence, timestamp, Ticks(samples), payload, marker);
        }
    }

    /// <summary>Another source begins.</summary>
    public void Clear()
    {
        _buffer.Clear();
        (_start, _end) = (0, 0);
    }

    /// <summary>Fills <paramref name="samples"/>, whatever came.</summary>
    public void Pull(Span<short> samples)
    {
        while (_end - _start < samples.Length)
        {
            if (_start > 0)
            {
                _decoded.AsSpan(_start, _end - _start).CopyTo(_decoded);
                (_start, _end) = (0, _end - _start);
            }

            _end += Produce(_decoded.AsSpan(_end));
        }

        _decoded.AsSpan(_start, samples.Length).CopyTo(samples);
        _start += samples.Length;
    }

    public void Dispose() => _decoder.Dispose();

    /// <summary>The next packet, or what stands in for it; never nothing.</summary>
    private int Produce(Span<short> room)
    {
        var step = SampleRate / 1000 * Step;
        if (!_buffer.TryPeek(out var payload, out var until, out var followsLast))
        {
            return Fill(room[..step]);
        }

        if (until > 0)
        {
            var gap = Samples(until);
            if (gap < SampleRate / 400)
            {
                _buffer.Pass(until); // less than any frame: the sender's clock is not exact
                return 0;
            }

            if (followsLast)
            {
                return Fill(room[..Math.Min(gap, step)]); // nothing is missing: the sender was silent, or begins
            }

            var missing = room[..Math.Min(gap, Samples(_lastTicks))];
            if (missing.Length < gap || !TryRecover(payload, missing))
            {
                _missing++;
                return Fill(missing);
            }

            return missing.Length;
        }

        var count = _decoder.Decode(payload, room);
        if (count == 0)
        {
            count = _decoder.SamplesIn(payload); // looked like one of its own and is none: as good as lost
            _decoder.Conceal(room[..count]);
            _missing++;
        }

        _buffer.Played();
        _lastTicks = Ticks(count);
        var past = Math.Min(count, Samples(-until)); // the wait was shortened: as much is left out
        room[past..count].CopyTo(room);
        return count - past;
    }

    private bool TryRecover(ReadOnlySpan<byte> following, Span<short> missing)
    {
        if (!_decoder.TryRecover(following, missing))
        {
            return false;
        }

        _recovered++;
        _buffer.Pass(Ticks(missing.Length));
        return true;
    }

    private int Fill(Span<short> samples)
    {
        _decoder.Conceal(samples);
        _buffer.Pass(Ticks(samples.Length));
        return samples.Length;
    }

    private int Ticks(int samples) => (int)((long)samples * _clockRate / SampleRate);

    private int Samples(int ticks) => (int)((long)ticks * SampleRate / _clockRate);
}
