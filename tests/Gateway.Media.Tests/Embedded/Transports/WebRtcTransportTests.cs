using System.Collections.Immutable;
using Gateway.Media.Dtls;
using Gateway.Media.Embedded.Descriptions;
using Gateway.Media.Embedded.Transports;
using Gateway.Media.Ice;
using Gateway.Media.Io;
using Gateway.Media.Srtp;
using Gateway.Media.Tests.Io;
using Gateway.Testing;

namespace Gateway.Media.Tests.Embedded.Transports;

/// <summary>ICE and DTLS together, in virtual time: what comes when the other of the two is not ready for it.</summary>
public sealed class WebRtcTransportTests : IWebRtcOwner, IDisposable
{
    private static readonly DtlsCertificate Ours = DtlsCertificate.Create(DateTimeOffset.UtcNow);

    private readonly TestLoop _loop = new();
    private readonly MediaPorts _ports = new(new PortRange(30_000, 30_007), new VirtualTime());
    private readonly List<string> _told = [];
    private WebRtcTransport? _transport;
    private WebRtcPeer? _peer;

    public void Dispose()
    {
        _peer?.Dispose();
        _transport?.Dispose();
    }

    [Fact] // RFC 8445 section 7.3: a peer checks by what our offer says, and greets, while its answer is still under way
    public void ClientHello_that_is_faster_than_its_answer_is_not_lost()
    {
        var (transport, peer, shown) = Offer();
        peer.Check(shown);
        peer.Hear();
        peer.Dtls.Start(_loop.Now);
        Assert.Equal(0, peer.DatagramsHeard);

        Assert.True(transport.TrySetRemote(peer.Describe(SetupRole.Active), answered: true));
        Pass(1_000);

        Assert.Equal(1, peer.Established);
        Assert.Contains("secure", _told);
    }

    [Fact] // trap 5 of OpenSSL: anybody's record may end a handshake
    public void ClientHello_of_one_who_has_not_shown_our_credentials_is_dropped()
    {
        var (transport, peer, _) = Offer();
        peer.Dtls.Start(_loop.Now);

        Assert.True(transport.TrySetRemote(peer.Describe(SetupRole.Active), answered: true));
        Pass(1_000);

        Assert.Equal((0, 0), (peer.DatagramsHeard, peer.Established));
        Assert.True(transport.Media.Counters.Strangers > 0); // OpenSSL repeats it by itself when the machine is slow
    }

    [Fact] // the time for a handshake begins with a way to the peer, which ICE may look for longer (RFC 8863 section 4)
    public void Handshake_of_a_server_has_its_time_after_a_slow_start_of_ICE()
    {
        var (transport, peer, _) = Offer();
        peer.Answers = false;
        Assert.True(transport.TrySetRemote(peer.Describe(SetupRole.Active), answered: true));
        Pass(35_000);
        Assert.Empty(_told);

        peer.Answers = true;
        Pass(3_000);
        peer.Dtls.Start(_loop.Now);
        Pass(1_000);

        Assert.Equal(1, peer.Established);
        Assert.DoesNotContain(_told, told => told.StartsWith("failed", StringComparison.Ordinal));
    }

    [Fact] // a peer that is reached and never greets
    public void Peer_that_never_greets_is_given_up_half_a_minute_after_ICE()
    {
        var (transport, peer, _) = Offer();
        Assert.True(transport.TrySetRemote(peer.Describe(SetupRole.Active), answered: true));
        Pass(29_000);
        Assert.Equal(["path"], _told);

        Pass(3_000);

        Assert.Equal(["path", "failed TimedOut"], _told);
    }

    [Fact] // other fingerprints, another association; whatever came before it belongs to neither
    public void Records_before_a_client_has_greeted_are_nothing_to_the_next_association()
    {
        var (transport, peer, shown) = Answer(SetupRole.ActPass);
        peer.Check(shown, IceRole.Controlling); // the pair is validated, and not nominated yet
        Pass(100);
        Assert.Empty(_told);
        peer.Send(Convert.FromHexString("16fefd0000000000000000000101"));
        peer.Hear();

        using var other = Peer(transport, DtlsRole.Server, DtlsCertificate.Create(DateTimeOffset.UtcNow));
        Assert.True(transport.TrySetRemote(other.Describe(SetupRole.ActPass), answered: false));
        other.Check(shown, IceRole.Controlling, nominates: true);
        other.Dtls.Start(_loop.Now);
        for (var i = 0; i < 100; i++)
        {
            other.Hear();
            _loop.Advance(20);
        }

        Assert.Equal(1, other.Established);
    }

