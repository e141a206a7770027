using System.Collections.Immutable;
using Gateway.Media.Native;

namespace Gateway.Media.Dtls;

/// <summary>
/// One end of a DTLS 1.2 association that agrees on SRTP keys (RFC 5764). Synchronous, for one thread at a time: datagrams and
/// time come in as arguments, everything goes out through <see cref="IDtlsOutput"/>. Feed it datagrams only from addresses that
/// ICE has validated: one fatal record from anybody ends OpenSSL's state, and there is no cookie exchange, because such a pair is
/// known to be return-routable (RFC 8842 section 5). An ICE restart alone leaves it as it is.
/// </summary>
public sealed class DtlsEndpoint : IDisposable
{
    /// <summary>Handshakes begun anew after fatal records before the peer is given up.</summary>
    public const int MostAttempts = 8;

    /// <summary>Milliseconds from <see cref="Start"/> to the keys, after which the peer is given up.</summary>
    public const long HandshakeLimit = 30_000;

    private readonly ImmutableArray<DtlsFingerprint> _expected;
    private readonly IDtlsOutput _output;
    private readonly Sink _sink;
    private State _state;
    private DtlsSession? _session;
    private byte[] _goodbye = [];
    private int _attempts;
    private long _deadline;

    /// <summary>Makes an endpoint; nothing happens before <see cref="Start"/>.</summary>
    /// <param name="certificate">Ours; the association keeps it however long it lives.</param>
    /// <param name="role">Which end sends the ClientHello.</param>
    /// <param name="expected">The fingerprints in the peer's description: its certificate must have one of them.</param>
    /// <param name="output">Takes datagrams, keys and faults.</param>
    public DtlsEndpoint(
        DtlsCertificate certificate, DtlsRole role, ImmutableArray<DtlsFingerprint> expected, IDtlsOutput output)
    {
        (Certificate, Role, _expected, _output) = (certificate, role, expected, output);
        _sink = new Sink(output);
    }

    private enum State
    {
        Idle,
        Handshaking,
        Established,
        Settled,
        Over,
    }

    /// <summary>Ours.</summary>
    public DtlsCertificate Certificate { get; }

    /// <summary>Which end sends the ClientHello.</summary>
    public DtlsRole Role { get; }

    /// <summary>The fingerprints that the peer's certificate is held against.</summary>
    public ImmutableArray<DtlsFingerprint> Expected => _expected;

    /// <summary>The keys have been handed out.</summary>
    public bool IsEstablished { get; private set; }

    /// <summary>
    /// When <see cref="OnTimer"/> wants to be called: milliseconds of the loop's clock; <see cref="long.MaxValue"/> for never.
    /// </summary>
    public long NextDue { get; private set; } = long.MaxValue;

    /// <summary>The peer's ClientHello may come from now on, or ours goes out. Further calls do nothing.</summary>
    public void Start(long now)
    {
        if (_state is not State.Idle)
        {
            return;
        }

        (_state, _deadline) = (State.Handshaking, now + HandshakeLimit);
        Begin(now);
    }

    /// <summary>
    /// Takes one datagram (first octet 20 to 63, RFC 7983) from the validated address. An empty one is dropped: OpenSSL would
    /// take it for the end of the file.
    /// </summary>
    public void OnDatagram(ReadOnlySpan<byte> datagram, long now)
    {
        if (datagram.IsEmpty || !DtlsRecordFilter.Admits(datagram))
        {
            return;
        }

        switch (_state)
        {
            case State.Handshaking:
                After(_session!.Handshake(datagram), now);
                break;
            case State.Established:
                AfterRead(_session!.Read(datagram), now);
                break;
        }
    }

    /// <summary>Repeats what was lost. Calls before <see cref="NextDue"/> do nothing.</summary>
    public void OnTimer(long now)
    {
        if (now < NextDue)
        {
            return;
        }

        if (_state is State.Handshaking && now >= _deadline)
        {
            Fail(DtlsFault.TimedOut);
        }
        else if (_session!.HandleTimeout())
        {
            Reschedule(now);
        }
        else
        {
            After(_state is State.Handshaking ? DtlsStep.Broken : DtlsStep.Waiting, now);
        }
    }

    /// <summary>
    /// What is protected by the agreed keys came from the peer: it has our last flight, and will not ask for it again. OpenSSL's
    /// state, some 50 kB, goes; the goodbye is made in advance, and the peer's is not heard.
    /// </summary>
    public void Settle()
    {
        if (_state is not State.Established)
        {
            return;
        }

        _goodbye = _sink.Keep(_session!.Shutdown);
        End();
        _state = State.Settled;
    }

    /// <summary>Says goodbye (close_notify); keys already handed out stay good.</summary>
    public void Close()
    {
        if (_state is State.Established)
        {
            _session!.Shutdown();
        }
        else if (_state is State.Settled && _goodbye.Length > 0)
        {
            _output.SendDtls(_goodbye);
        }

        End();
    }

    /// <summary>Frees everything without a word to the peer.</summary>
    public void Dispose() => End();

    private void Begin(long now)
    {
        _attempts++;
        _session?.Dispose();
        _session = new DtlsSession(Certificate, Role, _sink);
        After(_session.Handshake([]), now);
    }

    private void After(DtlsStep step, long now)
    {
        switch (step)
        {
            case DtlsStep.Complete:
                Complete(now);
                break;
            case DtlsStep.Waiting:
                Reschedule(now);
                break;
            case DtlsStep.Closed or DtlsStep.Broken when _attempts < MostAttempts:
                Begin(now); // what killed it may not have come from the peer
                break;
            default:
                Fail(DtlsFault.HandshakeFailed);
                break;
        }
    }

    private void AfterRead(DtlsStep step, long now)
    {
        if (step is DtlsStep.Waiting)
        {
            Reschedule(now);
            return;
        }

        End(); // the keys are out and stay good; nothing more is to be had from this object
        if (step is DtlsStep.Closed)
        {
            _output.OnClosed();
        }
    }

    private void Complete(long now)
    {
        if (!DtlsIdentity.IsExpected(_session!.PeerCertificate(), _expected))
        {
            _session.Shutdown();
            Fail(DtlsFault.FingerprintMismatch);
        }
        else if (!_session.TryGetProfile(out var profile) || !_session.TryExport(profile, out var local, out var remote))
        {
            _session.Shutdown();
            Fail(DtlsFault.NoSharedProfile);
        }
        else
        {
            (_state, IsEstablished) = (State.Established, true);
            Reschedule(now);
            _output.OnEstablished(profile, local, remote);
        }
    }

    private void Reschedule(long now)
    {
        var due = _session!.Timeout() is { } wait ? now + Math.Max(1, wait) : long.MaxValue;
        NextDue = _state is State.Handshaking ? Math.Min(due, _deadline) : due;
    }

    private void Fail(DtlsFault fault)
    {
        End();
        _output.OnFailed(fault);
    }

    private void End()
    {
        (_state, NextDue) = (State.Over, long.MaxValue);
        _session?.Dispose();
        _session = null;
    }

    private sealed class Sink(IDtlsOutput output) : IDatagramSink
    {
        private byte[] _kept = [];
        private bool _keeps;

        /// <summary>What <paramref name="write"/> would have sent.</summary>
        public byte[] Keep(Action write)
        {
            _keeps = true;
            write();
            _keeps = false;
            return _kept;
        }

        public void Write(ReadOnlySpan<byte> datagram)
        {
            if (_keeps)
            {
                _kept = datagram.ToArray();
            }
            else
            {
                output.SendDtls(datagram);
            }
        }
    }
}
