using System.Runtime.CompilerServices;
using Gateway.Xmpp.StreamXml;

namespace Gateway.Xmpp.Component;

/// <summary>Reads a component stream element by element: never throws on what the peer sends, and holds one stanza at a time.</summary>
/// <param name="stream">The server's octets.</param>
/// <param name="limits">How much to take.</param>
/// <param name="afterRead">Called after each read, or null.</param>
internal sealed class StanzaReader(Stream stream, XmppComponentOptions limits, Action? afterRead = null)
{
    /// <summary>Most stanzas are smaller: a buffer that a larger one has made grow is not kept.</summary>
    private const int UsualOctets = 16 * 1024;

    private readonly StanzaParser _parser = new(limits);
    private byte[] _buffer = new byte[UsualOctets];
    private int _start;
    private int _end;
    private long _octetsRead;

    /// <summary>Octets read so far: any growth proves that the server lives.</summary>
    public long OctetsRead => Interlocked.Read(ref _octetsRead);

    /// <summary>The next item. After <see cref="StreamItem.Closed"/>, a fault or a loss nothing more may be read.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<StreamItem> ReadAsync()
    {
        try
        {
            StreamItem? item;
            while ((item = Next()) is null)
            {
                MakeRoom();
                var read = await stream.ReadAsync(_buffer.AsMemory(_end)).ConfigureAwait(false);
                if (read == 0)
                {
                    return new StreamItem.Lost("the server closed the connection");
                }

                _end += read;
                Interlocked.Add(ref _octetsRead, read);
                afterRead?.Invoke();
            }

            return item;
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            return new StreamItem.Lost(e.Message);
        }
    }

    private StreamItem? Next()
    {
        if (_start == _end)
        {
            return null;
        }

        var item = _parser.Next(_buffer.AsSpan(_start.._end), out var taken);
        _start += taken;
        return item;
    }

    /// <summary>The parser refuses a stanza before the buffer would be larger than twice the limit.</summary>
    private void MakeRoom()
    {
        var left = _end - _start;
        if (left == 0)
        {
            (_start, _end) = (0, 0);
            if (_buffer.Length > UsualOctets)
            {
                _buffer = new byte[UsualOctets];
            }
        }
        else if (_end == _buffer.Length)
        {
            var target = left > _buffer.Length / 2 ? new byte[2 * _buffer.Length] : _buffer;
            _buffer.AsSpan(_start, left).CopyTo(target);
            (_buffer, _start, _end) = (target, 0, left);
        }
    }
}
