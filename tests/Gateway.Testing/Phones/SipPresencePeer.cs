using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Gateway.Testing.Servers;

namespace Gateway.Testing.Phones;

/// <summary>The process of tests/clients/sip_presence.py: a SIP user agent that publishes, subscribes and is notified.</summary>
public sealed class SipPresencePeer : IAsyncDisposable
{
    private OwnedProcess? _process;
    private int _number;

    private SipPresencePeer(string address) => Events = new EventLog<PhoneEvent>(address);

    /// <summary>What it saw, in order.</summary>
    public EventLog<PhoneEvent> Events { get; }

    /// <summary>Starts one with an address of its own; <paramref name="server"/> is the UDP port that its requests go to.</summary>
    public static async Task<SipPresencePeer> StartAsync(string script, string address, int port, int server)
    {
        var peer = new SipPresencePeer(address);
        peer._process = await OwnedProcess.StartAsync(
            "/usr/bin/python3",
            [script, address, port.ToString(CultureInfo.InvariantCulture), server.ToString(CultureInfo.InvariantCulture)],
            onLine: peer.Read);
        await peer.Events.WaitAsync(e => e.Kind == "ready");
        return peer;
    }

    /// <summary>A command of the script, obeyed when this returns: what comes from the network next meets it.</summary>
    public async Task CommandAsync(string command, object? arguments = null)
    {
        var number = ++_number;
        var line = JsonSerializer.SerializeToNode(arguments ?? new { })!.AsObject();
        line["cmd"] = command;
        line["number"] = number;
        await _process!.Input.WriteLineAsync(line.ToJsonString());
        await Events.WaitAsync(e => e.Kind == "done" && (int)e.Number("of") == number, what: command);
    }

    /// <summary>The next NOTIFY whose state begins so, after the first <paramref name="skip"/> events.</summary>
    public Task<PhoneEvent> NotifiedAsync(string state, string? body = null, int skip = 0) => Events.WaitAsync(
        e => e.Kind == "notify" && e["state"]!.StartsWith(state, StringComparison.Ordinal)
            && (body is null || e["body"]!.Contains(body, StringComparison.Ordinal)),
        skip, $"NOTIFY {state} {body}");

    /// <summary>The next response to a method.</summary>
    public Task<PhoneEvent> AnsweredAsync(string method, int status, int skip = 0) => Events.WaitAsync(
        e => e.Kind == "response" && e["method"] == method && (int)e.Number("status") == status, skip, $"{status} to {method}");

    public async ValueTask DisposeAsync()
    {
        if (_process is { } running)
        {
            await running.DisposeAsync();
        }
    }

    private void Read(string line)
    {
        if (line.StartsWith('{'))
        {
            var fields = JsonNode.Parse(line)!.AsObject();
            Events.Add(new PhoneEvent((string)fields["event"]!, fields));
        }
    }
}
