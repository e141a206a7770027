using System.Collections.Immutable;
using Gateway.Xmpp.Stanzas;
using static Gateway.Mapping.Presence.PresenceEffect;
using static Gateway.Xmpp.Stanzas.PresenceKind;

namespace Gateway.Mapping.Presence;

/// <summary>What is known of a presence stanza when it is decided over.</summary>
/// <param name="Kind">Its type.</param>
/// <param name="IsTemporary">It asks for temporary presence (XEP-0276).</param>
/// <param name="IsToGateway">It is addressed to the domain, not to a SIP user.</param>
/// <param name="Refusal">Why policy or address plan turn it down; null when they do not.</param>
/// <param name="IsSubscribed">The sender subscribes to the addressed JID.</param>
internal sealed record PresenceFacts(
    PresenceKind Kind, bool IsTemporary, bool IsToGateway, StanzaError? Refusal, bool IsSubscribed);

/// <summary>What is done about it. A closed set.</summary>
internal abstract record PresenceEffect
{
    private PresenceEffect()
    {
    }

    /// <summary>Available, with caps, to the address that the stanza came from (MAPPING T-5).</summary>
    public sealed record Show : PresenceEffect;

    /// <summary>Available, with caps, to the sender's bare JID, as to every subscriber (RFC 6121 section 4.2.2).</summary>
    public sealed record ShowSubscriber : PresenceEffect;

    /// <summary>Unavailable to the sender's bare JID.</summary>
    public sealed record Hide : PresenceEffect;

    /// <summary>subscribed or unsubscribed, from bare JID to bare JID.</summary>
    public sealed record Answer(PresenceKind Kind) : PresenceEffect;

    /// <summary>type='error'.</summary>
    public sealed record Refuse(StanzaError Error) : PresenceEffect;

    /// <summary>Temporary presence begins for the sender's full JID.</summary>
    public sealed record Share : PresenceEffect;

    /// <summary>Temporary presence is over for the sender's full JID; nothing is sent.</summary>
    public sealed record Unshare : PresenceEffect;

    /// <summary>The sender is a subscriber.</summary>
    public sealed record AddSubscriber : PresenceEffect;

    /// <summary>The sender is no subscriber.</summary>
    public sealed record RemoveSubscriber : PresenceEffect;
}

/// <summary>
/// Presence of SIP users, who have no presence of their own here: they are available to everyone who may call them (MAPPING
/// section 6, P-16, P-17, K-5). Never answers what is itself an answer, so two gateways cannot keep each other busy.
/// </summary>
internal static class PresenceTable
{
    public static ImmutableArray<PresenceEffect> Decide(PresenceFacts facts) => facts switch
    {
        // T-1, T-2. T-10: a subscriber only gets what it has. T-16: the gateway for itself.
        { Kind: Available, IsTemporary: true, Refusal: { } error } => [new Refuse(error)], // T-12
        { Kind: Available, IsTemporary: true, IsSubscribed: true } or { Kind: Available, IsTemporary: true, IsToGateway: true } => [new Show()],
        { Kind: Available, IsTemporary: true } => [new Share(), new Show()],
        { Kind: Available } => [],

        // T-8: her server sends it when she goes offline; an error means that she cannot be reached.
        { Kind: Unavailable or Error } => [new Unshare()],

        // P-16, P-17: approved at once, and again when asked again. T-9: with the extension it is no different. Turned down
        // it is both explained and ended, or it would stay pending in her roster (RFC 6121 section 3.1.4).
        { Kind: Subscribe, Refusal: { } error } => [new Refuse(error), new Answer(Unsubscribed)],
        { Kind: Subscribe } => [new AddSubscriber(), new Answer(Subscribed), new ShowSubscriber()],
        { Kind: Unsubscribe, IsSubscribed: true } => [new RemoveSubscriber(), new Answer(Unsubscribed), new Hide()],
        { Kind: Unsubscribe } => [new Answer(Unsubscribed)],

        // K-5, RFC 6121 section 4.3.2. A server probes for subscribers only, so one that we forgot is learnt again.
        { Kind: Probe, Refusal: not null } => [new RemoveSubscriber(), new Answer(Unsubscribed)],
        { Kind: Probe } => [new AddSubscriber(), new Show()],

        _ => [], // subscribed, unsubscribed: we never ask; unknown types: RFC 6121 section 4.7.1
    };
}
