using Gateway.Interop.Tests.Sites;
using Gateway.Testing.Phones;

namespace Gateway.Interop.Tests.Chats;

/// <summary>An XMPP user and a SIP user who chat through the gateway.</summary>
public abstract class ChatTest(GatewaySite site) : IAsyncLifetime
{
    private static int _users;

    private readonly string _romeo = FormattableString.Invariant($"romeo{Interlocked.Increment(ref _users)}%chat.test@");

    /// <summary>The SIP user, seen from XMPP; another one in each test, for the gateway remembers who has no sessions (C-1).</summary>
    protected string Romeo => _romeo + GatewaySite.Component;

    /// <summary>The same, at another gateway.</summary>
    protected string RomeoAt(string component) => _romeo + component;

    protected GatewaySite Site => site;

    protected XmppChat Juliet { get; private set; } = null!;

    protected MsrpPhone Phone { get; private set; } = null!;

    /// <summary>The gateway's SIP address, as next hop.</summary>
    protected string Via => FormattableString.Invariant($"127.0.0.1:{site.SipPort}");

    /// <summary>The XMPP user, seen from SIP.</summary>
    protected string JulietUri => "sip:" + Juliet.BareJid;

    public virtual async Task InitializeAsync()
    {
        Juliet = await site.NewChatAsync(ChatOptions);
        Phone = await site.NewMsrpPhoneAsync();
    }

    public virtual async Task DisposeAsync()
    {
        await Phone.DisposeAsync();
        await Juliet.LogoutAsync();
    }

    /// <summary>How the XMPP user's client behaves.</summary>
    protected virtual object? ChatOptions => null;

    /// <summary>Juliet speaks first: the name of the session that it opens at the phone.</summary>
    protected async Task<string> OpenedByJulietAsync(string words = "Art thou not Romeo?", string? thread = null)
    {
        await Juliet.SayAsync(Romeo, words, thread);
        var invited = await Phone.IsInvitedAsync();
        await Phone.ReceivesAsync(words, invited["call"]);
        return invited["call"]!;
    }

    /// <summary>The phone opens a session: its name, which is not its Call-ID.</summary>
    protected async Task<PhoneEvent> OpenedByPhoneAsync(string call, object? options = null)
    {
        await Phone.InviteAsync(call, JulietUri, Via, options);
        return await Phone.SeesAsync("answered", call);
    }

    protected static Func<PhoneEvent, bool> State(string state) => e => e["state"] == state && e["body"] is null;
}
