using Gateway.Media.Io;
using Gateway.Media.Transcoding;

namespace Gateway.Media.Rtp;

/// <summary>
/// What goes to a peer when it is decoded and encoded anew: packets of the other leg's peer go into the transcoder as they
/// come, and the loop's timer pulls ours out, one every packet time.
/// </summary>
internal sealed class TranscodedOutput
{
    /// <summary>Milliseconds behind its timer at which the output gives up catching up: the machine stood still.</summary>
    private const int MostBehind = 500;

    /// <summary>Milliseconds from one packet of a key to the next at most: 50 (RFC 4733 section 2.5.1.2), and the network's part.</summary>
    private const int LongestKeyGap = 150;

    /// <summary>Milliseconds of silence behind a key.</summary>
    private const int Rest = 50;

    private readonly MediaStream _stream;
    private readonly IMediaLoop _loop;
    private readonly IMediaTimer _timer;
    private StreamRoute? _route;
    private uint _source;
    private long _due;
    private long _quietUntil;
    private bool _first;

    public TranscodedOutput(MediaStream stream, IMediaLoop loop)
    {
        (_stream, _loop) = (stream, loop);
        _timer = loop.CreateTimer(OnTimer);
    }

    /// <summary>The peer's stream is made here now.</summary>
    public bool IsRunning => _route is not null;

    /// <summary>A packet of the other leg's peer.</summary>
    public void Take(StreamRoute route, in RtpHeader header, ReadOnlySpan<byte> payload, long now)
    {
        if (route.TranscoderFor(_stream.Plan.PacketTime) is not { } transcoder)
        {
            return; // codecs that nobody here knows: the control plane pairs none such
        }

        if (_route != route || _source != header.Ssrc)
        {
            transcoder.Clear();
            (_route, _source) = (route, header.Ssrc);
            if (_due == 0)
            {
                (_due, _first) = (now, true);
                _timer.Start(now);
            }
        }

        transcoder.Add(header.Sequence, header.Timestamp, payload, header.Marker);
    }

    /// <summary>A key is being pressed: no sound is sent until a moment after its last packet (RFC 4733 section 2.6.2).</summary>
    public void Quieten(bool ends, long now) => _quietUntil = now + (ends ? Rest : LongestKeyGap);

    /// <summary>A payload number is agreed no more: if it was what is heard, there is nothing to hear.</summary>
    public void Leave(StreamRoute route)
    {
        if (_route == route)
        {
            Stop();
        }
    }

    public void Stop()
    {
        _route?.Clear();
        (_route, _due) = (null, 0);
        _timer.Stop();
    }

    private void OnTimer(long now)
    {
        if (_route?.TranscoderFor(_stream.Plan.PacketTime) is not { } transcoder)
        {
            Stop();
            return;
        }

        // The packet's own time, and not the timer's: those that make up for a late timer would else count its lateness twice.
        var time = now - _due > MostBehind ? now : _due;
        _due = time + transcoder.PacketTime;
        _timer.Start(_due);
        Span<byte> buffer = stackalloc byte[RtpHeader.FixedLength + AudioTranscoder.MostOctets + DatagramRoom.Spare];
        var length = transcoder.Pull(buffer[RtpHeader.FixedLength..^DatagramRoom.Spare]);
        if (length <= 0)
        {
            return;
        }

        if (now < _quietUntil || _stream.Generator.IsDialling)
        {
            _stream.Map.Pass((uint)transcoder.TicksPerPacket, time);
            _first = true;
            return;
        }

        var (sequence, timestamp) = _stream.Map.Insert((uint)transcoder.TicksPerPacket, time);
        _stream.SendOwn(buffer, RtpHeader.FixedLength + length, _first, _route.Outgoing, sequence, timestamp);
        _first = false;
    }
}