    [Fact] // new ways under the association that there is, also while it is being made
    public void Peer_that_moves_in_the_middle_of_the_handshake_ends_it_where_it_went()
    {
        var (transport, peer, _) = Offer();
        Assert.True(transport.TrySetRemote(peer.Describe(SetupRole.Active), answered: true));
        Pass(1_000);
        peer.Dtls.Start(_loop.Now); // the ClientHello arrives; what answers it goes where nobody is any more

        (peer.Address, peer.Ufrag, peer.Password) = (WebRtcPeer.At("203.0.113.7", 9000), "moved", "another password of the peer");
        Assert.True(transport.TrySetRemote(peer.Describe(SetupRole.Active), answered: true));
        Pass(1_000);
        while (peer.Established == 0)
        {
            SpinWait.SpinUntil(() => false, 10); // OpenSSL repeats a flight by the machine's clock
            peer.Dtls.OnTimer(peer.Dtls.NextDue);
            Pass(20);
        }

        Assert.Contains("secure", _told);
        Assert.Equal(2, _told.Count(told => told == "path"));
    }

    [Fact] // a description of before the restart, that somebody had stored, changes nothing
    public void Description_of_before_a_restart_does_not_take_the_place_of_the_one_in_force()
    {
        var (transport, peer, _) = Offer();
        var before = peer.Describe(SetupRole.Active);
        Assert.True(transport.TrySetRemote(before, answered: true));
        Pass(1_000);
        (peer.Address, peer.Ufrag, peer.Password) = (WebRtcPeer.At("203.0.113.7", 9000), "moved", "another password of the peer");
        Assert.True(transport.TrySetRemote(peer.Describe(SetupRole.Active, withCandidate: false), answered: true));

        Assert.True(transport.TrySetRemote(before, answered: true));

        Assert.Equal("moved", transport.RemoteUfrag);
        Assert.True(IceCandidate.TryParse("1 1 udp 2130706431 203.0.113.7 9000 typ host", out var candidate));
        transport.AddCandidates(new TrickleFragment(null, 0, "moved", [candidate], IsLast: true));
        Pass(1_000);
        Assert.Equal(["path", "path"], _told);
        Assert.DoesNotContain(_loop.Sockets.Values.Single().Sent, sent => sent.To != peer.Address);
    }

    void IWebRtcOwner.OnPath(WebRtcTransport transport, IMediaSocket socket, in PeerAddress to) => _told.Add("path");

    void IWebRtcOwner.OnSecure(WebRtcTransport transport, SrtpProfile profile) => _told.Add("secure");

    void IWebRtcOwner.OnConsentLost(WebRtcTransport transport) => _told.Add("consent lost");

    void IWebRtcOwner.OnUnreachable(WebRtcTransport transport) => _told.Add("unreachable");

    void IWebRtcOwner.OnDtlsFailed(WebRtcTransport transport, DtlsFault fault) => _told.Add($"failed {fault}");

    void IWebRtcOwner.OnGathered(WebRtcTransport transport)
    {
    }

    /// <summary>We have offered; the peer's answer is still to come, and it is to be the client.</summary>
    private (WebRtcTransport, WebRtcPeer, LocalMedium.WebRtc) Offer() => Open(IceRole.Controlling, DtlsRole.Client);

    /// <summary>The peer has offered, and we have answered as clients.</summary>
    private (WebRtcTransport, WebRtcPeer, LocalMedium.WebRtc) Answer(SetupRole setup)
    {
        var (transport, peer, shown) = Open(IceRole.Controlled, DtlsRole.Server);
        Assert.True(transport.TrySetRemote(peer.Describe(setup), answered: false));
        return (transport, peer, shown);
    }

    private (WebRtcTransport, WebRtcPeer, LocalMedium.WebRtc) Open(IceRole role, DtlsRole peers)
    {
        var host = WebRtcPeer.At("192.0.2.1", 0);
        _transport = new WebRtcTransport(_loop, this, Ours, new IceAgentOptions { Role = role });
        Assert.True(_transport.TryOpen(_ports, [new LocalHost(host, host)]));
        _peer = Peer(_transport, peers);
        return (_transport, _peer, _transport.Describe("UDP/TLS/RTP/SAVPF", "0", new LocalSource(1, "name"), SetupRole.ActPass));
    }

    private WebRtcPeer Peer(WebRtcTransport transport, DtlsRole role, DtlsCertificate? certificate = null) =>
        new(_loop, transport, Ours.Fingerprint, role, certificate);

    /// <summary>Lets time pass, in which the peer hears and answers.</summary>
    private void Pass(long milliseconds)
    {
        for (var end = _loop.Now + milliseconds; _loop.Now < end;)
        {
            _peer!.Hear();
            _loop.Advance(10);
        }

        _peer!.Hear();
    }
}
