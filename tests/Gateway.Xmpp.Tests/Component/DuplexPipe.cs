using System.IO.Pipelines;

namespace Gateway.Xmpp.Tests.Component;

/// <summary>Two ends of a connection within the process. Disposing an end closes both directions, as with a socket.</summary>
internal sealed class DuplexPipe : Stream
{
    private readonly Stream _input;
    private readonly Stream _output;
    private readonly PipeReader _reader;
    private readonly PipeWriter _writer;

    private DuplexPipe(PipeReader reader, PipeWriter writer)
    {
        (_reader, _writer) = (reader, writer);
        (_input, _output) = (reader.AsStream(leaveOpen: true), writer.AsStream(leaveOpen: true));
    }

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>What who reads the next octets meets.</summary>
    public Exception? Mistake { get; set; }

    public static (DuplexPipe Ours, DuplexPipe Theirs) Create()
    {
        var options = new PipeOptions(useSynchronizationContext: false);
        var (there, back) = (new Pipe(options), new Pipe(options));
        return (new DuplexPipe(back.Reader, there.Writer), new DuplexPipe(there.Reader, back.Writer));
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        int count;
        try
        {
            count = await _input.ReadAsync(buffer, cancellationToken);
        }
        catch (Exception e) when (e is InvalidOperationException or OperationCanceledException && !cancellationToken.IsCancellationRequested)
        {
            throw new IOException("closed", e);
        }

        return Mistake is { } mistake ? throw mistake : count;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        try
        {
            await _output.WriteAsync(buffer, cancellationToken);
        }
        catch (InvalidOperationException e)
        {
            throw new IOException("closed", e);
        }
    }

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        _writer.Complete();
        _reader.CancelPendingRead();
        base.Dispose(disposing);
    }
}
