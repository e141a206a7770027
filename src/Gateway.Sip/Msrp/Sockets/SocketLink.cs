using System.Buffers;
using System.Net.Sockets;
using System.Threading.Tasks.Sources;
using Gateway.Sip.Msrp.Connections;

namespace Gateway.Sip.Msrp.Sockets;

/// <summary>
/// A connected stream: reads when the loop has dealt with what was read before, writes when the peer has taken what was written
/// before. While nothing flows it holds no buffer.
/// </summary>
internal sealed class SocketLink : IMsrpLink, IValueTaskSource<int>, IDisposable
{
    /// <summary>More than a header section and the end-line that may be left over.</summary>
    private const int ReadBuffer = 16_384;

    private const int WriteBuffer = 32_768;

    private readonly MsrpHub _hub;
    private readonly MsrpLoop _loop;
    private readonly MsrpConnection _connection;
    private readonly Stream _stream;
    private readonly Socket _socket;
    private readonly CancellationTokenSource _closing = new();
    private ManualResetValueTaskSourceCore<int> _processed = new() { RunContinuationsAsynchronously = true };
    private long _writingSince = -1;
    private int _held = -1;
    private ReadOnlyMemory<byte> _rest;
    private bool _closeWhenWritten;
    private volatile bool _disposed;

    public SocketLink(MsrpHub hub, MsrpLoop loop, MsrpConnection connection, Socket socket, Stream stream)
    {
        _hub = hub;
        _loop = loop;
        _connection = connection;
        _socket = socket;
        _stream = stream;
    }

    /// <summary>Reads until the connection is over; the caller tells the hub.</summary>
    public async Task RunAsync()
    {
        byte[]? buffer = null;
        try
        {
            var have = 0;
            while (true)
            {
                if (buffer is null)
                {
                    await _stream.ReadAsync(Memory<byte>.Empty, _closing.Token).ConfigureAwait(false);
                    buffer = ArrayPool<byte>.Shared.Rent(ReadBuffer);
                }

                var read = await _stream.ReadAsync(buffer.AsMemory(have), _closing.Token).ConfigureAwait(false);
                have += read;
                var consumed = read == 0 ? -1 : await ProcessAsync(buffer, have).ConfigureAwait(false);
                if (consumed < 0)
                {
                    return;
                }

                have -= consumed;
                buffer.AsSpan(consumed, have).CopyTo(buffer);
                if (have == 0)
                {
                    ArrayPool<byte>.Shared.Return(buffer);
                    buffer = null;
                }
            }
        }
        catch (Exception fault) when (fault is IOException or SocketException or OperationCanceledException or ObjectDisposedException)
        {
            // reset by the peer, or closed here
        }
        finally
        {
            if (buffer is not null)
            {
                ArrayPool<byte>.Shared.Return(buffer);
            }
        }
    }

    public void Wake()
    {
        if (_writingSince < 0)
        {
            Write();
            ReadOn();
        }
    }

    public void Close()
    {
        _closeWhenWritten = true;
        if (_writingSince < 0)
        {
            _closing.Cancel();
            LetGo();
        }
    }

    public void Tick(long now)
    {
        if (_writingSince >= 0 && now - _writingSince > _hub.Limits.Stalled.TotalMilliseconds)
        {
            _closing.Cancel();
        }
    }

    /// <summary>From any thread: at once.</summary>
    public void Abort()
    {
        _closing.Cancel();
        _loop.Post(LetGo);
    }

    public void Dispose()
    {
        _disposed = true;
        _stream.Dispose();
        _socket.Dispose();
        _closing.Dispose();
    }

    int IValueTaskSource<int>.GetResult(short token)
    {
        var result = _processed.GetResult(token);
        _processed.Reset();
        return result;
    }

    ValueTaskSourceStatus IValueTaskSource<int>.GetStatus(short token) => _processed.GetStatus(token);

    void IValueTaskSource<int>.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _processed.OnCompleted(continuation, state, token, flags);

    private ValueTask<int> ProcessAsync(byte[] buffer, int length)
    {
        var token = _processed.Version;
        _loop.Post(() =>
        {
            var consumed = -1;
            try
            {
                consumed = _connection.OnOctets(buffer.AsSpan(0, length));
            }
            finally
            {
                // A peer that takes no answers is not read further (MsrpConnection.MayRead), unless nobody would let it go any more.
                _held = consumed >= 0 && !_connection.MayRead && !_closing.IsCancellationRequested ? consumed : -1;
                if (_held < 0)
                {
                    _processed.SetResult(consumed);
                }
                else
                {
                    _rest = buffer.AsMemory(consumed, length - consumed);
                }
            }
        });
        return new ValueTask<int>(this, token);
    }

    /// <summary>On the loop: as long as the socket takes it at once.</summary>
    private void Write()
    {
        while (true)
        {
            var buffer = ArrayPool<byte>.Shared.Rent(WriteBuffer);
            var length = _connection.Fill(buffer);
            if (length == 0)
            {
                ArrayPool<byte>.Shared.Return(buffer);
                return;
            }

            _writingSince = _hub.Now;
            var writing = TryWriteAsync(buffer, length);
            if (!writing.IsCompleted)
            {
                _ = WrittenLaterAsync(writing);
                return;
            }

            if (!Written(writing.Result))
            {
                return;
            }
        }
    }

    private async ValueTask<bool> TryWriteAsync(byte[] buffer, int length)
    {
        try
        {
            await _stream.WriteAsync(buffer.AsMemory(0, length), _closing.Token).ConfigureAwait(false);
            return true;
        }
        catch (Exception fault) when (fault is IOException or SocketException or OperationCanceledException or ObjectDisposedException)
        {
            return false;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private async Task WrittenLaterAsync(ValueTask<bool> writing)
    {
        var isWritten = await writing.ConfigureAwait(false);
        _loop.Post(() =>
        {
            if (Written(isWritten))
            {
                Write();
            }
        });
    }

    /// <summary>The peer may be read again, what it said meanwhile first.</summary>
    private void ReadOn()
    {
        while (_held >= 0 && _connection.MayRead)
        {
            var more = -1;
            try
            {
                more = _rest.IsEmpty ? 0 : _connection.OnOctets(_rest.Span);
            }
            finally
            {
                if (more <= 0) // by a fault of ours too: then the connection is closed
                {
                    var consumed = more < 0 ? -1 : _held;
                    _held = -1;
                    _processed.SetResult(consumed);
                }
            }

            if (more > 0)
            {
                _held += more;
                _rest = _rest[more..];
            }
        }
    }

    /// <summary>The connection is over: nobody waits for what is held.</summary>
    private void LetGo()
    {
        if (_held >= 0)
        {
            _held = -1;
            _processed.SetResult(-1);
        }
    }

    private bool Written(bool isWritten)
    {
        _writingSince = -1;
        if (isWritten)
        {
            ReadOn();
        }
        else
        {
            LetGo();
        }

        if (_disposed)
        {
            return false;
        }

        if (!isWritten || _closeWhenWritten)
        {
            _closing.Cancel();
            LetGo();
            return false;
        }

        return true;
    }
}
