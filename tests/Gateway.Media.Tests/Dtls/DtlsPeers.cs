using System.Collections.Immutable;
using System.Diagnostics;
using Gateway.Media.Dtls;
using Gateway.Media.Srtp;

namespace Gateway.Media.Tests.Dtls;

/// <summary>An endpoint and what it said.</summary>
internal sealed class DtlsPeer : IDtlsOutput, IDisposable
{
    public DtlsPeer(DtlsRole role, DtlsCertificate certificate, params ImmutableArray<DtlsFingerprint> expected) =>
        Endpoint = new DtlsEndpoint(certificate, role, expected, this);

    public DtlsEndpoint Endpoint { get; }

    public Queue<byte[]> Sent { get; } = [];

    public int SentInAll { get; private set; }

    public int Largest { get; private set; }

    public DtlsFault? Fault { get; private set; }

    public bool IsClosed { get; private set; }

    public int Established { get; private set; }

    public SrtpProfile Profile { get; private set; }

    public SrtpKeyMaterial? Local { get; private set; }

    public SrtpKeyMaterial? Remote { get; private set; }

    public void SendDtls(ReadOnlySpan<byte> datagram)
    {
        Sent.Enqueue(datagram.ToArray());
        SentInAll++;
        Largest = Math.Max(Largest, datagram.Length);
    }

    public void OnEstablished(SrtpProfile profile, SrtpKeyMaterial local, SrtpKeyMaterial remote) =>
        (Established, Profile, Local, Remote) = (Established + 1, profile, local, remote);

    public void OnFailed(DtlsFault fault) => Fault = fault;

    public void OnClosed() => IsClosed = true;

    public void Dispose() => Endpoint.Dispose();
}

/// <summary>
/// Two endpoints and what lies between them. OpenSSL reads the machine's clock by itself, so waiting for its timers is the one
/// thing here that takes real time; everything else happens at once, and in the order written down.
/// </summary>
internal sealed class DtlsPair : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private static readonly Lazy<(DtlsCertificate A, DtlsCertificate B)> Certificates =
        new(() => (DtlsCertificate.Create(DateTimeOffset.UtcNow), DtlsCertificate.Create(DateTimeOffset.UtcNow)));

    private readonly long _start = Stopwatch.GetTimestamp();

    public DtlsPair()
    {
        var (a, b) = Certificates.Value;
        Client = new DtlsPeer(DtlsRole.Client, a, b.Fingerprint);
        Server = new DtlsPeer(DtlsRole.Server, b, a.Fingerprint);
    }

    public DtlsPeer Client { get; init; }

    public DtlsPeer Server { get; init; }

    /// <summary>Decides what becomes of a datagram, given who sent it and how many that end had sent before.</summary>
    public Func<DtlsPeer, int, byte[], IEnumerable<byte[]>> Path { get; init; } = (_, _, datagram) => [datagram];

    /// <summary>Carries out a step of an endpoint.</summary>
    public Action<Action> Step { get; init; } = static step => step();

    public bool BothEstablished => Client.Established > 0 && Server.Established > 0;

    public long Now => (long)Stopwatch.GetElapsedTime(_start).TotalMilliseconds;

    private readonly Dictionary<DtlsPeer, int> _carried = [];

    public DtlsPair Start()
    {
        Step(() => Server.Endpoint.Start(Now));
        Step(() => Client.Endpoint.Start(Now));
        return this;
    }

    /// <summary>Until the condition holds; fails when it does not in time.</summary>
    public DtlsPair RunUntil(Func<bool> done)
    {
        while (!done())
        {
            if (!Deliver())
            {
                Assert.True(Stopwatch.GetElapsedTime(_start) < Patience, "the handshake hangs");
                var due = Math.Min(Client.Endpoint.NextDue, Server.Endpoint.NextDue);
                SpinWait.SpinUntil(() => Now >= due, TimeSpan.FromMilliseconds(20));
                Step(() => Client.Endpoint.OnTimer(Now));
                Step(() => Server.Endpoint.OnTimer(Now));
            }
        }

        return this;
    }

    /// <summary>Everything that is on its way, and what that leads to; no timers.</summary>
    public DtlsPair Drain()
    {
        while (Deliver())
        {
        }

        return this;
    }

    public void Dispose()
    {
        Client.Dispose();
        Server.Dispose();
    }

    private bool Deliver() => Deliver(Client, Server) | Deliver(Server, Client);

    private bool Deliver(DtlsPeer from, DtlsPeer to)
    {
        if (!from.Sent.TryDequeue(out var datagram))
        {
            return false;
        }

        var index = _carried.GetValueOrDefault(from);
        _carried[from] = index + 1;
        foreach (var one in Path(from, index, datagram))
        {
            Step(() => to.Endpoint.OnDatagram(one, Now));
        }

        return true;
    }
}
