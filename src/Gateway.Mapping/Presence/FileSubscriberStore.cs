using System.Text.Encodings.Web;
using System.Text.Json;
using System.Threading.Channels;
using Gateway.Xmpp.Addresses;
using Microsoft.Extensions.Logging;

namespace Gateway.Mapping.Presence;

/// <summary>
/// Subscriptions in a file of JSON lines, <c>["+","juliet@example.org","1001@sip.example.org"]</c>: changes are appended, and
/// the file is written anew (beside, then renamed over) when most of it is history. A line cut short by a crash is left out.
/// </summary>
public sealed class FileSubscriberStore : ISubscriberStore, IAsyncDisposable
{
    private const int HistoryLimit = 10_000; // lines beyond the live ones before the file is written anew
    private const int QueueLimit = 100_000;

    private static readonly JsonSerializerOptions Readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly string _path;
    private readonly ILogger<FileSubscriberStore> _logger;
    private readonly Channel<Change> _changes = Channel.CreateBounded<Change>(new BoundedChannelOptions(QueueLimit) { SingleReader = true });
    private readonly HashSet<PresenceSubscription> _live = [];
    private int _lines;
    private Task _writer = Task.CompletedTask;

    /// <summary>Touches nothing before <see cref="LoadAsync"/>.</summary>
    public FileSubscriberStore(string path, ILogger<FileSubscriberStore> logger)
    {
        _path = path;
        _logger = logger;
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyCollection<PresenceSubscription>> LoadAsync(CancellationToken cancellationToken)
    {
        try
        {
            await ReadAsync(cancellationToken).ConfigureAwait(false);
            if (_lines > 0)
            {
                await RewriteAsync(cancellationToken).ConfigureAwait(false);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Log.StoreFailed(_logger, _path, e);
        }

        PresenceSubscription[] kept = [.. _live];
        _writer = WriteChangesAsync();
        return kept;
    }

    /// <inheritdoc/>
    public void Add(PresenceSubscription subscription) => _changes.Writer.TryWrite(new Change(true, subscription));

    /// <inheritdoc/>
    public void Remove(PresenceSubscription subscription) => _changes.Writer.TryWrite(new Change(false, subscription));

    /// <summary>Writes what is still to be written.</summary>
    public async ValueTask DisposeAsync()
    {
        _changes.Writer.TryComplete();
        await _writer.ConfigureAwait(false);
    }

    private async Task WriteChangesAsync()
    {
        while (await _changes.Reader.WaitToReadAsync().ConfigureAwait(false))
        {
            try
            {
                await AppendAsync().ConfigureAwait(false);
                if (_lines > (2 * _live.Count) + HistoryLimit)
                {
                    await RewriteAsync(CancellationToken.None).ConfigureAwait(false);
                }
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                Log.StoreFailed(_logger, _path, e); // the next change tries again
            }
        }
    }

    private async Task AppendAsync()
    {
        List<string> lines = [];
        while (_changes.Reader.TryRead(out var change))
        {
            if (change.IsAdded ? _live.Add(change.Subscription) : _live.Remove(change.Subscription))
            {
                lines.Add(LineOf(change));
            }
        }

        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(_path))!);
        await File.AppendAllLinesAsync(_path, lines).ConfigureAwait(false);
        _lines += lines.Count;
    }

    private async Task ReadAsync(CancellationToken cancellationToken)
    {
        if (!File.Exists(_path))
        {
            return;
        }

        var damaged = 0;
        await foreach (var line in File.ReadLinesAsync(_path, cancellationToken).ConfigureAwait(false))
        {
            _lines++;
            if (!TryRead(line, out var change))
            {
                damaged++;
            }
            else if (change.IsAdded)
            {
                _live.Add(change.Subscription);
            }
            else
            {
                _live.Remove(change.Subscription);
            }
        }

        if (damaged > 0)
        {
            Log.StoreDamaged(_logger, damaged, _path);
        }
    }

    private async Task RewriteAsync(CancellationToken cancellationToken)
    {
        var beside = _path + ".new";
        await File.WriteAllLinesAsync(beside, _live.Select(s => LineOf(new Change(true, s))), cancellationToken).ConfigureAwait(false);
        File.Move(beside, _path, overwrite: true);
        _lines = _live.Count;
    }

    private static string LineOf(Change change) => JsonSerializer.Serialize(
        (string[])[change.IsAdded ? "+" : "-", change.Subscription.User.ToString(), change.Subscription.Contact.ToString()], Readable);

    private static bool TryRead(string line, out Change change)
    {
        change = default;
        try
        {
            if (JsonSerializer.Deserialize<string?[]>(line) is not [("+" or "-") and var sign, { } user, { } contact]
                || !Jid.TryParse(user, out var userJid, out _) || !Jid.TryParse(contact, out var contactJid, out _))
            {
                return false;
            }

            change = new Change(sign == "+", new PresenceSubscription(userJid, contactJid));
            return true;
        }
        catch (JsonException)
        {
            return false; // cut short, or not ours
        }
    }

    private readonly record struct Change(bool IsAdded, PresenceSubscription Subscription);
}
