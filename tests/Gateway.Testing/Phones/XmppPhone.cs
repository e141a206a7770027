namespace Gateway.Testing.Phones;

/// <summary>One device of one account. What it sees is in <see cref="Events"/>, past and to come.</summary>
public sealed class XmppPhone
{
    private readonly PhoneScript _script;
    private readonly string _name;

    internal XmppPhone(PhoneScript script, string name, string bareJid, string resource)
    {
        _script = script;
        _name = name;
        BareJid = bareJid;
        FullJid = $"{bareJid}/{resource}";
        Events = script.EventsOf(name);
    }

    /// <summary>The account.</summary>
    public string BareJid { get; }

    /// <summary>The device.</summary>
    public string FullJid { get; }

    /// <summary>Stanzas, states of ICE and DTLS, tones and digits, in the order the device saw them.</summary>
    public EventLog<PhoneEvent> Events { get; }

    /// <summary>A command of the script.</summary>
    public Task<PhoneEvent> CommandAsync(string command, object? arguments = null) =>
        _script.CommandAsync(_name, command, arguments);

    /// <summary>Calls; the dialect of XEP-0353 is <c>0.8</c>, <c>0.3.1</c>, <c>1</c>, or <c>none</c> for a bare
    /// session-initiate. Gives the session's id.</summary>
    public async Task<string> CallAsync(string to, string dialect = "0.8", string[]? media = null)
    {
        var sid = Guid.NewGuid().ToString();
        await CallAsync(to, sid, dialect, media);
        return sid;
    }

    /// <summary>Calls with an id of the test's choice.</summary>
    public Task CallAsync(string to, string sid, string dialect, string[]? media = null) =>
        CommandAsync("call", new { to, sid, jmi = dialect, media = media ?? ["audio"] });

    /// <summary>A XEP-0353 element for the session: ringing, proceed, reject, retract, finish.</summary>
    public Task SendAsync(string action, string sid, string? reason = null) => CommandAsync(action, new { sid, reason });

    /// <summary>Jingle session-accept of the offer that waits.</summary>
    public Task AcceptAsync(string sid) => CommandAsync("accept", new { sid });

    /// <summary>Jingle session-terminate.</summary>
    public Task TerminateAsync(string sid, string reason = "success") => CommandAsync("terminate", new { sid, reason });

    /// <summary>Jingle session-info: hold, unhold, active, mute, unmute, ringing.</summary>
    public Task InfoAsync(string sid, string name) => CommandAsync("info", new { sid, name });

    /// <summary>Digits as RFC 4733 telephone-event.</summary>
    public Task DigitsAsync(string sid, string digits) => CommandAsync("dtmf", new { sid, digits });

    /// <summary>Starts or stops the tone that it sends.</summary>
    public Task SendAudioAsync(string sid, bool sending) => CommandAsync("audio", new { sid, sending });

    /// <summary>Changes its options.</summary>
    public Task SetAsync(object options) => CommandAsync("set", new { options });

    /// <summary>A stanza as it is.</summary>
    public Task SendXmlAsync(string xml) => CommandAsync("send", new { xml });

    /// <summary>The next XEP-0353 element of the kind; <paramref name="sid"/> null: of any session.</summary>
    public Task<PhoneEvent> SeesMessageAsync(string action, string? sid = null) =>
        Events.WaitAsync(
            e => e.Kind == "jmi" && e["action"] == action && e["carbon"] is null && (sid is null || e["sid"] == sid),
            what: $"<{action}/> {sid}");

    /// <summary>The Jingle action for the session.</summary>
    public Task<PhoneEvent> SeesJingleAsync(string action, string? sid = null) =>
        Events.WaitAsync(
            e => e.Kind == "jingle" && e["action"] == action && (sid is null || e["sid"] == sid), what: $"{action} {sid}");

    /// <summary>The session-info payload for the session.</summary>
    public Task<PhoneEvent> SeesInfoAsync(string info, string sid, int skip = 0) =>
        Events.WaitAsync(
            e => e.Kind == "jingle" && e["action"] == "session-info" && e["info"] == info && e["sid"] == sid, skip,
            $"session-info {info}");

    /// <summary>The answer to a Jingle action that it sent.</summary>
    public Task<PhoneEvent> SeesAnswerToAsync(string action, string sid) =>
        Events.WaitAsync(e => e.Kind == "answered" && e["action"] == action && e["sid"] == sid, what: $"answer to {action}");

    /// <summary>Waits until its expected tone is heard in the session.</summary>
    public Task<PhoneEvent> HearsToneAsync(string sid) =>
        Events.WaitAsync(e => e.Kind == "tone" && e["sid"] == sid && e.Is("heard"), what: "the tone");

    /// <summary>Listens anew for ten windows of 100 ms: in how many the tone was, and how many packets came. What comes late is
    /// waited for, <paramref name="patience"/> seconds longer than the windows last.</summary>
    public async Task<(int WithTone, int Packets)> MeasureAsync(string sid, int windows = 10, double patience = 1)
    {
        var before = Events.Count;
        await CommandAsync("measure", new { sid, windows, patience });
        var measured = await Events.WaitAsync(e => e.Kind == "measured" && e["sid"] == sid, before);
        return ((int)measured.Number("with_tone"), (int)measured.Number("packets"));
    }

    /// <summary>Measures again and again until the tone fills, or has left, a whole measurement.</summary>
    public Task HearsAsync(string sid, bool tone) =>
        Eventually.HoldsAsync(
            async () =>
            {
                var (with, _) = await MeasureAsync(sid, 5);
                return tone ? with == 5 : with == 0;
            },
            () => $"{_name} {(tone ? "hears no tone" : "still hears the tone")}");

    /// <summary>Disco#info of an entity: its features.</summary>
    public async Task<PhoneEvent> DiscoAsync(string to, string? node = null)
    {
        var before = Events.Count;
        await CommandAsync("disco", new { to, node });
        return await Events.WaitAsync(e => e.Kind == "disco" && e["from"] == to, before);
    }

    /// <summary>Cuts its TCP connection without a word.</summary>
    public Task DropAsync() => CommandAsync("drop");

    /// <summary>Ends its calls' media and its stream.</summary>
    public Task LogoutAsync() => CommandAsync("logout");

    public override string ToString() => _name;
}
