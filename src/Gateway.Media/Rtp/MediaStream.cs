using System.Collections.Immutable;
using Gateway.Media.Io;

namespace Gateway.Media.Rtp;

/// <summary>
/// One stream of one leg: what its peer sends, which goes to the same stream of the other leg, and what goes to its peer,
/// under an SSRC, a sequence and a clock of our own that stay the same whatever happens at the other leg.
/// </summary>
internal sealed class MediaStream
{
    /// <summary>
    /// How long a source that another one followed is not listened to: its last packets may be late, and two sources at
    /// once would otherwise begin the stream anew with every packet.
    /// </summary>
    private const long SourceRest = 2_000;

    /// <summary>Milliseconds without a packet, after which the source that followed is over, and the one before it may go on: music for a moment.</summary>
    private const long SourceGap = 200;

    private readonly SequenceMap _map;
    private readonly DigitEvents _digits = new();
    private readonly List<StreamRoute> _routes = [];
    private readonly MediaLeg _leg;
    private HeaderExtensions? _extensions;
    private uint _source;
    private uint _former;
    private long _formerUntil;
    private long _sourceAt;
    private int _digitRate = 8000;
    private bool _heard;

    public MediaStream(MediaLeg leg, int index, uint ssrc)
    {
        (_leg, Index, Ssrc) = (leg, index, ssrc);
        var start = (uint)Random.Shared.NextInt64(1L << 32);
        _map = new SequenceMap(8000, (ushort)(start & 0x7FFF), start); // the first half, so that SRTP cannot lose a wrap (RFC 3711 section 3.3.1)
        Reports = new StreamReports(this);
        Generator = new StreamGenerator(this, leg.Call.Loop);
        Transcoded = new TranscodedOutput(this, leg.Call.Loop);
    }

    public MediaLeg Leg => _leg;

    public int Index { get; }

    public StreamPlan Plan { get; private set; } = StreamPlan.Refused(StreamKind.Audio);

    /// <summary>What we send with.</summary>
    public uint Ssrc { get; }

    /// <summary>Of what the peer sends.</summary>
    public ReceptionStatistics Reception { get; } = new();

    public StreamReports Reports { get; }

    /// <summary>Makes packets of our own: digits, comfort.</summary>
    public StreamGenerator Generator { get; }

    /// <summary>Makes what goes to the peer when the ends have no codec in common.</summary>
    public TranscodedOutput Transcoded { get; }

    /// <summary>The numbers and the clock of what we send.</summary>
    public SequenceMap Map => _map;

    public long PacketsSent { get; private set; }

    public long OctetsSent { get; private set; }

    /// <summary>The same stream of the other leg; null while that leg has none.</summary>
    public MediaStream? Opposite { get; private set; }

    /// <summary>Since when the peer has been expected to send and has not.</summary>
    public long ExpectedSince { get; set; }

    /// <summary>Whether its silence was told.</summary>
    public bool SilenceTold { get; set; }

    private LegTransport? Transport { get; set; }

    public void Apply(StreamPlan plan, long now)
    {
        if (plan.Sends != Plan.Sends || plan.Transport != Plan.Transport)
        {
            _map.Interrupt();
            Transcoded.Stop();
        }

        if (plan.Receives != Plan.Receives)
        {
            (ExpectedSince, SilenceTold) = (now, false);
            Opposite?.Map.Interrupt();
            Opposite?.Transcoded.Stop();
        }

        var resumes = plan is { Kind: StreamKind.Video, Sends: true } && !Plan.Sends;
        Plan = plan;
        KeepRoutes();
        if (resumes)
        {
            Opposite?.Reports.AskForPicture(full: false); // what follows builds on pictures that this peer has not seen
        }

        _extensions = HeaderExtensions.Of(plan.Extensions);
        Reports.Apply(plan);
        if (!_heard && plan.Incoming.Length > 0)
        {
            Reception.ClockRate = Math.Max(1, plan.Incoming[0].Incoming.ClockRate);
        }
    }

    /// <summary>What becomes of one payload number, with what has been learned of it if it was in force before.</summary>
    public StreamRoute RouteOf(PayloadRule rule)
    {
        var route = _routes.Find(route => route.Rule == rule);
        if (route is null)
        {
            _routes.Add(route = new StreamRoute(this, rule));
        }

        return route;
    }

