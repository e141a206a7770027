using System.Collections.Immutable;
using Gateway.Media.Io;

namespace Gateway.Media.Rtp;

/// <summary>
/// The media of one call: two legs, and packets from the one to the other. Used on its loop only; nobody else need know
/// about packets, and it knows nothing of descriptions. Whoever opened the transports closes them, after the call.
/// </summary>
internal sealed class MediaCall
{
    private const int TickInterval = 1_000;

    private readonly MediaLeg[] _legs;
    private readonly IMediaTimer _tick;
    private readonly TimeSpan _silence;
    private bool _ticks, _closed;

    /// <summary>Begins with nothing, on any thread: timers are the loop's, so none runs before the first transport is there.</summary>
    /// <param name="loop">Where it lives.</param>
    /// <param name="sink">Hears of it.</param>
    /// <param name="silence">A peer that is to send and has not for so long is told of.</param>
    public MediaCall(IMediaLoop loop, IMediaCallSink sink, TimeSpan silence)
    {
        (Loop, Sink, _silence) = (loop, sink, silence);
        _legs = [new MediaLeg(this, 0), new MediaLeg(this, 1)];
        _tick = loop.CreateTimer(OnTick);
    }

    public IMediaLoop Loop { get; }

    public IMediaCallSink Sink { get; }

    public MediaLeg Leg(int side) => _legs[side];

    /// <summary>Adds a transport to a leg and returns its number, by which plans name it.</summary>
    public int Attach(int leg, LegTransport transport)
    {
        if (!_ticks && !_closed)
        {
            _ticks = true;
            _tick.Start(Loop.Now + TickInterval);
        }

        return _legs[leg].Attach(transport);
    }

    /// <summary>Puts a plan into force. Plans of both legs belong together: apply them one after the other.</summary>
    public void Apply(int leg, LegPlan plan)
    {
        if (_closed)
        {
            return;
        }

        _legs[leg].Apply(plan, Loop.Now);
        foreach (var each in _legs)
        {
            foreach (var stream in each.Streams)
            {
                Settle(stream);
            }
        }
    }

    /// <summary>
    /// Presses a key towards a leg's peer. False: it did not agree to telephone-event, there is no such key, or too
    /// many wait.
    /// </summary>
    public bool TryPress(int leg, char key, TimeSpan duration)
    {
        foreach (var stream in _legs[leg].Streams)
        {
            if (stream.Plan.Kind == StreamKind.Audio && stream.Plan.Digits is not null)
            {
                return !_closed && stream.Generator.TryPress(key, (int)Math.Min(duration.TotalMilliseconds, int.MaxValue));
            }
        }

        return false;
    }

    /// <summary>Figures of a leg's streams, by media line.</summary>
    public ImmutableArray<StreamFigures> Figures(int leg) => [.. _legs[leg].Streams.Select(stream => stream.Figures())];

    /// <summary>What a leg's transports refused.</summary>
    public long Refused(int leg) => _legs[leg].Transports.Sum(transport => transport.Counters.Refused);

    /// <summary>Says goodbye (RFC 3550 section 6.6) and stops.</summary>
    public void Close()
    {
        if (_closed)
        {
            return;
        }

        _closed = true;
        _tick.Stop();
        foreach (var leg in _legs)
        {
            foreach (var stream in leg.Streams)
            {
                stream.Stop();
                stream.Reports.Report(Loop.Now, goodbye: true);
            }

            foreach (var transport in leg.Transports)
            {
                transport.TellRefused();
                transport.Leg = null;
            }
        }
    }

    /// <summary>What follows from both legs' plans.</summary>
    private static void Settle(MediaStream stream)
    {
        stream.Settle();
        var plan = stream.Plan;
        var opposite = stream.Opposite?.Plan;
        stream.Generator.Comfort(
            plan is { IsRefused: false, Sends: true, ComfortPayload: not null, Kind: StreamKind.Audio }
            && opposite is { IsRefused: false, Receives: false });
    }

    private void OnTick(long now)
    {
        _tick.Start(now + TickInterval);
        foreach (var leg in _legs)
        {
            foreach (var stream in leg.Streams)
            {
                stream.Reports.OnTick(now);
                WatchSilence(leg, stream, now);
            }

            foreach (var transport in leg.Transports)
            {
                transport.TellRefused();
            }
        }
    }

    private void WatchSilence(MediaLeg leg, MediaStream stream, long now)
    {
        var silence = now - stream.ExpectedSince;
        if (stream.Plan.Receives && !stream.SilenceTold && silence >= _silence.TotalMilliseconds)
        {
            stream.SilenceTold = true;
            Sink.OnSilent(leg.Side, stream.Index, TimeSpan.FromMilliseconds(silence));
        }
    }
}
