using Gateway.Testing.Servers;

namespace Gateway.Testing.Phones;

/// <summary>
/// An XMPP user who chats: tests/clients/xmpp_chat.py, sharing no code with the gateway. The script tells its commands and events.
/// </summary>
public sealed class XmppChat
{
    private readonly PhoneScript _script;
    private readonly string _name;

    private XmppChat(PhoneScript script, string name, string account, string resource)
    {
        _script = script;
        _name = name;
        BareJid = account;
        FullJid = $"{account}/{resource}";
    }

    /// <summary>The account.</summary>
    public string BareJid { get; }

    /// <summary>The device.</summary>
    public string FullJid { get; }

    /// <summary>Everything it saw.</summary>
    public EventLog<PhoneEvent> Events => _script.EventsOf(_name);

    /// <summary>Logs a device of an account in; options as the script documents them.</summary>
    public static async Task<XmppChat> LoginAsync(
        PhoneScript script, IXmppServer server, string account, string resource, string password, object? options = null)
    {
        var chat = new XmppChat(script, script.NewName(account), account, resource);
        await chat.CommandAsync("login", new
        {
            jid = chat.FullJid, password, host = "127.0.0.1", port = server.ClientPort, options = options ?? new { },
        });
        await chat.Events.WaitAsync(e => e.Kind == "ready");
        return chat;
    }

    /// <summary>A command of the script.</summary>
    public Task<PhoneEvent> CommandAsync(string command, object? arguments = null) => _script.CommandAsync(_name, command, arguments);

    /// <summary>A message; gives its id.</summary>
    public async Task<string> SayAsync(
        string to, string body, string? thread = null, bool request = false, string? state = null, string type = "chat", string? id = null) =>
        (await CommandAsync("chat", new { to, body, thread, request, state, type, id }))["id"]!;

    /// <summary>A form of a negotiation (XEP-0155); gives its id.</summary>
    public async Task<string> FormAsync(string to, string kind, object fields, string? thread, string? dialect = null, string? id = null) =>
        (await CommandAsync("form", new { to, kind, fields, thread, @namespace = dialect, id }))["id"]!;

    /// <summary>The first message after the <paramref name="skip"/>th event that is wanted.</summary>
    public Task<PhoneEvent> SeesAsync(Func<PhoneEvent, bool> wanted, string what, int skip = 0) =>
        Events.WaitAsync(e => e.Kind == "message" && wanted(e), skip, what);

    /// <summary>A message of this text.</summary>
    public Task<PhoneEvent> ReadsAsync(string body, int skip = 0) => SeesAsync(e => e["body"] == body && e["type"] != "error", $"\"{body}\"", skip);

    /// <summary>An error for the message of this id.</summary>
    public Task<PhoneEvent> FailsAsync(string id) => SeesAsync(e => e["type"] == "error" && e["id"] == id, $"error for {id}");

    /// <summary>A form of this kind in this thread; the first that <paramref name="wanted"/> says.</summary>
    public Task<PhoneEvent> SeesFormAsync(string kind, string? thread, Func<PhoneEvent, bool>? wanted = null, int skip = 0) => SeesAsync(
        e => e["type"] != "error" && e.Fields["form"] is System.Text.Json.Nodes.JsonObject form && (string?)form["type"] == kind
            && (thread is null || e["thread"] == thread) && (wanted?.Invoke(e) ?? true),
        $"a form of type {kind} in {thread}", skip);

    /// <summary>The value of a form's field; null when it is not there.</summary>
    public static string? Field(PhoneEvent message, string name)
    {
        ArgumentNullException.ThrowIfNull(message);
        return message.Fields["form"]?["fields"]?[name]?.ToString();
    }

    /// <summary>The texts that it has received from a bare JID so far.</summary>
    public async Task<IReadOnlyList<string>> TextsAsync(string from) =>
        [.. (await CommandAsync("texts", new { from })).Fields["texts"]!.AsArray().Select(t => t!.GetValue<string>())];

    /// <summary>Ends its stream.</summary>
    public Task LogoutAsync() => CommandAsync("logout");

    /// <inheritdoc/>
    public override string ToString() => _name;
}
