using System.Runtime.CompilerServices;
namespace Gateway.Xmpp.Component;

/// <summary>
/// Below the XML reader: counts the octets of the stanza in progress and refuses one that grows past the limit, since
/// <see cref="System.Xml.XmlReader"/> itself has none. What the reader above took in with the stanza before is not counted, so
/// a stanza may pass up to <see cref="MaxReadOctets"/> over the limit, never below it.
/// </summary>
internal sealed class MeteredStream(Stream inner, int maxStanzaOctets, Action? afterRead = null) : Stream
{
    internal const int MaxReadOctets = 8192;

    private const int PrologueLength = 1024;

    private readonly byte[] _prologue = new byte[PrologueLength];
    private int _prologueLength;
    private long _sinceStanza;
    private long _octetsRead;

    /// <summary>Octets read so far: any growth proves that the server lives.</summary>
    public long OctetsRead => Interlocked.Read(ref _octetsRead);

    /// <summary>True once the peer has closed its side.</summary>
    public bool IsAtEnd { get; private set; }

    /// <summary>True once a stanza was refused for its size.</summary>
    public bool IsOverLimit { get; private set; }

    /// <summary>The first octets, kept to tell a DTD from other faults.</summary>
    public ReadOnlySpan<byte> Prologue => _prologue.AsSpan(0, _prologueLength);

    /// <summary>The stanza in progress has ended; what comes next is counted from zero.</summary>
    public void StanzaEnded() => _sinceStanza = 0;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var read = await inner.ReadAsync(buffer[..Math.Min(buffer.Length, MaxReadOctets)], cancellationToken).ConfigureAwait(false);
        Count(buffer.Span[..read]);
        return read;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count)
    {
        var read = inner.Read(buffer, offset, Math.Min(count, MaxReadOctets));
        Count(buffer.AsSpan(offset, read));
        return read;
    }

    public override void Flush() => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    private void Count(ReadOnlySpan<byte> octets)
    {
        if (octets.IsEmpty)
        {
            IsAtEnd = true;
            return;
        }

        afterRead?.Invoke();
        Interlocked.Add(ref _octetsRead, octets.Length);
        var kept = Math.Min(octets.Length, PrologueLength - _prologueLength);
        octets[..kept].CopyTo(_prologue.AsSpan(_prologueLength));
        _prologueLength += kept;

        // White space that keeps a connection alive (RFC 6120 section 4.6.1) counts too: the reader holds it until the next
        // stanza, and whether it stands between stanzas or within one is not to be seen from here.
        _sinceStanza += octets.Length;
        if (_sinceStanza > maxStanzaOctets)
        {
            IsOverLimit = true;
            throw new IOException("A stanza exceeds the size limit.");
        }
    }
}
