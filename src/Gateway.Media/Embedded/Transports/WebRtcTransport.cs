using System.Collections.Immutable;
using Gateway.Media.Dtls;
using Gateway.Media.Embedded.Descriptions;
using Gateway.Media.Ice;
using Gateway.Media.Io;
using Gateway.Media.Rtp;
using Gateway.Media.Srtp;

namespace Gateway.Media.Embedded.Transports;

/// <summary>
/// ICE, DTLS and the sockets of one WebRTC end, on one port an address: told apart by a datagram's first octet (RFC 7983, R-33).
/// Lives on the loop of its call.
/// </summary>
internal sealed class WebRtcTransport : IDatagramHandler, IIceOutput, IDtlsOutput, IDisposable
{
    /// <summary>
    /// An end that answers "active" sends its ClientHello as soon as its check is answered, which needs nothing of its own answer: that
    /// may still be under way, and the ClientHello is repeated after a second only (RFC 6347 section 4.2.4.1), so it is kept until ICE
    /// has validated where it came from. libwebrtc's has two datagrams.
    /// </summary>
    private const int MostEarly = 4;

    private readonly IMediaLoop _loop;
    private readonly IWebRtcOwner _owner;
    private readonly DtlsCertificate _certificate;
    private readonly IceAgent _agent;
    private readonly IMediaTimer _iceTimer;
    private readonly IMediaTimer _dtlsTimer;
    private readonly List<PortLease> _leases = [];
    private readonly List<(byte[] Datagram, int Base, PeerAddress From)> _early = [];
    private DtlsEndpoint? _dtls;
    private ImmutableHashSet<DtlsFingerprint> _fingerprints = [];
    private (int Base, PeerAddress To)? _path;
    private PeerAddress _host;
    private bool _isStarted, _isSecuring, _isSettled, _isClosed, _wasGathering;

    public WebRtcTransport(IMediaLoop loop, IWebRtcOwner owner, DtlsCertificate certificate, IceAgentOptions ice)
    {
        (_loop, _owner, _certificate) = (loop, owner, certificate);
        _agent = new IceAgent(ice, this);
        _iceTimer = loop.CreateTimer(OnIceTimer);
        _dtlsTimer = loop.CreateTimer(OnDtlsTimer);
    }

    /// <summary>What packets of the call go through.</summary>
    public SecureTransport Media { get; } = new();

    /// <summary>Our end of the DTLS association; null before there is one.</summary>
    public DtlsRole? Role => _dtls?.Role;

    /// <summary>A STUN server's answer is awaited.</summary>
    public bool IsGathering => _agent.IsGathering;

    /// <summary>The user name fragment of the newest generation.</summary>
    public string LocalUfrag => _agent.LocalUfrag;

    /// <summary>The peer's of the description in force; null before there is one.</summary>
    public string? RemoteUfrag => _agent.RemoteUfrag;

    /// <summary>Opens a socket for every address. False: no port is left for the first of them.</summary>
    /// <param name="ports">Where ports come from.</param>
    /// <param name="hosts">Addresses to be bound, and what peers are told instead.</param>
    public bool TryOpen(MediaPorts ports, ImmutableArray<LocalHost> hosts)
    {
        foreach (var host in hosts)
        {
            if (!ports.TryOpen(_loop, host.Bound, this, withRtcp: false, out var lease))
            {
                continue;
            }

            var advertised = host.Advertised.WithPort(lease.Rtp.Local.Port);
            _host = _leases.Count == 0 ? advertised : _host;
            _agent.AddBase(_leases.Count, lease.Rtp.Local, advertised);
            _leases.Add(lease);
        }

        if (_leases.Count > 0)
        {
            _agent.Gather(_loop.Now);
            Rearm();
        }

        return _leases.Count > 0;
    }

    /// <summary>What its peer is told.</summary>
    public LocalMedium.WebRtc Describe(string protocol, string mid, LocalSource source, SetupRole setup) =>
        new(protocol, _host.ToAddress().ToString(), _host.Port, mid)
        {
            Ufrag = _agent.LocalUfrag,
            Password = _agent.LocalPwd,
            Candidates = [.. _agent.LocalCandidates.Select(candidate => candidate.ToString())],
            Fingerprint = _certificate.Fingerprint.ToString(),
            Source = source,
            Setup = setup,
        };

