using System.Diagnostics.CodeAnalysis;
using Gateway.Mapping.Policy;
using Gateway.Xmpp.Addresses;
using Gateway.Xmpp.Stanzas;

namespace Gateway.Mapping.Messages;

/// <summary>A message to SIP that asks for notifications: the wrapper's id stands for it.</summary>
/// <param name="Stanza">The message.</param>
/// <param name="Words">What it asks.</param>
/// <param name="SipUser">Who may confirm it.</param>
internal sealed record AskedOfSip(MessageStanza Stanza, FromXmpp.Words Words, Jid SipUser);

/// <summary>A message to XMPP whose sender asks for notifications.</summary>
/// <param name="MessageId">The wrapper's id.</param>
/// <param name="Delivery">Asks for delivery.</param>
/// <param name="Display">Asks for display.</param>
/// <param name="Failure">Asks for failure.</param>
/// <param name="CallId">Call-ID that it came with.</param>
/// <param name="Received">When it came.</param>
internal sealed record AskedOfXmpp(string MessageId, bool Delivery, bool Display, bool Failure, string CallId, DateTimeOffset Received);

/// <summary>Which messages wait for receipts, both ways (MAPPING M-17); bounded, the oldest are forgotten.</summary>
internal sealed class Confirmations
{
    private const int Most = 20_000;

    private readonly RecentTable<string, AskedOfSip> _ofSip = new(Most);
    private readonly RecentTable<(Jid User, string StanzaId), AskedOfXmpp> _ofXmpp = new(Most);

    public void Ask(string messageId, AskedOfSip asked) => _ofSip.Set(messageId, asked);

    /// <summary>A SIP user confirms: only whom it was sent to may.</summary>
    public bool TryFind(string messageId, Jid user, Jid sipUser, [NotNullWhen(true)] out AskedOfSip? asked) =>
        _ofSip.TryGet(messageId, out asked) && asked.Stanza.From.Bare == user.Bare && asked.SipUser == sipUser;

    public void Ask(Jid user, string stanzaId, AskedOfXmpp asked) => _ofXmpp.Set((user.Bare, stanzaId), asked);

    public bool TryFind(Jid user, string stanzaId, [NotNullWhen(true)] out AskedOfXmpp? asked) => _ofXmpp.TryGet((user.Bare, stanzaId), out asked);
}
