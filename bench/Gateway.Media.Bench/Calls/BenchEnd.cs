using System.Globalization;
using Gateway.Media.Bench.Figures;
using Gateway.Media.Dtls;
using Gateway.Media.Embedded.Descriptions;
using Gateway.Media.Embedded.Transports;
using Gateway.Media.Ice;
using Gateway.Media.Io;
using Gateway.Media.Rtp;
using Gateway.Media.Srtp;

namespace Gateway.Media.Bench.Calls;

/// <summary>
/// One end of a call, on the generator's loop: plain, or with ICE and DTLS. It is a call of its own, of the same parts as
/// the relay's, between the network and a <see cref="Feed"/>: the same for every relay that is measured.
/// </summary>
internal sealed class BenchEnd : IMediaCallSink, IWebRtcOwner, IDisposable
{
    private static readonly PayloadFormat Pcmu = new(0, "PCMU", 8000);
    private static readonly PeerAddress Host = PeerAddress.FromBytes([127, 0, 0, 1], 0);

    private readonly MediaCall _call;
    private readonly PlainTransport? _plain;
    private readonly WebRtcTransport? _web;

    public BenchEnd(IMediaLoop loop, MediaPorts ports, LatencyHistogram latency, DtlsCertificate certificate, bool secure)
    {
        _call = new MediaCall(loop, this, TimeSpan.FromHours(1));
        Feed = new Feed(latency);
        if (secure)
        {
            _web = new WebRtcTransport(loop, this, certificate, new IceAgentOptions { Role = IceRole.Controlling });
            if (!_web.TryOpen(ports, [new LocalHost(Host, Host)]))
            {
                throw new InvalidOperationException("no port is left for the generator");
            }

            _call.Attach(0, _web.Media);
        }
        else if (PlainTransport.TryOpen(loop, ports, Host, out _plain))
        {
            _call.Attach(0, _plain);
        }
        else
        {
            throw new InvalidOperationException("no port is left for the generator");
        }

        _call.Attach(1, Feed);
    }

    public Feed Feed { get; }

    /// <summary>What was agreed by DTLS.</summary>
    public SrtpProfile? Profile { get; private set; }

    /// <summary>Its description: an offer, or an answer when <paramref name="answers"/>.</summary>
    public string Describe(bool answers)
    {
        var head = "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n";
        if (_plain is { } plain)
        {
            return string.Create(
                CultureInfo.InvariantCulture, $"{head}m=audio {plain.Local.Port} RTP/AVP 0\r\na=rtpmap:0 PCMU/8000\r\na=sendrecv\r\n");
        }

        var medium = _web!.Describe("UDP/TLS/RTP/SAVPF", "0", new LocalSource(1, "bench"), answers ? SetupRole.Active : SetupRole.ActPass);
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{head}m=audio {medium.Port} UDP/TLS/RTP/SAVPF 0\r\na=mid:0\r\na=ice-ufrag:{medium.Ufrag}\r\na=ice-pwd:{medium.Password}\r\n"
            + $"{string.Concat(medium.Candidates.Select(candidate => $"a=candidate:{candidate}\r\n"))}a=end-of-candidates\r\n"
            + $"a=fingerprint:{medium.Fingerprint}\r\na=setup:actpass\r\na=rtcp-mux\r\na=rtpmap:0 PCMU/8000\r\na=sendrecv\r\n");
    }

    /// <summary>Takes the description that the relay shows it.</summary>
    public void Connect(string sdp)
    {
        if (!SessionText.TryRead(sdp, out var text, out var fault))
        {
            throw new InvalidOperationException(fault);
        }

        var medium = text.Media[0];
        TransportPlan plan = new TransportPlan.WebRtc();
        if (_web is { } web)
        {
            if (!web.TrySetRemote(medium, answered: true))
            {
                throw new InvalidOperationException("the relay's answer has no credentials");
            }
        }
        else
        {
            PeerAddress.TryParse(medium.Address, medium.Port, out var remote);
            plan = new TransportPlan.Plain(remote, remote.WithPort(medium.RtcpPort ?? (medium.Port + 1)));
        }

        var stream = new StreamPlan(StreamKind.Audio, 0)
        {
            Sends = true, Receives = true, CName = "bench", Incoming = [new(Pcmu, Pcmu, PayloadAction.Forward)],
        };
        _call.Apply(0, new LegPlan { Transports = [plan], Streams = [stream] });
        _call.Apply(1, new LegPlan { Transports = [new TransportPlan.None()], Streams = [stream] });
    }

    public void Dispose()
    {
        _call.Close();
        _plain?.Close();
        _web?.Dispose();
    }

    void IMediaCallSink.OnMedia(int leg)
    {
    }

    void IMediaCallSink.OnSilent(int leg, int stream, TimeSpan silence)
    {
    }

    void IMediaCallSink.OnDigit(int leg, char key, TimeSpan duration)
    {
    }

    void IMediaCallSink.OnGoodbye(int leg, int stream)
    {
    }

    void IWebRtcOwner.OnPath(WebRtcTransport transport, IMediaSocket socket, in PeerAddress to)
    {
    }

    void IWebRtcOwner.OnSecure(WebRtcTransport transport, SrtpProfile profile) => Profile = profile;

    void IWebRtcOwner.OnConsentLost(WebRtcTransport transport) => Console.Error.WriteLine("consent lost");

    void IWebRtcOwner.OnUnreachable(WebRtcTransport transport) => Console.Error.WriteLine("no pair of addresses works");

    void IWebRtcOwner.OnDtlsFailed(WebRtcTransport transport, DtlsFault fault) => Console.Error.WriteLine($"DTLS: {fault}");

    void IWebRtcOwner.OnGathered(WebRtcTransport transport)
    {
    }
}
