using System.Globalization;
using System.Text.Json.Nodes;
using Gateway.Testing;
using Gateway.Testing.Phones;
using Gateway.Testing.Servers;

namespace Gateway.Interop.Tests.Sites;

/// <summary>
/// Everything that a call needs, on loopback: an XMPP server, a media engine, the gateway between them, calling clients, and a
/// port where trunks expect a SIP phone. Accounts are made per test, so that no test sees another's stanzas.
/// </summary>
public abstract class GatewaySite : IAsyncLifetime
{
    /// <summary>The domain of the XMPP users, and of the SIP addresses that are theirs.</summary>
    public const string Domain = "example.org";

    /// <summary>The component of the gateway that most tests use.</summary>
    public const string Component = "sip." + Domain;

    /// <summary>A domain whose users, all of them, a test plays by one component.</summary>
    public const string Crowd = "crowd." + Domain;

    /// <summary>The password of every account.</summary>
    public const string Password = "secret";

    /// <summary>UDP ports of a media engine: four for each call of the largest burst.</summary>
    protected const int PortsOfMedia = 1_200;

    private const string SecondComponent = "sip2." + Domain;
    /// <summary>The secret of every component.</summary>
    public const string Secret = "component secret of the tests";

    /// <summary>Longer than any request waits for its answer (RFC 3261 section 17.1.1.2, timer B), and somewhat more.</summary>
    private static readonly TimeSpan EndsByItself = TimeSpan.FromSeconds(50);

    /// <summary>The processes of SIP users and XMPP users who chat, started for the first test that needs them.</summary>
    private readonly Lazy<Task<PhoneScript>> _sipUsers = new(() => PhoneScript.StartAsync(RepositoryFiles.MsrpPhoneScript));

    private readonly Lazy<Task<PhoneScript>> _chatters = new(() => PhoneScript.StartAsync(RepositoryFiles.XmppChatScript));

    /// <summary>Where the trunks <c>gone</c> (UDP) and <c>down</c> (TCP) lead: nobody is ever there.</summary>
    private readonly int _deadPort = FreePorts.One();

    private int _users;

    /// <summary>The XMPP server.</summary>
    public IXmppServer Server { get; private set; } = null!;

    /// <summary>The path between gateway and XMPP server.</summary>
    public TcpLink Link { get; private set; } = null!;

    /// <summary>The gateway.</summary>
    public GatewayProcess Gateway { get; private set; } = null!;

    /// <summary>Where the gateway speaks SIP.</summary>
    public int SipPort { get; } = FreePorts.One();

    /// <summary>Where the trunks <c>phone</c>, <c>late</c> and <c>early</c> lead: start a phone or a scenario there.</summary>
    public int PhonePort { get; } = FreePorts.Block(2);

    /// <summary>Where the trunk <c>chat</c> leads: SIP users who chat.</summary>
    public int ChatPort { get; } = FreePorts.One();

    /// <summary>UDP ports of the media engine, both included.</summary>
    public (int First, int Last) MediaPorts { get; protected set; }

    /// <summary>The process that holds these ports; null where the gateway does.</summary>
    public int? EngineProcess { get; protected set; }

    /// <summary>The media engine, where it is a process of its own.</summary>
    protected IAsyncDisposable? Engine { get; set; }

    private XmppPhones Phones { get; set; } = null!;

    private JsonObject Media { get; set; } = null!;

    public async Task InitializeAsync()
    {
        Server = await StartServerAsync([(Component, Secret), (SecondComponent, Secret), (Crowd, Secret)]);
        Media = await StartMediaAsync();
        Phones = await XmppPhones.StartAsync(RepositoryFiles.XmppPhoneScript);
        Link = TcpLink.To(Server.ComponentPort);
        Gateway = await GatewayProcess.StartAsync(RepositoryFiles.Gateway, Configuration(Component, Link.Port, SipPort));
    }

