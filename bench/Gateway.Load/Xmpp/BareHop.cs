using System.Collections.Concurrent;
using System.Globalization;
using Gateway.Load.Figures;
using Gateway.Testing.Components;

namespace Gateway.Load.Xmpp;

/// <summary>
/// What Prosody itself takes: the same propose goes to a component that sends it straight back. Half of the way there and back
/// is one hop, from socket to socket.
/// </summary>
internal sealed class BareHop : IDisposable
{
    private const string Near = "hop.example.org", Far = "echo.example.org";
    public static readonly string[] Domains = [Near, Far];

    private readonly ConcurrentQueue<double> _hops = new();
    private readonly CancellationTokenSource _stopping = new();
    private ComponentSocket? _near, _far;
    private long _sentAt;

    public static async Task<BareHop> StartAsync(int port, string secret)
    {
        var hop = new BareHop();
        hop._far = await ComponentSocket.ConnectAsync(Far, secret, port, (stanza, _) => hop._far!.Send(stanza
            .Replace(Near, "?", StringComparison.Ordinal).Replace(Far, Near, StringComparison.Ordinal)
            .Replace("?", Far, StringComparison.Ordinal)));
        hop._near = await ComponentSocket.ConnectAsync(
            Near, secret, port, (_, at) => hop._hops.Enqueue((at - Volatile.Read(ref hop._sentAt)) / 2.0 / TimeSpan.TicksPerMillisecond));
        return hop;
    }

    /// <summary>Measures beside <paramref name="work"/>, about seven times a second.</summary>
    public async Task<Distribution> MeasureAsync(Task work)
    {
        _hops.Clear();
        for (var n = 0; !work.IsCompleted; n++)
        {
            Volatile.Write(ref _sentAt, DateTime.UtcNow.Ticks);
            _near!.Send(XmppCallers.Propose($"juliet@{Near}/phone", $"1001@{Far}", string.Create(CultureInfo.InvariantCulture, $"hop-{n}")));
            await Task.WhenAny(work, Task.Delay(137, _stopping.Token)); // never in step with the calls
        }

        await work;
        return Distribution.Of(_hops);
    }

    public void Dispose()
    {
        _stopping.Cancel();
        _near?.Dispose();
        _far?.Dispose();
        _stopping.Dispose();
    }
}
