using System.Text.Json;
using System.Text.Json.Nodes;
using Gateway.Testing.Servers;

namespace Gateway.Media.Tests.Relay;

/// <summary>
/// The process of tests/clients/media_ends.py: an independent ICE, DTLS-SRTP and RTP implementation that sends tones and
/// says what it hears.
/// </summary>
public sealed class MediaEnds : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly Lock _gate = new();
    private readonly SemaphoreSlim _writing = new(1, 1);
    private readonly List<JsonObject> _events = [];
    private readonly List<(Func<JsonObject, bool> Matches, TaskCompletionSource<JsonObject> Found)> _waiting = [];
    private OwnedProcess? _process;
    private int _names;

    public static async Task<MediaEnds> StartAsync()
    {
        var ends = new MediaEnds();
        ends._process = await OwnedProcess.StartAsync("/usr/bin/python3", [Script()], onLine: ends.Take);
        await ends.When(e => (string?)e["event"] == "ready", "the script's start");
        return ends;
    }

    /// <param name="offers">It offers, so it controls.</param>
    /// <param name="tone">Sent, in Hz.</param>
    /// <param name="expect">Listened for, in Hz.</param>
    /// <param name="depth">Of its jitter buffer, in packets; 0 plays them as they come.</param>
    /// <param name="host">The loopback address that it lives on.</param>
    public async Task<WebEnd> WebAsync(bool offers, int tone, int expect, int depth = 0, string host = "127.0.0.1")
    {
        var end = new WebEnd(this, $"web {Interlocked.Increment(ref _names)}");
        await SendAsync(
            end.Name, "web", ("controlling", offers), ("tone", tone), ("expect", expect), ("depth", depth), ("host", host));
        end.Take(await When(end.Name, "made"));
        return end;
    }

    public async Task<PlainEnd> PlainAsync(int tone, int expect, int depth = 0, string host = "127.0.0.1")
    {
        var end = new PlainEnd(this, $"plain {Interlocked.Increment(ref _names)}") { Host = host };
        await SendAsync(end.Name, "plain", ("tone", tone), ("expect", expect), ("depth", depth), ("host", host));
        end.Port = (int)(await When(end.Name, "made"))["port"]!;
        return end;
    }

    public async Task SendAsync(string name, string verb, params (string Key, object Value)[] arguments)
    {
        var command = new JsonObject { ["name"] = name, ["do"] = verb };
        foreach (var (key, value) in arguments)
        {
            command[key] = JsonSerializer.SerializeToNode(value);
        }

        await _writing.WaitAsync();
        try
        {
            await _process!.Input.WriteLineAsync(command.ToJsonString());
        }
        finally
        {
            _writing.Release();
        }
    }

    /// <summary>Takes the first such event of the end, waiting for it if it has not come yet.</summary>
    public Task<JsonObject> When(string name, string what, Func<JsonObject, bool>? matches = null) =>
        When(e => (string?)e["name"] == name && (string?)e["event"] == what && matches?.Invoke(e) != false, $"{what} of {name}");

    /// <summary>Forgets events of the end that nobody took.</summary>
    public void Discard(string name)
    {
        lock (_gate)
        {
            _events.RemoveAll(e => (string?)e["name"] == name);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _process!.DisposeAsync();
        _writing.Dispose();
    }

    private static string Script()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var script = Path.Combine(folder.FullName, "tests", "clients", "media_ends.py");
            if (File.Exists(script))
            {
                return script;
            }
        }

        throw new FileNotFoundException("tests/clients/media_ends.py");
    }

    private async Task<JsonObject> When(Func<JsonObject, bool> matches, string what)
    {
        var found = new TaskCompletionSource<JsonObject>(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_gate)
        {
            if (_events.Find(e => matches(e)) is { } seen)
            {
                _events.Remove(seen);
                return seen;
            }

            _waiting.Add((matches, found));
        }

        try
        {
            return await found.Task.WaitAsync(Patience);
        }
        catch (TimeoutException)
        {
            throw new InvalidOperationException($"waited in vain for {what}; they said last:\n"
                + string.Join('\n', _process!.Output.Split('\n').TakeLast(20)));
        }
    }

    private void Take(string line)
    {
        if (!line.StartsWith('{'))
        {
            return; // a warning of Python's
        }

        var said = JsonNode.Parse(line)!.AsObject();
        lock (_gate)
        {
            if ((string?)said["event"] == "forgotten")
            {
                // Here, in the order in which they were said: whoever waits for it may wake only after the next tone was told of.
                _events.RemoveAll(e => (string?)e["event"] == "tone" && (string?)e["name"] == (string?)said["name"]);
            }

            var waiting = _waiting.FindIndex(w => w.Matches(said));
            if (waiting >= 0)
            {
                _waiting[waiting].Found.TrySetResult(said);
                _waiting.RemoveAt(waiting);
                return;
            }

            _events.Add(said);
        }
    }
}