    public async Task DisposeAsync()
    {
        // Null when starting failed half-way: the cause is reported, and what was started ends with the test host.
        foreach (var started in (IAsyncDisposable?[])[
            Gateway, Phones, _sipUsers.IsValueCreated ? await _sipUsers.Value : null, _chatters.IsValueCreated ? await _chatters.Value : null,
            Link, Engine, Server])
        {
            if (started is not null)
            {
                await started.DisposeAsync();
            }
        }

        if (Engine is null)
        {
            FreePorts.GiveBack(MediaPorts.First, PortsOfMedia); // another engine has given back its own
        }
    }

    /// <summary>A new account: its bare JID.</summary>
    public async Task<string> NewUserAsync()
    {
        var user = string.Create(CultureInfo.InvariantCulture, $"juliet{Interlocked.Increment(ref _users)}");
        await Server.AddAccountAsync(user, Password);
        return $"{user}@{Domain}";
    }

    /// <summary>A device of a new account.</summary>
    public async Task<XmppPhone> NewXmppPhoneAsync(object? options = null) =>
        await LoginAsync(await NewUserAsync(), "balcony", options);

    /// <summary>A device of an account.</summary>
    public Task<XmppPhone> LoginAsync(string account, string resource, object? options = null) =>
        Phones.LoginAsync(Server, account[..account.IndexOf('@', StringComparison.Ordinal)], resource, options, Password);

    /// <summary>A device of a new account that chats; options as xmpp_chat.py documents them.</summary>
    public async Task<XmppChat> NewChatAsync(object? options = null) => await ChatAsync(await NewUserAsync(), "balcony", options);

    /// <summary>A device of an account that chats.</summary>
    public async Task<XmppChat> ChatAsync(string account, string resource, object? options = null) =>
        await XmppChat.LoginAsync(await _chatters.Value, Server, account, resource, Password, options);

    /// <summary>The SIP user at <see cref="ChatPort"/>, for one test: to be closed at its end. Options as msrp_phone.py documents them.</summary>
    public async Task<MsrpPhone> NewMsrpPhoneAsync(object? options = null)
    {
        await NothingIsLeftAsync();
        return await MsrpPhone.OpenAsync(await _sipUsers.Value, "romeo", options, port: ChatPort);
    }

    /// <summary>The SIP user 1001 at <see cref="PhonePort"/> who chats, in a process of the test's own. Options as msrp_phone.py documents them.</summary>
    public async Task<MsrpPhone> NewMsrpPhoneAsync(PhoneScript script, object? options)
    {
        await NothingIsLeftAsync();
        return await MsrpPhone.OpenAsync(script, "1001", options, port: PhonePort);
    }

    /// <summary>The SIP phone of user 1001 at <see cref="PhonePort"/>; its tone is 440 Hz.</summary>
    public async Task<BaresipPhone> NewSipPhoneAsync(AnswerMode mode, int tone = 440)
    {
        await NothingIsLeftAsync();
        return await BaresipPhone.StartAsync("1001", "phone.test", PhonePort, SipPort, mode, tone);
    }

    /// <summary>A scripted peer that waits for one call at <see cref="PhonePort"/>.</summary>
    public async Task<SippProcess> ExpectCallAsync(string scenario, params (string Name, string Value)[] values)
    {
        await NothingIsLeftAsync();
        return await SippProcess.AnswerAsync(RepositoryFiles.Scenario(scenario), PhonePort, values);
    }

    /// <summary>A scripted peer that calls an address of the users' domain from <see cref="PhonePort"/>.</summary>
    public Task<SippProcess> PlaceCallAsync(string scenario, string user, params (string Name, string Value)[] values) =>
        PlaceCallAsync(scenario, user, SipPort, values);

    /// <summary>The same, to another gateway.</summary>
    public async Task<SippProcess> PlaceCallAsync(
        string scenario, string user, int gatewayPort, params (string Name, string Value)[] values)
    {
        await NothingIsLeftAsync();
        return await SippProcess.CallAsync(
            RepositoryFiles.Scenario(scenario), PhonePort, gatewayPort, user.Split('@')[0], [.. values, ("domain", Domain), ("caller", "1001")]);
    }

