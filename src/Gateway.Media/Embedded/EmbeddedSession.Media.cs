using Gateway.Media.Dtls;
using Gateway.Media.Embedded.Transports;
using Gateway.Media.Io;
using Gateway.Media.Relay;
using Gateway.Media.Rtp;
using Gateway.Media.Srtp;

namespace Gateway.Media.Embedded;

/// <summary>What the packets and the transports tell, on the call's loop.</summary>
internal sealed partial class EmbeddedSession : IMediaCallSink, IWebRtcOwner
{
    private readonly MediaCall _call;

    /// <summary>Lets one end hear a key.</summary>
    public MediaResult PlayDigit(MediaDigit digit) =>
        IsClosed || Array.Find(_ends, end => end.Tag == digit.ToTag) is not { } end ? Faults.Unknown
        : _call.TryPress(end.Leg, digit.Key, digit.Duration) ? MediaResult.Ok()
        : MediaResult.Failed(MediaFault.Refused, "the end takes no telephone-event");

    /// <summary>What was received from each end that has been named.</summary>
    public MediaStatistics Statistics()
    {
        var (now, clock) = (_loop.Now, _context.Time.GetUtcNow().ToUnixTimeMilliseconds());
        return new MediaStatistics([.. _ends.Where(end => end.Tag is not null).Select(end => EndStatistics(end, now, clock))]);
    }

    private MediaEndStatistics EndStatistics(RelayEnd end, long now, long clock)
    {
        var figures = _call.Figures(end.Leg);
        var last = figures.Select(figure => figure.LastReceived).DefaultIfEmpty().Max();
        return new MediaEndStatistics(
            end.Tag!, figures.Sum(figure => figure.PacketsReceived), figures.Sum(figure => figure.OctetsReceived), _call.Refused(end.Leg))
        {
            LastPacket = last == 0 ? 0 : (clock - (now - last)) / 1000,
            Received = figures is [var heard, ..]
                ? new MediaQuality(heard.PacketsReceived, heard.PacketsLost, heard.Jitter, heard.RoundTrip) : null,
            Sent = figures is [{ RoundTrip: not null } told, ..] // the end reports
                ? new MediaQuality(Math.Max(0, told.PacketsSent - told.RemoteLost), told.RemoteLost, told.RemoteJitter, told.RoundTrip) : null,
        };
    }

    void IMediaCallSink.OnMedia(int leg) => Tell(leg, (id, tag) => new MediaNotice.Connected(id, tag));

    void IMediaCallSink.OnSilent(int leg, int stream, TimeSpan silence) =>
        Tell(leg, (id, tag) => new MediaNotice.Silent(id, tag, silence));

    void IMediaCallSink.OnDigit(int leg, char key, TimeSpan duration) =>
        Tell(leg, (id, tag) => new MediaNotice.Digit(id, tag, key, duration));

    void IMediaCallSink.OnGoodbye(int leg, int stream)
    {
        // A sender changes its source on hold or transfer, too: only signalling ends a call.
    }

    void IWebRtcOwner.OnPath(WebRtcTransport transport, IMediaSocket socket, in PeerAddress to) =>
        EmbeddedLog.Path(_context.Logger, Id, TagOf(transport), socket.Local, to);

    void IWebRtcOwner.OnSecure(WebRtcTransport transport, SrtpProfile profile) =>
        EmbeddedLog.Keys(_context.Logger, Id, TagOf(transport), profile);

    void IWebRtcOwner.OnConsentLost(WebRtcTransport transport)
    {
        EmbeddedLog.Lost(_context.Logger, Id, TagOf(transport), "has not agreed to receive for 30 s");
        Tell(LegOf(transport), (id, tag) => new MediaNotice.ConsentLost(id, tag));
    }

    void IWebRtcOwner.OnUnreachable(WebRtcTransport transport)
    {
        EmbeddedLog.Lost(_context.Logger, Id, TagOf(transport), "cannot be reached: no pair of addresses works");
        Tell(LegOf(transport), (id, tag) => new MediaNotice.NotConnected(id, tag));
    }

    void IWebRtcOwner.OnDtlsFailed(WebRtcTransport transport, DtlsFault fault)
    {
        EmbeddedLog.Handshake(_context.Logger, Id, TagOf(transport), fault);
        Tell(LegOf(transport), (id, tag) => fault == DtlsFault.FingerprintMismatch
            ? new MediaNotice.NotAuthentic(id, tag) : new MediaNotice.NotConnected(id, tag));
    }

    void IWebRtcOwner.OnGathered(WebRtcTransport transport)
    {
        if (!WebRtcTransports.Any(other => other.IsGathering))
        {
            Gathered();
        }
    }

    private MediaCall NewCall() => new(_loop, this, _context.Options.SilenceNotice);

    private void Attach(RelayEnd end, LegTransport transport)
    {
        end.Transports.Add(transport);
        _call.Attach(end.Leg, transport);
    }

    private void Apply(RelayEnd end, LegPlan plan) => _call.Apply(end.Leg, plan);

    private int LegOf(WebRtcTransport transport) => _ends[0].WebRtcTransports.Contains(transport) ? 0 : 1;

    private string TagOf(WebRtcTransport transport) => _ends[LegOf(transport)].Tag ?? "";

    private void Tell(int leg, Func<string, string, MediaNotice> notice)
    {
        if (!IsClosed && _ends[leg].Tag is { } tag)
        {
            _context.Notices.OnNotice(notice(Id, tag));
        }
    }
}