    /// <summary>
    /// Takes the peer's description. New credentials restart ICE under the association that there is; only another set of
    /// fingerprints begins a new one (R-31, RFC 8842 section 3.1).
    /// </summary>
    /// <param name="remote">The peer's medium.</param>
    /// <param name="answered">It answered our offer, so its role is chosen; otherwise ours is.</param>
    /// <returns>False when a password or a usable fingerprint is missing.</returns>
    public bool TrySetRemote(MediaSection remote, bool answered)
    {
        var fingerprints = ImmutableHashSet.CreateRange(remote.Fingerprints.Select(Fingerprint).OfType<DtlsFingerprint>());
        if (remote is not { Ufrag: { } ufrag, Password: { } password } || fingerprints.IsEmpty)
        {
            return false;
        }

        _agent.SetRemote(ufrag, password, _loop.Now);
        if (RemoteUfrag == ufrag) // or else it is a stored one, of before a restart
        {
            Add([.. remote.Candidates.Select(Candidate).OfType<IceCandidate>()], remote.HasEndOfCandidates);
        }

        if (!_fingerprints.SetEquals(fingerprints))
        {
            Associate(fingerprints, remote.Setup, answered);
        }

        if (!_isStarted)
        {
            _isStarted = true;
            _agent.Start(_loop.Now);
        }

        Rearm();
        return true;
    }

    /// <summary>Takes candidates of the generation in force.</summary>
    public void AddCandidates(TrickleFragment fragment)
    {
        Add(fragment.Candidates, fragment.IsLast);
        Rearm();
    }

    /// <summary>Ends the association and closes the sockets.</summary>
    public void Dispose()
    {
        if (_isClosed)
        {
            return;
        }

        _dtls?.Close();
        _isClosed = true;
        _dtls?.Dispose();
        Media.Close();
        _iceTimer.Stop();
        _dtlsTimer.Stop();
        foreach (var lease in _leases)
        {
            lease.Close();
        }
    }

    public void OnDatagram(IMediaSocket socket, in PeerAddress from, Span<byte> buffer, int length, long now)
    {
        if (_isClosed)
        {
            return;
        }

        switch (buffer[0])
        {
            case >= 128 and < 192 when IsKnown(from):
                if (Media.OnMedia(buffer, length, now) && !_isSettled)
                {
                    Settle();
                }

                break;
            case < 4:
                _agent.OnStun(BaseOf(socket), from, buffer[..length], now);
                TakeEarly(now);
                Rearm();
                break;
            case >= 20 and < 64 when _agent.IsValidated(from):
                Handshake(BaseOf(socket), from, buffer[..length], now);
                break;
            case >= 20 and < 64 when _early.Count < MostEarly && _agent.HasChecked(from):
                _early.Add((buffer[..length].ToArray(), BaseOf(socket), from));
                break;
            default:
                Media.Counters.Strangers++; // nobody who answered a check, or nothing that belongs here
                break;
        }
    }

    void IIceOutput.SendStun(int baseIndex, ReadOnlySpan<byte> datagram, in PeerAddress to) =>
        _leases[baseIndex].Rtp.Send(datagram, to);

    void IIceOutput.OnSelected(int baseIndex, in PeerAddress remote)
    {
        _path = (baseIndex, remote);
        Media.SetPath(_leases[baseIndex].Rtp, remote);
        _owner.OnPath(this, _leases[baseIndex].Rtp, remote);
        Secure();
    }

    /// <summary>Named with the others once gathering is over: a description is only written then.</summary>
    void IIceOutput.OnLocalCandidate(IceCandidate candidate)
    {
    }

    void IIceOutput.OnFailed() => _owner.OnUnreachable(this);

    void IIceOutput.OnDeselected()
    {
        _path = null;
        Media.LosePath();
    }

    void IIceOutput.OnConsentLost() => _owner.OnConsentLost(this);

    void IDtlsOutput.SendDtls(ReadOnlySpan<byte> datagram)
    {
        if (_path is { } path)
        {
            _leases[path.Base].Rtp.Send(datagram, path.To);
        }
    }