    /// <summary>A second gateway beside the first, at <c>sip2.example.org</c>, with what the test changes.</summary>
    public async Task<SecondGateway> NewGatewayAsync(Action<JsonObject> change)
    {
        var sipPort = FreePorts.One();
        var configuration = Configuration(SecondComponent, Server.ComponentPort, sipPort);
        change(configuration);
        return new SecondGateway(await GatewayProcess.StartAsync(RepositoryFiles.Gateway, configuration), sipPort, SecondComponent);
    }

    /// <summary>Starts the server with the components.</summary>
    protected abstract Task<IXmppServer> StartServerAsync(IReadOnlyList<(string Domain, string Secret)> components);

    /// <summary>Starts the media engine, and says how the gateway is configured for it.</summary>
    protected abstract Task<JsonObject> StartMediaAsync();

    /// <summary>
    /// Waits until the gateway has done with all that earlier tests began: a request whose phone went before it answered is sent
    /// again (RFC 3261 section 17.1), and would meet who has the port by then. What a test that failed left is hung up.
    /// </summary>
    private async Task NothingIsLeftAsync()
    {
        IReadOnlyList<JsonObject> sessions = [];
        var begun = TimeProvider.System.GetTimestamp();
        await Eventually.HoldsAsync(
            async () =>
            {
                sessions = await Gateway.SessionsAsync();
                if (TimeProvider.System.GetElapsedTime(begun) > EndsByItself)
                {
                    await Task.WhenAll(sessions.Select(one => Gateway.HangUpAsync((string)one["id"]!)));
                }

                return sessions.Count == 0 && await Gateway.MetricAsync("gateway_sip_calls") == 0;
            },
            () => string.Join('\n', sessions.Select(one => one.ToJsonString())),
            2 * EndsByItself);
    }

    private JsonObject Configuration(string component, int server, int sipPort) => JsonNode.Parse($$"""
        {
          "Xmpp": { "Domain": "{{component}}", "Server": "127.0.0.1:{{server}}", "Secret": "{{Secret}}" },
          "Sip": {
            "Listen": [ "udp:127.0.0.1:{{sipPort}}", "tcp:127.0.0.1:{{sipPort}}" ],
            "Msrp": { "Listen": [ "tcp:127.0.0.1:{{FreePorts.One()}}" ] },
            "DefaultTrunk": "phone",
            "OtherDomains": "refuse",
            "Trunks": {
              "phone": { "Uri": "sip:127.0.0.1:{{PhonePort}}", "Domain": "phone.test" },
              "late":  { "Uri": "sip:127.0.0.1:{{PhonePort}}", "Domain": "late.test", "Answer": "late" },
              "early": { "Uri": "sip:127.0.0.1:{{PhonePort}}", "Domain": "early.test", "Answer": "early" },
              "chat":  { "Uri": "sip:127.0.0.1:{{ChatPort}}", "Domain": "chat.test" },
              "gone":  { "Uri": "sip:127.0.0.1:{{_deadPort}}", "Domain": "gone.test" },
              "down":  { "Uri": "sip:127.0.0.1:{{_deadPort}};transport=tcp", "Domain": "down.test" }
            }
          },
          "Mapping": { "LocalDomains": [ "{{Domain}}" ], "MessagesPerMinute": 100000, "Chats": { "QueueLimit": 1000 } },
          "Media": {{Media.ToJsonString()}},
          "Log": { "Level": "Debug" }
        }
        """)!.AsObject();
}

/// <summary>A gateway that one test started for itself.</summary>
public sealed record SecondGateway(GatewayProcess Process, int SipPort, string Component) : IAsyncDisposable
{
    public ValueTask DisposeAsync() => Process.DisposeAsync();
}
