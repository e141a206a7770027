using System.Diagnostics.CodeAnalysis;
using Gateway.Media.Io;

namespace Gateway.Media.Rtp;

/// <summary>
/// Makes packets of a stream where no peer does: key presses (RFC 4733, R-40), and silence for a peer whose opposite is
/// held, so that it does not take the call for dead.
/// </summary>
[SuppressMessage("Reliability", "CA1001", Justification = "The end of comfort, which Stop brings with it, disposes its codec.")]
internal sealed class StreamGenerator
{
    /// <summary>Milliseconds between packets of an event, RFC 4733 section 2.5.1.2.</summary>
    private const int EventInterval = 20;

    /// <summary>How often the last packet of an event is sent: RFC 4733 section 2.5.1.4.</summary>
    private const int EndRepeats = 3;

    /// <summary>Silence between two keys, so that a detector tells them apart.</summary>
    private const int Pause = 60;

    private const int MostKeys = 64;
    private const int Shortest = 40;
    private const int Longest = 8_000;

    private readonly MediaStream _stream;
    private readonly IMediaLoop _loop;
    private readonly IMediaTimer _eventTimer;
    private readonly IMediaTimer _comfortTimer;
    private readonly ComfortAudio _comfort = new();
    private readonly Queue<(byte Event, int Duration)> _keys = new();
    private uint _timestamp;
    private int _elapsed;
    private int _ends;
    private bool _between;

    public StreamGenerator(MediaStream stream, IMediaLoop loop)
    {
        (_stream, _loop) = (stream, loop);
        _eventTimer = loop.CreateTimer(OnEvent);
        _comfortTimer = loop.CreateTimer(OnComfort);
    }

    /// <summary>A key is being pressed: nothing else is sent.</summary>
    public bool IsDialling { get; private set; }

    private bool IsComforting { get; set; }

    /// <summary>Presses a key, after those that wait. False: not negotiated, no such key, or too many.</summary>
    public bool TryPress(char key, int milliseconds)
    {
        if (_stream.Plan.Digits is null || !_stream.Plan.Sends || DigitEvents.EventOf(key) is var number && number < 0
            || _keys.Count == MostKeys)
        {
            return false;
        }

        _keys.Enqueue(((byte)number, Math.Clamp(milliseconds, Shortest, Longest)));
        if (_keys.Count == 1)
        {
            Begin(_loop.Now);
        }

        return true;
    }

    /// <summary>Begins or ends to send silence.</summary>
    public void Comfort(bool wanted)
    {
        if (wanted != IsComforting)
        {
            IsComforting = wanted;
            if (wanted)
            {
                _comfortTimer.Start(_loop.Now);
            }
            else
            {
                _comfortTimer.Stop();
                _comfort.Dispose();
            }
        }
    }

    public void Stop()
    {
        StopDialling();
        Comfort(false);
    }

    private void StopDialling()
    {
        _keys.Clear();
        _eventTimer.Stop();
        IsDialling = false;
    }

    private void Begin(long now)
    {
        (IsDialling, _between, _elapsed, _ends) = (true, false, 0, 0);
        _timestamp = _stream.Map.TimestampAt(now);
        OnEvent(now);
    }

    private void OnEvent(long now)
    {
        if (_between)
        {
            if (_keys.Count > 0)
            {
                Begin(now);
            }
            else
            {
                IsDialling = false;
            }

            return;
        }

        if (_stream.Plan.Digits is not { } format || !_keys.TryPeek(out var key))
        {
            StopDialling();
            return;
        }

        var first = _elapsed == 0;
        _elapsed = Math.Min(_elapsed + EventInterval, key.Duration);
        var ends = _elapsed == key.Duration;
        Span<byte> buffer = stackalloc byte[RtpHeader.FixedLength + DigitEvents.Length + DatagramRoom.Spare];
        DigitEvents.Write(buffer[RtpHeader.FixedLength..], key.Event, ends, _elapsed * format.ClockRate / 1000);
        var (sequence, _) = _stream.Map.Insert(0, now);
        _stream.SendOwn(buffer, RtpHeader.FixedLength + DigitEvents.Length, first, format.Payload, sequence, _timestamp);
        if (!ends || ++_ends < EndRepeats)
        {
            _eventTimer.Start(now + EventInterval);
            return;
        }

        _keys.Dequeue();
        _between = true;
        _eventTimer.Start(now + Pause);
    }

    private void OnComfort(long now)
    {
        if (!IsComforting || _stream.Plan.ComfortPayload is not { } format)
        {
            return;
        }

        var milliseconds = ComfortAudio.Duration(format, _stream.Plan.PacketTime);
        Span<byte> buffer = stackalloc byte[RtpHeader.FixedLength + 480 + DatagramRoom.Spare];
        var length = _comfort.Write(format, milliseconds, buffer[RtpHeader.FixedLength..^DatagramRoom.Spare]);
        if (length == 0)
        {
            return;
        }

        var samples = (uint)(milliseconds * format.ClockRate / 1000);
        if (IsDialling)
        {
            _stream.Map.Pass(samples, now);
        }
        else
        {
            var (sequence, timestamp) = _stream.Map.Insert(samples, now);
            _stream.SendOwn(buffer, RtpHeader.FixedLength + length, false, format.Id, sequence, timestamp);
        }

        _comfortTimer.Start(now + milliseconds);
    }
}
