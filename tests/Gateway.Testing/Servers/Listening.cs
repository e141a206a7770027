using System.Net;
using System.Net.Sockets;

namespace Gateway.Testing.Servers;

/// <summary>Waits until a process accepts TCP connections.</summary>
public static class Listening
{
    /// <summary>Returns when somebody accepts on the loopback port; throws when <paramref name="process"/> ends before.</summary>
    public static Task WaitAsync(int port, OwnedProcess process, CancellationToken cancellationToken = default) =>
        Eventually.HoldsAsync(
            async () =>
            {
                if (process.Ended.IsCompleted)
                {
                    throw new InvalidOperationException($"It ended instead of listening:\n{process.Output}");
                }

                using var client = new TcpClient();
                try
                {
                    await client.ConnectAsync(IPAddress.Loopback, port, cancellationToken);
                    return true;
                }
                catch (SocketException)
                {
                    return false;
                }
            },
            () => process.Output);
}
