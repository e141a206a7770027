namespace Gateway.Testing.Phones;

/// <summary>
/// A SIP user with MESSAGE and MSRP: tests/clients/msrp_phone.py, on plain sockets, sharing no code with the gateway. The script
/// tells its commands and events.
/// </summary>
public sealed class MsrpPhone : IAsyncDisposable
{
    private readonly PhoneScript _script;
    private readonly string _name;

    private MsrpPhone(PhoneScript script, string name, string user)
    {
        _script = script;
        _name = name;
        User = user;
    }

    /// <summary>User part of its address.</summary>
    public string User { get; }

    /// <summary>Its SIP port, UDP and TCP.</summary>
    public int SipPort { get; private set; }

    /// <summary>Everything it saw.</summary>
    public EventLog<PhoneEvent> Events => _script.EventsOf(_name);

    /// <summary>Opens a phone; options as the script documents them.</summary>
    public static async Task<MsrpPhone> OpenAsync(
        PhoneScript script, string user, object? options = null, string? certificate = null, string? key = null, int port = 0)
    {
        var phone = new MsrpPhone(script, script.NewName(user), user);
        var opened = await phone.CommandAsync("open", new { user, certificate, key, port, options = options ?? new { } });
        phone.SipPort = (int)opened.Number("sip");
        return phone;
    }

    /// <summary>A command of the script.</summary>
    public Task<PhoneEvent> CommandAsync(string command, object? arguments = null) => _script.CommandAsync(_name, command, arguments);

    /// <summary>Calls a SIP address by way of host:port; the session has the name of the call.</summary>
    public Task InviteAsync(string call, string to, string via, object? options = null, string transport = "udp", string? callId = null) =>
        callId is null
            ? CommandAsync("invite", new { call, to, via, transport, options = options ?? new { } })
            : CommandAsync("invite", new { call, to, via, transport, call_id = callId, options = options ?? new { } });

    /// <summary>A message in a session; gives its Message-ID.</summary>
    public async Task<string> SendAsync(string session, string body, bool success = false, string? failure = null, string type = "text/plain") =>
        (await CommandAsync("send", new { session, body, success, failure, type }))["id"]!;

    /// <summary>The next event of the kind in the session, or anywhere.</summary>
    public Task<PhoneEvent> SeesAsync(string kind, string? session = null, int skip = 0) => Events.WaitAsync(
        e => e.Kind == kind && (session is null || e["session"] == session || e["call"] == session), skip, $"{kind} {session}");

    /// <summary>A message of this text in the session.</summary>
    public Task<PhoneEvent> ReceivesAsync(string text, string? session = null, int skip = 0) => Events.WaitAsync(
        e => e.Kind is "message" or "sip_message" && e["body"] == text && (session is null || e["session"] == session), skip, $"\"{text}\"");

    /// <summary>The texts received in a session so far.</summary>
    public async Task<IReadOnlyList<string>> TextsAsync(string session) =>
        [.. (await CommandAsync("received", new { session })).Fields["texts"]!.AsArray().Select(t => t!.GetValue<string>())];

    /// <summary>Changes its options, or those of a session.</summary>
    public Task SetAsync(object options, string? session = null) =>
        session is null ? CommandAsync("set", new { options }) : CommandAsync("set", new { session, options });

    /// <summary>The INVITE after the <paramref name="skip"/>th event; its <c>call</c> is the name of call and session.</summary>
    public Task<PhoneEvent> IsInvitedAsync(int skip = 0) => Events.WaitAsync(e => e.Kind == "invited", skip);

    /// <summary>Goes without a word; its port is free again.</summary>
    public async ValueTask DisposeAsync() => await CommandAsync("close");

    /// <inheritdoc/>
    public override string ToString() => _name;
}