    void IDtlsOutput.OnEstablished(SrtpProfile profile, SrtpKeyMaterial local, SrtpKeyMaterial remote)
    {
        using (local)
        using (remote)
        {
            Media.SetKeys(local, remote);
        }

        _owner.OnSecure(this, profile);
    }

    void IDtlsOutput.OnFailed(DtlsFault fault) => _owner.OnDtlsFailed(this, fault);

    /// <summary>The end of a call is signalled elsewhere; until then its media may still be under way.</summary>
    void IDtlsOutput.OnClosed()
    {
    }

    private static DtlsFingerprint? Fingerprint(string value) =>
        DtlsFingerprint.TryParse(value, out var fingerprint) ? fingerprint : null;

    private static IceCandidate? Candidate(string value) => IceCandidate.TryParse(value, out var candidate) ? candidate : null;

    private void Add(ImmutableArray<IceCandidate> candidates, bool areAll)
    {
        foreach (var candidate in candidates)
        {
            _agent.AddRemoteCandidate(candidate);
        }

        if (areAll)
        {
            _agent.EndOfRemoteCandidates();
        }
    }

    /// <summary>actpass lets us choose: active, so that the handshake starts as soon as there is a pair (RFC 8842 section 5.3).</summary>
    private void Associate(ImmutableHashSet<DtlsFingerprint> fingerprints, SetupRole setup, bool answered)
    {
        if (_dtls is { } before)
        {
            before.Dispose();
            _early.Clear(); // of the association before
        }

        _fingerprints = fingerprints;
        (_isSecuring, _isSettled) = (false, false);
        var isClient = answered ? setup == SetupRole.Passive : setup != SetupRole.Active;
        _dtls = new DtlsEndpoint(_certificate, isClient ? DtlsRole.Client : DtlsRole.Server, [.. fingerprints], this);
        Secure();
    }

    /// <summary>A client needs somewhere to send its ClientHello, and a server's time begins when the peer's can come.</summary>
    private void Secure()
    {
        if (_dtls is { } dtls && !_isSecuring && _path is not null)
        {
            _isSecuring = true;
            dtls.Start(_loop.Now);
            Rearm();
        }
    }

    /// <summary>While a new association is under way, media are still under the keys of the last.</summary>
    private void Settle()
    {
        if (_dtls is { IsEstablished: true } dtls)
        {
            _isSettled = true;
            dtls.Settle();
            Rearm();
        }
    }

    /// <summary>What was kept until a check of ours was answered there.</summary>
    private void TakeEarly(long now)
    {
        for (var i = 0; i < _early.Count; i++)
        {
            var (datagram, index, from) = _early[i];
            if (_agent.IsValidated(from))
            {
                _early.RemoveAt(i--);
                Handshake(index, from, datagram, now);
            }
        }
    }

    private void Handshake(int index, in PeerAddress from, ReadOnlySpan<byte> datagram, long now)
    {
        // Before a pair is nominated the answer goes back where the question came from, which ICE has validated.
        _path ??= (index, from);
        Secure();
        _dtls?.OnDatagram(datagram, now);
        Rearm();
    }

    private bool IsKnown(in PeerAddress from) => (_path is { } path && path.To == from) || _agent.IsValidated(from);

    private int BaseOf(IMediaSocket socket)
    {
        for (var i = 0; i < _leases.Count; i++)
        {
            if (ReferenceEquals(_leases[i].Rtp, socket))
            {
                return i;
            }
        }

        return 0;
    }

    private void OnIceTimer(long now)
    {
        _agent.OnTimer(now);
        Rearm();
    }

    private void OnDtlsTimer(long now)
    {
        _dtls?.OnTimer(now);
        Rearm();
    }

    private void Rearm()
    {
        if (_isClosed)
        {
            return;
        }

        Arm(_iceTimer, _agent.NextDue);
        Arm(_dtlsTimer, _dtls?.NextDue ?? long.MaxValue);
        if (_wasGathering && !_agent.IsGathering)
        {
            _wasGathering = false;
            _owner.OnGathered(this);
        }

        _wasGathering = _agent.IsGathering;
    }

    private static void Arm(IMediaTimer timer, long due)
    {
        if (due == long.MaxValue)
        {
            timer.Stop();
        }
        else
        {
            timer.Start(due);
        }
    }
}
