using System.Buffers;
using System.Xml.Linq;
using Gateway.Xmpp.Stanzas;

namespace Gateway.Xmpp.Component;

/// <summary>An authenticated stream at work: a loop that reads, a loop that writes, a watchdog. The first to end ends all.</summary>
internal sealed class StreamSession(
    ComponentStream stream, OutgoingQueue queue, XmppComponentOptions options, TimeProvider time,
    Action<XElement> onStanza, Action<IReadOnlyCollection<OutgoingQueue.Entry>> onWritten, Action ping)
{
    /// <summary>Stanzas go out together up to this many octets: one system call and one packet for what was sent at one moment.</summary>
    private const int BatchOctets = 64 * 1024;

    /// <summary>
    /// Who reads may be on the one thread that waits for all sockets of the process; a server that always has more to say must not
    /// keep it there. A burst is read in one go.
    /// </summary>
    private const int MostAtOnce = 64;

    /// <summary>For the last stanzas after the order to stop.</summary>
    private static readonly TimeSpan LastWords = TimeSpan.FromSeconds(2);

    private readonly List<OutgoingQueue.Entry> _batch = [];

    /// <summary>Runs until the stream ends, saying why; null when stopped.</summary>
    public async Task<StreamItem?> RunAsync(CancellationToken stopping)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        var reading = ReadAsync();
        var writing = WriteAsync(ending.Token);
        var watching = WatchAsync(ending.Token);
        var stopped = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var stop = stopping.Register(stopped.SetResult);

        var first = await Task.WhenAny(reading, writing, watching, stopped.Task).ConfigureAwait(false);
        var isStopped = stopping.IsCancellationRequested;
        await ending.CancelAsync().ConfigureAwait(false);

        // A write under way is let finish, or the farewell would stand inside a stanza; but not for ever.
        using var patience = new CancellationTokenSource(LastWords, time);
        using var giveUp = patience.Token.Register(stream.Abort);
        if (!isStopped && (first != reading || await reading.ConfigureAwait(false) is StreamItem.Lost))
        {
            stream.Abort();
        }

        var writeEnd = await writing.ConfigureAwait(false);
        var watchEnd = await watching.ConfigureAwait(false);
        if (isStopped)
        {
            await FlushAsync().ConfigureAwait(false);
            return null;
        }

        return first == reading ? await reading.ConfigureAwait(false)
            : watchEnd ?? writeEnd ?? new StreamItem.Lost("the connection failed");
    }

    private async Task<StreamItem> ReadAsync()
    {
        var atOnce = 0;
        while (true)
        {
            var reading = stream.ReadAsync();
            atOnce = reading.IsCompleted ? atOnce + 1 : 0;
            if (atOnce == MostAtOnce)
            {
                atOnce = 0;
                await Task.Yield();
            }

            var item = await reading.ConfigureAwait(false);
            if (item is not StreamItem.Element element || element.Content.Name.Namespace == StreamNamespaces.Streams)
            {
                return item;
            }

            onStanza(element.Content);
        }
    }

    private async Task<StreamItem?> WriteAsync(CancellationToken ending)
    {
        var octets = new ArrayBufferWriter<byte>(BatchOctets / 4);
        try
        {
            while (true)
            {
                ending.ThrowIfCancellationRequested();
                await queue.WaitAsync(ending).ConfigureAwait(false);
                await WriteBatchAsync(octets).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException)
        {
            return null;
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            return new StreamItem.Lost(e.Message);
        }
    }

    private async Task WriteBatchAsync(ArrayBufferWriter<byte> octets)
    {
        octets.ResetWrittenCount();
        _batch.Clear();
        while (octets.WrittenCount < BatchOctets && queue.TryTake(out var entry))
        {
            octets.Write(entry.Octets);
            _batch.Add(entry);
            if (entry.Iq is not null)
            {
                entry.Iq.IsWritten = true; // before the write: its answer may be faster than our return
            }
        }

        try
        {
            await stream.WriteAsync(octets.WrittenMemory, CancellationToken.None).ConfigureAwait(false);
        }
        catch
        {
            queue.PutBack(_batch);
            throw;
        }

        onWritten(_batch);
    }

    private async Task<StreamItem?> WatchAsync(CancellationToken ending)
    {
        var watchdog = new LinkWatchdog(Math.Max(1, (int)(options.PingAfter / options.PingPatience)));
        var end = new TaskCompletionSource<StreamItem?>(TaskCreationOptions.RunContinuationsAsynchronously);
        using var ended = ending.Register(() => end.TrySetResult(null)); // the stream ends for another reason
        using var ticks = time.CreateTimer(_ => Tick(), null, options.PingPatience, options.PingPatience);
        return await end.Task.ConfigureAwait(false);

        void Tick()
        {
            (watchdog, var verdict) = watchdog.Tick(stream.OctetsRead);
            if (verdict == WatchdogVerdict.Ping)
            {
                ping();
            }
            else if (verdict == WatchdogVerdict.Dead)
            {
                end.TrySetResult(new StreamItem.Lost($"the server is silent, even when pinged ({options.PingPatience.TotalSeconds} s)"));
            }
        }
    }

    /// <summary>What was queued before the order to stop still goes out: farewells to callers, above all (K-4).</summary>
    private async Task FlushAsync()
    {
        var octets = new ArrayBufferWriter<byte>();
        try
        {
            do
            {
                await WriteBatchAsync(octets).ConfigureAwait(false);
            }
            while (octets.WrittenCount > 0);
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            // The server is gone; so are we.
        }
    }
}
