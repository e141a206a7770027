using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Gateway.Media.Dtls;
using Gateway.Media.Srtp;

namespace Gateway.Media.Tests.Dtls;

/// <summary>
/// Against the <c>openssl</c> tool over a socket, which prints the keys that it exports: RFC 5764 in both roles.
/// </summary>
public sealed class OpenSslToolTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("gateway-dtls");
    private DtlsFingerprint _theirs;
    private readonly List<Process> _tools = [];

    public OpenSslToolTests()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var certificate = new CertificateRequest("CN=peer", key, HashAlgorithmName.SHA256)
            .CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        File.WriteAllText(Path.Combine(_folder.FullName, "peer.pem"), certificate.ExportCertificatePem() + "\n" + key.ExportPkcs8PrivateKeyPem());
        _theirs = DtlsFingerprint.Of(certificate.RawData, HashAlgorithmName.SHA512);
    }

    [Theory]
    [InlineData("SRTP_AES128_CM_SHA1_80", SrtpProfile.AesCm128HmacSha1_80)]
    [InlineData("SRTP_AEAD_AES_128_GCM", SrtpProfile.AeadAes128Gcm)]
    [InlineData("SRTP_AEAD_AES_128_GCM:SRTP_AES128_CM_SHA1_80", SrtpProfile.AesCm128HmacSha1_80)] // ours first
    public async Task The_tools_client_gets_our_keys(string profiles, SrtpProfile expected)
    {
        using var peer = new DtlsPeer(DtlsRole.Server, DtlsCertificate.Create(DateTimeOffset.UtcNow), _theirs);
        using var socket = new UdpClient(new IPEndPoint(IPAddress.Loopback, 0));
        var tool = Tool(profiles, "s_client", "-connect", $"127.0.0.1:{((IPEndPoint)socket.Client.LocalEndPoint!).Port}");

        await RunAsync(peer, socket, null);

        await AssertKeysAsync(tool, peer, expected);
    }

    [Theory]
    [InlineData("SRTP_AES128_CM_SHA1_80", SrtpProfile.AesCm128HmacSha1_80)]
    [InlineData("SRTP_AEAD_AES_128_GCM", SrtpProfile.AeadAes128Gcm)]
    public async Task The_tools_server_gets_our_keys(string profiles, SrtpProfile expected)
    {
        var port = FreePort();
        using var peer = new DtlsPeer(DtlsRole.Client, DtlsCertificate.Create(DateTimeOffset.UtcNow), _theirs);
        using var socket = new UdpClient(new IPEndPoint(IPAddress.Loopback, 0));
        var tool = Tool(profiles, "s_server", "-accept", $"127.0.0.1:{port}", "-Verify", "1");

        await RunAsync(peer, socket, new IPEndPoint(IPAddress.Loopback, port));

        await AssertKeysAsync(tool, peer, expected);
    }

    [Theory] // RFC 6347 section 4.2.3: an old client with an RSA key behind a narrow path
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_certificate_in_many_fragments_is_put_together(bool isClient)
    {
        using (var key = RSA.Create(2048))
        {
            var certificate = new CertificateRequest("CN=peer", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)
                .CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
            File.WriteAllText(Path.Combine(_folder.FullName, "peer.pem"), certificate.ExportCertificatePem() + "\n" + key.ExportPkcs8PrivateKeyPem());
            _theirs = DtlsFingerprint.Of(certificate.RawData, HashAlgorithmName.SHA256);
            certificate.Dispose();
        }

        const string profile = "SRTP_AES128_CM_SHA1_80";
        var port = FreePort();
        using var peer = new DtlsPeer(isClient ? DtlsRole.Server : DtlsRole.Client, DtlsCertificate.Create(DateTimeOffset.UtcNow), _theirs);
        using var socket = new UdpClient(new IPEndPoint(IPAddress.Loopback, 0));
        var tool = isClient
            ? Tool(profile, "s_client", "-mtu", "300", "-connect", $"127.0.0.1:{((IPEndPoint)socket.Client.LocalEndPoint!).Port}")
            : Tool(profile, "s_server", "-mtu", "300", "-accept", $"127.0.0.1:{port}", "-Verify", "1");

        await RunAsync(peer, socket, isClient ? null : new IPEndPoint(IPAddress.Loopback, port));

        await AssertKeysAsync(tool, peer, SrtpProfile.AesCm128HmacSha1_80);
    }

    [Fact] // RFC 5764 section 4.1: a peer without use_srtp has no keys to share
    public async Task A_client_without_SRTP_gets_no_keys()
    {
        using var peer = new DtlsPeer(DtlsRole.Server, DtlsCertificate.Create(DateTimeOffset.UtcNow), _theirs);
        using var socket = new UdpClient(new IPEndPoint(IPAddress.Loopback, 0));
        _ = Tool(null, "s_client", "-connect", $"127.0.0.1:{((IPEndPoint)socket.Client.LocalEndPoint!).Port}");

        await RunAsync(peer, socket, null);

        Assert.Equal((DtlsFault.NoSharedProfile, 0), (peer.Fault, peer.Established));
    }

    public void Dispose()
    {
        foreach (var tool in _tools)
        {
            tool.Kill();
            tool.WaitForExit();
            tool.Dispose();
        }

        _folder.Delete(recursive: true);
    }

    private static int FreePort()
    {
        using var socket = new UdpClient(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.Client.LocalEndPoint!).Port;
    }

    /// <summary>Carries datagrams between the endpoint and the tool until the endpoint has keys or a fault.</summary>
    private static async Task RunAsync(DtlsPeer peer, UdpClient socket, IPEndPoint? to)
    {
        var clock = Stopwatch.StartNew();
        using var patience = new CancellationTokenSource(Patience);
        peer.Endpoint.Start(0);
        while (peer.Established == 0 && peer.Fault is null)
        {
            await FlushAsync(peer, socket, to);
            using var timer = CancellationTokenSource.CreateLinkedTokenSource(patience.Token);
            timer.CancelAfter(TimeSpan.FromMilliseconds(Math.Clamp(peer.Endpoint.NextDue - clock.ElapsedMilliseconds, 1, 1000)));
            try
            {
                var received = await socket.ReceiveAsync(timer.Token);
                to ??= received.RemoteEndPoint;
                peer.Endpoint.OnDatagram(received.Buffer, clock.ElapsedMilliseconds);
            }
            catch (OperationCanceledException) when (!patience.IsCancellationRequested)
            {
                peer.Endpoint.OnTimer(clock.ElapsedMilliseconds);
            }
            catch (SocketException)
            {
                // the tool does not listen yet (ICMP port unreachable): the timer sends again
            }
        }

        await FlushAsync(peer, socket, to);
    }

    private static async Task FlushAsync(DtlsPeer peer, UdpClient socket, IPEndPoint? to)
    {
        while (to is not null && peer.Sent.TryDequeue(out var datagram))
        {
            await socket.SendAsync(datagram, to, CancellationToken.None);
        }
    }

    private static async Task AssertKeysAsync(Process tool, DtlsPeer peer, SrtpProfile expected)
    {
        Assert.Equal((null, 1, expected), (peer.Fault, peer.Established, peer.Profile));
        string? line;
        using var patience = new CancellationTokenSource(Patience);
        do
        {
            line = await tool.StandardOutput.ReadLineAsync(patience.Token);
            Assert.NotNull(line);
        }
        while (!line.Contains("Keying material:", StringComparison.Ordinal));

        var (client, server) = peer.Endpoint.Role is DtlsRole.Client ? (peer.Local!, peer.Remote!) : (peer.Remote!, peer.Local!);
        Assert.Equal(
            Convert.ToHexString([.. client.KeyAndSalt[..16], .. server.KeyAndSalt[..16], .. client.KeyAndSalt[16..], .. server.KeyAndSalt[16..]]),
            line[(line.IndexOf(':', StringComparison.Ordinal) + 1)..].Trim());
    }

    private Process Tool(string? profiles, params string[] arguments)
    {
        var length = profiles?.StartsWith("SRTP_AEAD", StringComparison.Ordinal) == true && !profiles.Contains(':', StringComparison.Ordinal) ? 56 : 60;
        string[] srtp = profiles is null ? [] : ["-use_srtp", profiles, "-keymatexport", "EXTRACTOR-dtls_srtp", "-keymatexportlen", $"{length}"];
        var start = new ProcessStartInfo("openssl", [.. arguments, "-dtls1_2", "-cert", "peer.pem", "-key", "peer.pem", .. srtp])
        {
            WorkingDirectory = _folder.FullName,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        var tool = Process.Start(start)!;
        _tools.Add(tool);
        tool.ErrorDataReceived += (_, _) => { };
        tool.BeginErrorReadLine();
        return tool;
    }
}