    /// <summary>Stops what runs by itself; nothing is sent any more.</summary>
    public void Stop()
    {
        Generator.Stop();
        Transcoded.Stop();
        _routes.ForEach(route => route.Dispose());
        _routes.Clear();
    }

    /// <summary>
    /// Looks up whom it meets, and the clock of what is sent to its peer: after every change of either leg's plan. Packets
    /// then need not go through the call to find each other.
    /// </summary>
    public void Settle()
    {
        Opposite = _leg.Opposite.StreamAt(Index);
        Transport = _leg.TransportAt(Plan.Transport);
        if (Opposite is { Plan.Incoming: { Length: > 0 } rules })
        {
            _map.ClockRate = RateAmong(rules);
        }
    }

    /// <summary>A packet of the peer.</summary>
    /// <param name="route">Where its payload goes.</param>
    /// <param name="header">Its header.</param>
    /// <param name="buffer">The packet and room behind it.</param>
    /// <param name="length">Of the packet.</param>
    /// <param name="now">Milliseconds.</param>
    public void OnRtp(StreamRoute route, in RtpHeader header, Span<byte> buffer, int length, long now)
    {
        var isFollowed = IsFollowed(header.Ssrc, now);
        if (isFollowed)
        {
            Reception.ClockRate = route.IsMedia ? route.IncomingRate : Reception.ClockRate; // of several that were agreed, the one that is spoken
            Reception.Add(header, now);
        }

        if (!_heard)
        {
            _heard = true;
            _leg.OnFirstMedia();
        }

        (ExpectedSince, SilenceTold) = (now, false);
        if (!isFollowed)
        {
            return;
        }

        if (route.IsDigits)
        {
            _digitRate = route.IncomingRate;
        }

        if (route.IsDigits
            ? _digits.TryEnd(header.Timestamp, buffer.Slice(header.PayloadStart, header.PayloadLength), now, out var key, out var duration)
            : _digits.TryMissEnd(now, out key, out duration))
        {
            _leg.Call.Sink.OnDigit(_leg.Side, key, TimeSpan.FromMilliseconds(duration * 1000d / _digitRate));
        }

        if (Plan.Receives)
        {
            Opposite?.Forward(route, header, buffer, length, now);
        }
    }

    /// <summary>
    /// A packet of the peer with a payload that was not agreed: most often comfort noise (RFC 3389), which some phones send unasked. It goes
    /// nowhere, but it was not lost on its way, and the other peer is not to take it for lost.
    /// </summary>
    public void OnUnknown(in RtpHeader header, long now)
    {
        if (Reception.Packets > 0 && header.Ssrc == _source)
        {
            Reception.Add(header, now);
            (ExpectedSince, SilenceTold) = (now, false);
            Opposite?.Map.Skip(header.Ssrc, header.Sequence);
        }
    }

    /// <summary>Sends a packet that was made in <paramref name="buffer"/>, its header excepted.</summary>
    /// <param name="buffer">Twelve octets for the header, the payload, and room.</param>
    /// <param name="length">With the header.</param>
    /// <param name="marker">First of a talkspurt or an event.</param>
    /// <param name="payloadType">The number at this leg.</param>
    /// <param name="sequence">From <see cref="Map"/>.</param>
    /// <param name="timestamp">Of the first sample, or of the event.</param>
    public void SendOwn(Span<byte> buffer, int length, bool marker, byte payloadType, ushort sequence, uint timestamp)
    {
        RtpHeader.Write(buffer, marker, payloadType, sequence, timestamp, Ssrc);
        Send(buffer, length, length - RtpHeader.FixedLength);
    }

    public StreamFigures Figures() => new(
        Reception.Packets, Reception.Octets, Reception.Lost, Reception.JitterMilliseconds, Reception.LastAt,
        PacketsSent, OctetsSent, Reports.RemoteLost, Reports.RemoteJitter * 1000d / _map.ClockRate, Reports.RoundTrip);

    /// <summary>Sends a compound RTCP packet about this stream.</summary>
    public void SendRtcp(Span<byte> buffer, int length) => Transport?.SendRtcp(buffer, length);

