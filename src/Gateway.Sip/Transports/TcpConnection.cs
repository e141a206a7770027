using System.Buffers;
using System.IO.Pipelines;
using System.Net;
using System.Net.Sockets;
using System.Threading.Channels;
using Gateway.Sip.Messages;
using Gateway.Sip.Transactions;

namespace Gateway.Sip.Transports;

/// <summary>One TCP connection: one task reads and frames, one connects and writes.</summary>
#pragma warning disable CA1001 // neither holds anything of the system; RunAsync ends with the connection and disposes the socket
internal sealed class TcpConnection : SipFlow
#pragma warning restore CA1001
{
    private readonly TcpConnections _table;
    private readonly IPEndPoint _bound;
    private readonly Socket _socket;
    private readonly bool _connected;
    private readonly CancellationTokenSource _closing = new();
    private readonly Channel<Unsent> _unsent;
    private readonly SemaphoreSlim _room;
    private long _lastUsed;
    private volatile bool _heard;
    private volatile bool _closed;

    private TcpConnection(TcpConnections table, Socket socket, bool connected, IPEndPoint remote, IPEndPoint bound)
        : base(SipTransportKind.Tcp, remote)
    {
        _table = table;
        _socket = socket;
        _connected = connected;
        _bound = bound;
        _socket.NoDelay = true;
        _lastUsed = table.Loop.Time.GetTimestamp();
        _room = new SemaphoreSlim(table.Limits.QueuedPerConnection);
        _unsent = Channel.CreateBounded<Unsent>(
            new BoundedChannelOptions(table.Limits.UnsentPerConnection) { SingleReader = true });
    }

    /// <summary>The listening port, for Via and Contact: the peer's later requests are not bound to this connection.</summary>
    public override IPEndPoint Local => new(LocalAddresses.Towards(_bound.Address, Remote.Address), _bound.Port);

    public override bool IsOpen => !_closed;

    /// <summary>Nothing for long, or no whole message since it was accepted.</summary>
    public bool IsIdle => _table.Loop.Time.GetElapsedTime(Volatile.Read(ref _lastUsed))
        >= (_heard || !_connected ? _table.Limits.ConnectionIdle : _table.Limits.FirstMessage);

    public static TcpConnection Incoming(TcpConnections table, Socket socket, IPEndPoint remote, IPEndPoint bound) =>
        new(table, socket, connected: true, remote, bound);

    public static TcpConnection Outgoing(TcpConnections table, IPEndPoint remote, IPEndPoint bound) => new(
        table, new Socket(remote.AddressFamily, SocketType.Stream, ProtocolType.Tcp), connected: false, remote, bound);

    public override void Send(ReadOnlyMemory<byte> message, Action? failed)
    {
        if (_closed || !_unsent.Writer.TryWrite(new Unsent(message, failed)))
        {
            Report(failed);
        }
    }

    public void Close()
    {
        _closed = true;
        if (!_closing.IsCancellationRequested)
        {
            _closing.Cancel();
        }
    }

    public async Task RunAsync()
    {
        _table.Loop.Metrics.ConnectionsChanged(1);
        try
        {
            if (_connected || await TryConnectAsync().ConfigureAwait(false))
            {
                var reading = ReadAsync();
                await WriteAsync().ConfigureAwait(false);
                await reading.ConfigureAwait(false);
            }
        }
        finally
        {
            _closed = true;
            _unsent.Writer.TryComplete();
            while (_unsent.Reader.TryRead(out var unsent))
            {
                Report(unsent.Failed);
            }

            _socket.Dispose();
            _table.Loop.Metrics.ConnectionsChanged(-1);
            _table.Loop.Post(() => _table.Remove(this));
        }
    }

    private async Task<bool> TryConnectAsync()
    {
        using var patience = new CancellationTokenSource(_table.Limits.Connect, _table.Loop.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, _closing.Token);
        try
        {
            await _socket.ConnectAsync(Remote, either.Token).ConfigureAwait(false);
            return true;
        }
        catch (Exception fault) when (fault is SocketException or OperationCanceledException)
        {
            return false;
        }
    }

    private async Task WriteAsync()
    {
        try
        {
            await foreach (var next in _unsent.Reader.ReadAllAsync(_closing.Token).ConfigureAwait(false))
            {
                if (!await TryWriteAsync(next).ConfigureAwait(false))
                {
                    break;
                }
            }
        }
        catch (OperationCanceledException)
        {
            // closed
        }

        Close();
    }

    private async Task<bool> TryWriteAsync(Unsent next)
    {
        try
        {
            for (var rest = next.Message; !rest.IsEmpty;)
            {
                rest = rest[await _socket.SendAsync(rest, SocketFlags.None, _closing.Token).ConfigureAwait(false)..];
            }

            Volatile.Write(ref _lastUsed, _table.Loop.Time.GetTimestamp());
            return true;
        }
        catch (Exception fault) when (fault is SocketException or OperationCanceledException)
        {
            Report(next.Failed);
            return false;
        }
    }

    private async Task ReadAsync()
    {
        var reader = PipeReader.Create(new NetworkStream(_socket, ownsSocket: false));
        try
        {
            await FrameAsync(reader).ConfigureAwait(false);
        }
        catch (Exception fault) when (fault is IOException or SocketException or OperationCanceledException)
        {
            Close(); // reset by the peer, or closed here
        }

        await reader.CompleteAsync().ConfigureAwait(false);
    }

    private async Task FrameAsync(PipeReader reader)
    {
        var framer = new SipStreamFramer();
        while (true)
        {
            var read = await reader.ReadAsync(_closing.Token).ConfigureAwait(false);
            var rest = read.Buffer;
            var frame = framer.Next(ref rest);
            for (; frame.Kind is not (SipFrameKind.Incomplete or SipFrameKind.Broken); frame = framer.Next(ref rest))
            {
                await TakeAsync(frame).ConfigureAwait(false);
            }

            reader.AdvanceTo(rest.Start, rest.End);
            if (frame.Kind == SipFrameKind.Broken)
            {
                Break(frame.Fault);
                return;
            }

            if (read.IsCompleted)
            {
                Close();
                return;
            }
        }
    }

    private async ValueTask TakeAsync(SipFrame frame)
    {
        if (frame.Kind == SipFrameKind.Message)
        {
            await HandOverAsync(frame.Bytes).ConfigureAwait(false);
        }
        else if (frame.Kind == SipFrameKind.Ping)
        {
            Send("\r\n"u8.ToArray(), failed: null); // the pong of RFC 5626 section 4.4.1
        }
    }

    /// <summary>Where the next message begins is unknown: the refusal, if there can be one, then the end (MAPPING U-44).</summary>
    private void Break(SipParseFault? fault)
    {
        _table.Loop.Metrics.Malformed();
        if (fault is { CanRespond: true })
        {
            var refusal = fault.ToResponse(SipIdentifiers.Tag(), fault.TopVia.WithSource(Remote));
            Send(refusal.Raw, failed: null);
        }

        _unsent.Writer.TryComplete();
    }

    /// <summary>Waits while too many messages of this connection are queued, so a flood stays in the peer's own buffers.</summary>
    private async Task HandOverAsync(ReadOnlyMemory<byte> message)
    {
        await _room.WaitAsync(_closing.Token).ConfigureAwait(false);
        _heard = true;
        Volatile.Write(ref _lastUsed, _table.Loop.Time.GetTimestamp());
        _table.Loop.Post(() =>
        {
            _room.Release();
            _table.Receiver.OnMessage(message, this);
        });
    }

    private void Report(Action? failed)
    {
        if (failed is not null)
        {
            _table.Loop.Post(failed);
        }
    }

    private readonly record struct Unsent(ReadOnlyMemory<byte> Message, Action? Failed);
}
