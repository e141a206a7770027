using Gateway.Testing.Servers;

namespace Gateway.Testing.Phones;

/// <summary>
/// The process of tests/clients/xmpp_phone.py: XMPP calling clients with real ICE, DTLS-SRTP and audio that share no code
/// with the gateway. It holds any number of phones.
/// </summary>
public sealed class XmppPhones : IAsyncDisposable
{
    private readonly PhoneScript _script;

    private XmppPhones(PhoneScript script) => _script = script;

    /// <summary>Starts the process; <paramref name="script"/> is the path of xmpp_phone.py.</summary>
    public static async Task<XmppPhones> StartAsync(string script) => new(await PhoneScript.StartAsync(script));

    /// <summary>Logs a device in: an account of the server, a resource, options as the script documents them.</summary>
    public async Task<XmppPhone> LoginAsync(
        IXmppServer server, string user, string resource, object? options = null, string password = "secret")
    {
        var phone = new XmppPhone(_script, _script.NewName($"{user}/{resource}"), $"{user}@{server.Domain}", resource);
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

    public ValueTask DisposeAsync() => _script.DisposeAsync();
}
