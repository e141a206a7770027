using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using Gateway.Sip.Msrp.Connections;
using Microsoft.Extensions.Logging;

namespace Gateway.Sip.Msrp.Sockets;

/// <summary>Opens connections to hosts by name or address, with TLS where asked for (RFC 4975 section 6.2).</summary>
internal sealed class MsrpDialer(MsrpLimits limits, MsrpTls tls, TimeProvider time, ILogger logger)
{
    /// <summary>What came of it; without a stream there is none.</summary>
    internal readonly record struct Dialled(Socket? Socket, Stream? Stream, MsrpPeer Peer, bool IsUntrusted);

    public async Task<Dialled> DialAsync(MsrpTarget target, CancellationToken stopping)
    {
        using var patience = new CancellationTokenSource(limits.Connect, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, stopping);
        var isUntrusted = false;
        Socket? socket = null;
        try
        {
            socket = await ConnectAsync(target, either.Token).ConfigureAwait(false);
            var stream = new NetworkStream(socket, ownsSocket: false);
            if (!target.IsSecure)
            {
                return new Dialled(socket, stream, MsrpPeer.Plain, false);
            }

            var secure = new SslStream(stream);
            await secure.AuthenticateAsClientAsync(tls.Client(target, () => isUntrusted = true), either.Token).ConfigureAwait(false);
            return new Dialled(socket, secure, new MsrpPeer(true, secure.RemoteCertificate!.GetRawCertData()), false);
        }
#pragma warning disable CA1031 // .NET has names that it asks no name server for, and the like: whatever it is, who waits has to hear of it
        catch (Exception fault)
#pragma warning restore CA1031
        {
            socket?.Dispose();
            if (isUntrusted)
            {
                MsrpLog.Untrusted(logger, target.Host, target.Port);
            }
            else
            {
                MsrpLog.NotConnected(logger, target.Host, target.Port, fault.GetType().Name);
            }

            return new Dialled(null, null, MsrpPeer.Plain, isUntrusted);
        }
    }

    /// <summary>Sets what every connection has.</summary>
    internal static void Prepare(Socket socket)
    {
        socket.NoDelay = true;
        // A peer that is gone without a word is noticed even where nothing is answered (MAPPING C-16).
        socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime, 60);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveInterval, 15);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveRetryCount, 4);
    }

    /// <summary>All addresses of a name, in their order.</summary>
    private static async Task<Socket> ConnectAsync(MsrpTarget target, CancellationToken cancellationToken)
    {
        var addresses = IPAddress.TryParse(target.Host, out var literal)
            ? [literal]
            : await Dns.GetHostAddressesAsync(target.Host, cancellationToken).ConfigureAwait(false);
        SocketException? last = null;
        foreach (var address in addresses)
        {
            var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
            try
            {
                await socket.ConnectAsync(new IPEndPoint(address, target.Port), cancellationToken).ConfigureAwait(false);
                Prepare(socket);
                return socket;
            }
            catch (SocketException fault)
            {
                socket.Dispose();
                last = fault;
            }
            catch (OperationCanceledException)
            {
                socket.Dispose();
                throw;
            }
        }

        throw last ?? new SocketException((int)SocketError.HostNotFound);
    }
}
