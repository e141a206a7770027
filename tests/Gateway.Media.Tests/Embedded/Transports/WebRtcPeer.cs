using System.Collections.Immutable;
using System.Text;
using Gateway.Media.Dtls;
using Gateway.Media.Embedded.Descriptions;
using Gateway.Media.Embedded.Transports;
using Gateway.Media.Ice;
using Gateway.Media.Io;
using Gateway.Media.Srtp;
using Gateway.Media.Stun;
using Gateway.Media.Tests.Io;

namespace Gateway.Media.Tests.Embedded.Transports;

/// <summary>The far end of a transport, which does what a test says and when: its checks, its answers to ours, and its DTLS.</summary>
internal sealed class WebRtcPeer : IDtlsOutput, IDisposable
{
    private static readonly Lazy<DtlsCertificate> Certificate = new(() => DtlsCertificate.Create(DateTimeOffset.UtcNow));

    private readonly TestLoop _loop;
    private readonly WebRtcTransport _transport;
    private readonly byte[] _id = new byte[StunFormat.TransactionIdLength];

    public WebRtcPeer(TestLoop loop, WebRtcTransport transport, DtlsFingerprint theirs, DtlsRole role, DtlsCertificate? certificate = null)
    {
        (_loop, _transport) = (loop, transport);
        Fingerprint = (certificate ?? Certificate.Value).Fingerprint;
        Dtls = new DtlsEndpoint(certificate ?? Certificate.Value, role, [theirs], this);
    }

    public DtlsEndpoint Dtls { get; }

    public DtlsFingerprint Fingerprint { get; }

    public string Ufrag { get; set; } = "peer";

    public string Password { get; set; } = "the password of the peer";

    /// <summary>Where it is now.</summary>
    public PeerAddress Address { get; set; } = At("198.51.100.9", 7000);

    /// <summary>Whether checks are answered.</summary>
    public bool Answers { get; set; } = true;

    public int Established { get; private set; }

    public int DatagramsHeard { get; private set; }

    public static PeerAddress At(string host, int port)
    {
        Assert.True(PeerAddress.TryParse(host, port, out var address));
        return address;
    }

    /// <summary>Its description of itself.</summary>
    public MediaSection Describe(SetupRole setup, bool withCandidate = true) => new()
    {
        Kind = "audio",
        Port = 9,
        Protocol = "UDP/TLS/RTP/SAVPF",
        Formats = ["0"],
        Ufrag = Ufrag,
        Password = Password,
        Fingerprints = [Fingerprint.ToString()],
        Setup = setup,
        Candidates = withCandidate ? [$"1 1 udp 2130706431 {Address.ToAddress()} {Address.Port} typ host"] : [],
    };

    /// <summary>A check by the credentials that the transport has given it.</summary>
    public void Check(LocalMedium.WebRtc shown, IceRole role = IceRole.Controlled, bool nominates = false)
    {
        _id[0]++;
        var writer = new StunWriter(new byte[StunFormat.MaxLength], StunClass.Request, StunFormat.Binding, _id);
        writer.Octets(StunAttribute.Username, Encoding.UTF8.GetBytes($"{shown.Ufrag}:{Ufrag}"));
        writer.Number(StunAttribute.Priority, 1_000_000u);
        writer.Number(role == IceRole.Controlled ? StunAttribute.IceControlled : StunAttribute.IceControlling, 1ul);
        if (nominates)
        {
            writer.Flag(StunAttribute.UseCandidate);
        }

        Send(writer.Signed(Encoding.UTF8.GetBytes(shown.Password)));
    }

    public void SendDtls(ReadOnlySpan<byte> datagram) => Send(datagram);

    public void Send(ReadOnlySpan<byte> datagram) => _loop.Deliver(datagram, Address, Socket.Local);

    /// <summary>Hears what the transport sent, and answers, until there is no more. Its own timers do not run.</summary>
    public void Hear()
    {
        while (Socket.Sent.Count > 0)
        {
            var (datagram, to) = Socket.Sent[0];
            Socket.Sent.RemoveAt(0);
            if (to != Address)
            {
                continue; // it is not there any more
            }

            if (datagram[0] >= 20)
            {
                DatagramsHeard++;
                Dtls.OnDatagram(datagram, _loop.Now);
            }
            else if (Answers)
            {
                Answer(datagram);
            }
        }
    }

    public void OnEstablished(SrtpProfile profile, SrtpKeyMaterial local, SrtpKeyMaterial remote)
    {
        Established++;
        local.Dispose();
        remote.Dispose();
    }

    public void OnFailed(DtlsFault fault) => Assert.Fail($"{fault}");

    public void OnClosed()
    {
    }

    public void Dispose() => Dtls.Dispose();

    private TestSocket Socket => _loop.Sockets.Values.Single(socket => ReferenceEquals(socket.Handler, _transport));

    private void Answer(byte[] datagram)
    {
        Assert.True(StunMessage.TryRead(datagram, out var message));
        if (message.Class != StunClass.Request || !message.IsSignedWith(Encoding.UTF8.GetBytes(Password)))
        {
            return;
        }

        var writer = new StunWriter(new byte[StunFormat.MaxLength], StunClass.Success, StunFormat.Binding, message.TransactionId);
        writer.XorMappedAddress(Socket.Local);
        Send(writer.Signed(Encoding.UTF8.GetBytes(Password)));
    }
}
