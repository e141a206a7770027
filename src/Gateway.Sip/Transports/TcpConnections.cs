using System.Net;

namespace Gateway.Sip.Transports;

/// <summary>
/// The open connections by far address, for reuse in both directions (RFC 3261 section 18). Used on the loop only.
/// A connection accepted from a peer's ephemeral port answers that port and nothing else (MAPPING U-34).
/// </summary>
internal sealed class TcpConnections(ISipLoop loop, ISipReceiver receiver, SipEndpointLimits limits)
{
    private readonly Dictionary<IPEndPoint, TcpConnection> _open = [];
    private readonly HashSet<Task> _running = [];
    private LoopTimer? _sweep;
    private bool _stopped;

    public ISipLoop Loop => loop;

    public ISipReceiver Receiver => receiver;

    public SipEndpointLimits Limits => limits;

    /// <summary>The open connection to <paramref name="remote"/>, or one that connects when it is first written to.</summary>
    public SipFlow To(IPEndPoint remote, IPEndPoint bound) =>
        _open.TryGetValue(remote, out var open) && open.IsOpen ? open : Add(TcpConnection.Outgoing(this, remote, bound));

    /// <summary>Takes an accepted socket, or closes it when there are too many.</summary>
    public void Accept(System.Net.Sockets.Socket socket, IPEndPoint bound)
    {
        if (_stopped || _open.Count >= limits.Connections || socket.RemoteEndPoint is not IPEndPoint remote)
        {
            socket.Dispose();
            return;
        }

        Add(TcpConnection.Incoming(this, socket, remote, bound));
    }

    /// <summary>Called by a connection that is over.</summary>
    public void Remove(TcpConnection connection)
    {
        if (_open.TryGetValue(connection.Remote, out var known) && ReferenceEquals(known, connection))
        {
            _open.Remove(connection.Remote);
        }

        if (_open.Count == 0)
        {
            _sweep?.Stop();
            _sweep = null;
        }
    }

    /// <summary>Closes all; the tasks end soon after.</summary>
    public Task StopAsync()
    {
        _stopped = true;
        foreach (var connection in _open.Values.ToArray())
        {
            connection.Close();
        }

        return Task.WhenAll(_running);
    }

    private TcpConnection Add(TcpConnection connection)
    {
        loop.VerifyTurn();
        _open[connection.Remote] = connection;
        var running = connection.RunAsync();
        _running.Add(running);
        _ = running.ContinueWith(
            done => loop.Post(() => _running.Remove(done)),
            CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        _sweep ??= LoopTimer.Start(loop, limits.FirstMessage, Sweep);
        return connection;
    }

    /// <summary>One timer for all: a connection is closed between one and two periods after it should.</summary>
    private void Sweep()
    {
        foreach (var connection in _open.Values.Where(connection => connection.IsIdle).ToArray())
        {
            connection.Close();
        }

        _sweep = _open.Count == 0 ? null : LoopTimer.Start(loop, limits.FirstMessage, Sweep);
    }
}
