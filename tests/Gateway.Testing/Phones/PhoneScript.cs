using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.Json.Nodes;
using Gateway.Testing.Servers;

namespace Gateway.Testing.Phones;

/// <summary>
/// A process of one of the scripts in tests/clients that takes commands and tells events as JSON lines. It holds any number of
/// clients, each with a name.
/// </summary>
public sealed class PhoneScript : IAsyncDisposable
{
    private readonly ConcurrentDictionary<string, EventLog<PhoneEvent>> _events = new();
    private readonly ConcurrentDictionary<string, TaskCompletionSource<PhoneEvent>> _replies = new();
    private readonly TaskCompletionSource _started = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly SemaphoreSlim _writing = new(1);
    private OwnedProcess? _process;
    private int _number;

    private PhoneScript()
    {
    }

    /// <summary>Its process id.</summary>
    public int Id => _process!.Id;

    /// <summary>Starts the process, with Debian's own interpreter: its libraries are Debian's.</summary>
    public static async Task<PhoneScript> StartAsync(string script)
    {
        var phones = new PhoneScript();
        phones._process = await OwnedProcess.StartAsync("/usr/bin/python3", [script], onLine: phones.Read);
        if (await Task.WhenAny(phones._started.Task, phones._process.Ended) != phones._started.Task)
        {
            throw new InvalidOperationException($"{script} did not start:\n{phones._process.Output}");
        }

        return phones;
    }

    /// <summary>What the client of this name has told.</summary>
    public EventLog<PhoneEvent> EventsOf(string name) => _events.GetOrAdd(name, static n => new EventLog<PhoneEvent>(n));

    /// <summary>A name that no client has yet.</summary>
    public string NewName(string kind) => $"{Interlocked.Increment(ref _number)}:{kind}";

    /// <summary>A command of the script; gives its outcome.</summary>
    /// <exception cref="InvalidOperationException">The script says that it failed.</exception>
    public async Task<PhoneEvent> CommandAsync(string phone, string command, object? arguments = null)
    {
        var reference = Interlocked.Increment(ref _number).ToString(System.Globalization.CultureInfo.InvariantCulture);
        var reply = _replies[reference] = new(TaskCreationOptions.RunContinuationsAsynchronously);
        var line = JsonSerializer.SerializeToNode(arguments ?? new { })!.AsObject();
        line["cmd"] = command;
        line["phone"] = phone;
        line["ref"] = reference;
        await _writing.WaitAsync();
        try
        {
            await _process!.Input.WriteLineAsync(line.ToJsonString());
        }
        finally
        {
            _writing.Release();
        }

        var done = await reply.Task.WaitAsync(Eventually.Patience);
        return done.Is("ok") ? done : throw new InvalidOperationException($"{phone}: {command} failed: {done["error"]}\n{_process!.Output}");
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_process is { } running)
        {
            await running.DisposeAsync();
        }

        _writing.Dispose();
    }

    private void Read(string line)
    {
        if (!line.StartsWith('{'))
        {
            return; // what a library writes to standard error
        }

        var fields = JsonNode.Parse(line)!.AsObject();
        var one = new PhoneEvent((string)fields["event"]!, fields);
        if (one.Kind == "started")
        {
            _started.TrySetResult();
        }
        else if (one.Kind == "done" && one["ref"] is { } reference && _replies.TryRemove(reference, out var reply))
        {
            reply.TrySetResult(one);
        }
        else if (one["phone"] is { } name)
        {
            EventsOf(name).Add(one);
        }
    }
}