    /// <summary>A packet of the other leg's peer goes to ours.</summary>
    private void Forward(StreamRoute route, in RtpHeader header, Span<byte> buffer, int length, long now)
    {
        if (!Plan.Sends || Transport is not { } transport)
        {
            return;
        }

        if (route.IsMedia)
        {
            _map.ClockRate = route.OutgoingRate;
        }

        if (route.Action == PayloadAction.Transcode)
        {
            Transcoded.Take(route, header, buffer.Slice(header.PayloadStart, header.PayloadLength), now);
            return;
        }

        if (Transcoded.IsRunning && route.IsDigits)
        {
            ForwardAmongTranscoded(route, header, buffer, now);
            return;
        }

        if (Transcoded.IsRunning)
        {
            Transcoded.Stop(); // the peer has gone over to a codec that passes
        }

        if (route.Action == PayloadAction.Digits && route.Stream._digits.IsLate)
        {
            return;
        }

        if (Generator.IsDialling)
        {
            _map.Skip(header.Ssrc, header.Sequence); // the keys that we press take the place of the voice (RFC 4733 section 2.6.2)
            return;
        }

        if (!_map.TryMap(
            header.Ssrc, header.Sequence, header.Timestamp, now, out var isNew, out var sequence, out var timestamp))
        {
            return;
        }

        if (route.Action == PayloadAction.Digits)
        {
            timestamp = route.Stream._digits.OutgoingTimestamp(timestamp, route.IncomingRate, route.OutgoingRate);
            DigitEvents.Convert(buffer[header.PayloadStart..length], route.IncomingRate, route.OutgoingRate);
        }

        var start = header.ExtensionLength > 0 && !route.Stream.MapExtension(header, buffer) ? header.RemoveExtension(buffer) : 0;
        var packet = buffer[start..];
        var marker = header.Marker || (isNew && Plan.Kind == StreamKind.Audio);
        RtpHeader.Rewrite(packet, marker, route.Outgoing, sequence, timestamp, Ssrc);
        PacketsSent++;
        OctetsSent += header.PayloadLength;
        transport.SendRtp(packet, length - start);
    }

    /// <summary>A key pressed at the other leg, in a stream whose numbers and clock are the transcoder's.</summary>
    private void ForwardAmongTranscoded(StreamRoute route, in RtpHeader header, Span<byte> buffer, long now)
    {
        if (Generator.IsDialling || header.PayloadLength < DigitEvents.Length || route.Stream._digits.IsLate)
        {
            return;
        }

        var packet = buffer[(header.PayloadStart - RtpHeader.FixedLength)..];
        Transcoded.Quieten(DigitEvents.Ends(packet[RtpHeader.FixedLength..]), now);
        DigitEvents.Convert(packet[RtpHeader.FixedLength..], route.IncomingRate, route.OutgoingRate);
        var (sequence, _) = _map.Insert(0, now);
        var timestamp = route.Stream._digits.OutgoingTimestampOnClock(_map.TimestampAt(now), route.IncomingRate, route.OutgoingRate);
        SendOwn(packet, RtpHeader.FixedLength + header.PayloadLength, header.Marker, route.Outgoing, sequence, timestamp);
    }

    private void KeepRoutes() => _routes.RemoveAll(route =>
    {
        if (Plan.Incoming.Contains(route.Rule))
        {
            return false;
        }

        Opposite?.Transcoded.Leave(route);
        route.Dispose();
        return true;
    });

    /// <summary>The clock that is in use, if it is still agreed, or else that of the codec that is preferred.</summary>
    private int RateAmong(ImmutableArray<PayloadRule> rules)
    {
        foreach (var rule in rules)
        {
            if (rule.Outgoing.ClockRate == _map.ClockRate && PacketsSent > 0)
            {
                return _map.ClockRate;
            }
        }

        return Math.Max(1, rules[0].Outgoing.ClockRate);
    }

    private bool MapExtension(in RtpHeader header, Span<byte> buffer) =>
        _extensions?.TryMap(buffer.Slice(header.ExtensionStart, header.ExtensionLength)) ?? false;

    private void Send(Span<byte> buffer, int length, int payload)
    {
        if (Transport is { } transport)
        {
            PacketsSent++;
            OctetsSent += payload;
            transport.SendRtp(buffer, length);
        }
    }

    private bool IsFollowed(uint ssrc, long now)
    {
        if (ssrc != _source)
        {
            if (ssrc == _former && now < _formerUntil && now - _sourceAt < SourceGap)
            {
                return false;
            }

            (_former, _formerUntil, _source) = (_source, now + SourceRest, ssrc);
        }

        _sourceAt = now;
        return true;
    }
}
