using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Gateway.Xmpp.Component;

/// <summary>Octets to and from the server.</summary>
/// <param name="Stream">Both directions; disposing it ends reads and writes that are under way.</param>
/// <param name="AfterRead">Called after each read, or null.</param>
internal sealed record ServerConnection(Stream Stream, Action? AfterRead = null)
{
    private const int TcpLevel = 6;
    private const int LinuxTcpQuickAck = 12;

    /// <summary>Connects by TCP; throws <see cref="SocketException"/> when that fails.</summary>
    public static async Task<ServerConnection> DialAsync(XmppComponentOptions options, CancellationToken cancel)
    {
        if (!options.TryGetEndpoint(out var host, out var port))
        {
            throw new SocketException((int)SocketError.HostNotFound);
        }

        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(host, port, cancel).ConfigureAwait(false);
            return new ServerConnection(new NetworkStream(socket, ownsSocket: true), QuickAckOf(socket));
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Linux delays acknowledgements again after a while, and a server that leaves Nagle's algorithm on (Prosody 0.12) then holds
    /// small stanzas back for 40 ms: so quick acknowledgement is asked for after every read.
    /// </summary>
    private static Action? QuickAckOf(Socket socket)
    {
        if (!OperatingSystem.IsLinux())
        {
            return null;
        }

        var on = 1;
        var value = MemoryMarshal.AsBytes(new ReadOnlySpan<int>(in on)).ToArray();
        return () =>
        {
            try
            {
                socket.SetRawSocketOption(TcpLevel, LinuxTcpQuickAck, value);
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                // Only speed is lost; a closed socket shows in the next read.
            }
        };
    }
}
