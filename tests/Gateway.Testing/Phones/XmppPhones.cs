using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.Json.Nodes;
using Gateway.Testing.Servers;

namespace Gateway.Testing.Phones;

/// <summary>One line that the calling client reported: its kind, and its fields by name.</summary>
public sealed record PhoneEvent(string Kind, JsonObject Fields)
{
    /// <summary>A field's text; null when absent.</summary>
    public string? this[string field] => Fields[field] switch
    {
        null => null,
        JsonValue value => value.ToString(),
        var other => other.ToJsonString(),
    };

    /// <summary>A field that is true or false.</summary>
    public bool Is(string field) => Fields[field]?.GetValue<bool>() ?? false;

    /// <summary>A field that is a number.</summary>
    public double Number(string field) => Fields[field]?.GetValue<double>() ?? 0;

    public override string ToString() => Fields.ToJsonString();
}

/// <summary>
/// The process of tests/clients/xmpp_phone.py: XMPP calling clients with real ICE, DTLS-SRTP and audio that share no code
/// with the gateway. It holds any number of phones.
/// </summary>
public sealed class XmppPhones : IAsyncDisposable
{
    private readonly ConcurrentDictionary<string, XmppPhone> _phones = new();
    private readonly ConcurrentDictionary<string, TaskCompletionSource<PhoneEvent>> _replies = new();
    private readonly TaskCompletionSource _started = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly SemaphoreSlim _writing = new(1);
    private OwnedProcess? _process;
    private int _number;

    private XmppPhones()
    {
    }

    /// <summary>Starts the process; <paramref name="script"/> is the path of xmpp_phone.py.</summary>
    public static async Task<XmppPhones> StartAsync(string script)
    {
        var phones = new XmppPhones();
        // Not the first python3 in the path: slixmpp and aiortc are Debian's.
        phones._process = await OwnedProcess.StartAsync("/usr/bin/python3", [script], onLine: phones.Read);
        if (await Task.WhenAny(phones._started.Task, phones._process.Ended) != phones._started.Task)
        {
            throw new InvalidOperationException($"xmpp_phone.py did not start:\n{phones._process.Output}");
        }

        return phones;
    }

    /// <summary>Logs a device in: an account of the server, a resource, options as the script documents them.</summary>
    public async Task<XmppPhone> LoginAsync(
        IXmppServer server, string user, string resource, object? options = null, string password = "secret")
    {
        var name = $"{Interlocked.Increment(ref _number)}:{user}/{resource}";
        var phone = _phones[name] = new XmppPhone(this, name, $"{user}@{server.Domain}", resource);
        await phone.CommandAsync("login", new
        {
            jid = phone.FullJid,
            password,
            host = "127.0.0.1",
            port = server.ClientPort,
            options = options ?? new { },
        });
        await phone.Events.WaitAsync(e => e.Kind == "ready");
        return phone;
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is { } running)
        {
            await running.DisposeAsync();
        }

        _writing.Dispose();
    }

    internal async Task<PhoneEvent> CommandAsync(string phone, string command, object? arguments)
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
        return done.Is("ok") ? done : throw new InvalidOperationException($"{phone}: {command} failed: {done["error"]}");
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
        else if (one.Kind == "done")
        {
            if (one["ref"] is { } reference && _replies.TryRemove(reference, out var reply))
            {
                reply.TrySetResult(one);
            }
        }
        else if (one["phone"] is { } name && _phones.TryGetValue(name, out var phone))
        {
            phone.Events.Add(one);
        }
    }
}
