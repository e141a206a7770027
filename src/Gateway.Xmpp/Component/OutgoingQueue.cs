using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Threading.Channels;
using System.Xml.Linq;

namespace Gateway.Xmpp.Component;

/// <summary>
/// Stanzas on their way out. Outlives the connections, so what was sent during a short loss goes out after it, unless it has
/// grown too old to be true.
/// </summary>
internal sealed class OutgoingQueue(XmppComponentOptions options, TimeProvider time, Action<int> onExpired)
{
    private readonly Channel<Entry> _channel = Channel.CreateBounded<Entry>(
        new BoundedChannelOptions(options.MaxQueuedStanzas)
        {
            SingleReader = false,
            SingleWriter = false,

            // Who sends while nothing is being written writes: the socket takes it at once, and no thread has to be woken.
            AllowSynchronousContinuations = true,
        });

    /// <summary>Taken from the channel, but not known to have reached the socket; only the writing loop touches it.</summary>
    private Queue<Entry> _unwritten = new();

    /// <summary>Taken from the channel to make room, and worth writing after all: before what is there still.</summary>
    private readonly ConcurrentQueue<Entry> _kept = new();

    public int Count => _channel.Reader.Count + _kept.Count;

    public bool TryAdd(XElement stanza, IqRequests.Pending? iq = null)
    {
        var entry = new Entry(StanzaWriter.Write(stanza), stanza, time.GetTimestamp(), iq);
        return _channel.Writer.TryWrite(entry) || (DropOld() && _channel.Writer.TryWrite(entry));
    }

    /// <summary>Waits until there is something to write; false never: the queue has no end.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public async ValueTask WaitAsync(CancellationToken cancel)
    {
        if (_unwritten.Count == 0 && _kept.IsEmpty)
        {
            await _channel.Reader.WaitToReadAsync(cancel).ConfigureAwait(false);
        }
    }

    /// <summary>Takes the next stanza that is worth writing.</summary>
    public bool TryTake([NotNullWhen(true)] out Entry? entry)
    {
        while (_unwritten.TryDequeue(out entry) || _kept.TryDequeue(out entry) || _channel.Reader.TryRead(out entry))
        {
            if (entry.Iq?.IsEnded == true)
            {
                continue; // its sender has given up
            }

            if (!IsOld(entry))
            {
                return true;
            }

            onExpired(1);
        }

        return false;
    }

    /// <summary>A write failed: what it held is kept for the next connection, but for IQ requests, which have failed.</summary>
    public void PutBack(IEnumerable<Entry> entries) =>
        _unwritten = new Queue<Entry>(entries.Where(entry => entry.Iq is null).Concat(_unwritten));

    private bool DropOld()
    {
        var (taken, dropped) = (0, 0);
        while (_channel.Reader.TryPeek(out var oldest) && IsOld(oldest) && _channel.Reader.TryRead(out var entry))
        {
            taken++;
            if (!IsOld(entry))
            {
                _kept.Enqueue(entry); // the one that was looked at has gone meanwhile, to the writing loop or to another who needs room
                break;
            }

            dropped++;
        }

        if (dropped > 0)
        {
            onExpired(dropped);
        }

        return taken > 0;
    }

    private bool IsOld(Entry entry) => time.GetElapsedTime(entry.QueuedAt) > options.MaxQueueAge;

    /// <summary>One stanza: its octets as they go out, and itself for the tap.</summary>
    internal sealed record Entry(byte[] Octets, XElement Stanza, long QueuedAt, IqRequests.Pending? Iq);
}
