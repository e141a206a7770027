using System.Buffers.Binary;

namespace Gateway.Media.Rtp;

/// <summary>One end of a call: its transports and streams, and which packet belongs to which.</summary>
internal sealed class MediaLeg(MediaCall call, int side)
{
    /// <summary>Media lines beyond it are not carried.</summary>
    public const int MostStreams = 16;

    private readonly List<LegTransport> _transports = [];
    private readonly List<MediaStream> _streams = [];
    private readonly Dictionary<uint, StreamRoute?[]> _bySsrc = [];
    private LegPlan _plan = LegPlan.Silent;
    private bool _announcesSsrcs;
    private bool _heard;
    private long? _peerClock;

    public MediaCall Call => call;

    /// <summary>0 or 1.</summary>
    public int Side => side;

    public MediaLeg Opposite => call.Leg(1 - side);

    /// <summary>By media line. A list itself, since walking through an interface allocates.</summary>
    public List<MediaStream> Streams => _streams;

    public List<LegTransport> Transports => _transports;

    public MediaStream? StreamAt(int index) => index < _streams.Count ? _streams[index] : null;

    public LegTransport? TransportAt(int number) => (uint)number < (uint)_transports.Count ? _transports[number] : null;

    public int Attach(LegTransport transport)
    {
        (transport.Leg, transport.Number) = (this, _transports.Count);
        _transports.Add(transport);
        return transport.Number;
    }

    public void Apply(LegPlan plan, long now)
    {
        _plan = plan;
        for (var i = 0; i < _transports.Count; i++)
        {
            _transports[i].Apply(i < plan.Transports.Length ? plan.Transports[i] : new TransportPlan.None(), now);
            Array.Clear(_transports[i].Routes);
        }

        _bySsrc.Clear();
        var count = Math.Min(plan.Streams.Length, MostStreams);
        for (var i = 0; i < Math.Max(count, _streams.Count); i++)
        {
            var stream = i < count ? plan.Streams[i] : StreamPlan.Refused(StreamKind.Audio);
            if (i == _streams.Count)
            {
                _streams.Add(new MediaStream(this, i, stream.LocalSsrc != 0 ? stream.LocalSsrc : (uint)Random.Shared.NextInt64(1, 1L << 32)));
            }

            _streams[i].Apply(stream, now);
            Route(_streams[i]);
        }

        _announcesSsrcs = _bySsrc.Count > 0;
    }

    /// <summary>Which stream a packet belongs to: by its announced SSRC, or else by its payload number.</summary>
    public bool TryRoute(LegTransport transport, in RtpHeader header, out StreamRoute route)
    {
        var routes = _announcesSsrcs && _bySsrc.TryGetValue(header.Ssrc, out var own) ? own : transport.Routes;
        route = routes[header.PayloadType]!;
        return route is not null;
    }

    /// <summary>A packet with a payload that was not agreed, of a source that may be known.</summary>
    public void OnUnknown(in RtpHeader header, long now)
    {
        foreach (var stream in _streams)
        {
            stream.OnUnknown(header, now);
        }
    }

    /// <summary>False when it is not RTCP after all.</summary>
    public bool OnRtcp(LegTransport transport, Span<byte> compound, long now)
    {
        if (!RtcpPackets.IsCoherent(compound))
        {
            transport.Counters.Malformed++;
            return false;
        }

        for (var packets = new RtcpPackets(compound); packets.MoveNext();)
        {
            OnRtcp(ref packets, now);
        }

        return true;
    }

    public void OnFirstMedia()
    {
        if (!_heard)
        {
            _heard = true;
            call.Sink.OnMedia(side);
        }
    }

    public void OnTransportUp(LegTransport transport)
    {
        foreach (var stream in _streams)
        {
            // What was sent before there were keys is lost, with it maybe a picture that all others build on.
            if (stream.Plan is { Kind: StreamKind.Video } plan && plan.Transport == transport.Number && stream.Opposite is { } source)
            {
                source.Reports.AskForPicture(full: false);
            }
        }
    }

    /// <summary>The peer's clock showed <paramref name="peerTime"/> no later than now; the quickest report is the best.</summary>
    public void OnPeerClock(long peerTime, long now)
    {
        var difference = now - peerTime;
        _peerClock = _peerClock is { } known && Math.Abs(known - difference) < 5_000 ? Math.Min(known, difference) : difference;
    }

    public long PeerTimeAt(long now) => now - (_peerClock ?? 0);

    private void Route(MediaStream stream)
    {
        var plan = stream.Plan;
        if (TransportAt(plan.Transport) is not { Routes: var routes })
        {
            return;
        }

        var own = plan.RemoteSsrcs.IsEmpty ? null : new StreamRoute?[128];
        foreach (var rule in plan.Incoming)
        {
            if (rule.Incoming.Id < 128)
            {
                var route = stream.RouteOf(rule);
                routes[rule.Incoming.Id] ??= route;
                own?[rule.Incoming.Id] = route;
            }
        }

        foreach (var ssrc in plan.RemoteSsrcs)
        {
            _bySsrc.TryAdd(ssrc, own!);
        }
    }

    private void OnRtcp(ref RtcpPackets packets, long now)
    {
        switch (packets.Type)
        {
            case RtcpType.SenderReport:
                foreach (var stream in _streams)
                {
                    stream.Reports.OnSenderReport(packets.Current, now);
                }

                OnReportBlocks(packets.Current, 28, packets.Count, now);
                break;
            case RtcpType.ReceiverReport:
                OnReportBlocks(packets.Current, 8, packets.Count, now);
                break;
            case RtcpType.Goodbye:
                OnGoodbye(packets.Sender);
                break;
            case RtcpType.TransportFeedback or RtcpType.PayloadFeedback when packets.Current.Length >= 12:
                OnFeedback(ref packets);
                break;
            default:
                break;
        }
    }

    private void OnReportBlocks(ReadOnlySpan<byte> packet, int start, int count, long now)
    {
        for (; count > 0 && packet.Length >= start + 24; count--, start += 24)
        {
            if (BySsrc(BinaryPrimitives.ReadUInt32BigEndian(packet[start..])) is { } stream)
            {
                stream.Reports.OnReportBlock(packet.Slice(start, 24), now);
            }
        }
    }

    private void OnGoodbye(uint ssrc)
    {
        foreach (var stream in _streams)
        {
            if (stream.Reception.Packets > 0 && stream.Reception.Ssrc == ssrc)
            {
                call.Sink.OnGoodbye(side, stream.Index);
            }
        }
    }

    private void OnFeedback(ref RtcpPackets packets)
    {
        var media = BinaryPrimitives.ReadUInt32BigEndian(packets.Current[8..]);
        if (media == 0 && packets.Current.Length >= 16)
        {
            media = BinaryPrimitives.ReadUInt32BigEndian(packets.Current[12..]); // FIR: RFC 5104 section 4.3.1.2
        }

        BySsrc(media)?.Reports.OnFeedback(ref packets);
    }

    /// <summary>The stream that we send with this SSRC.</summary>
    private MediaStream? BySsrc(uint ssrc)
    {
        foreach (var stream in _streams)
        {
            if (stream.Ssrc == ssrc)
            {
                return stream;
            }
        }

        return null;
    }
}
