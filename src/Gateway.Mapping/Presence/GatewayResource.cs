using Gateway.Xmpp.Addresses;

namespace Gateway.Mapping.Presence;

/// <summary>
/// The one resource of every SIP user. Presence, propose and the Jingle session come from the same full JID: clients compare
/// it (MAPPING T-6; Conversations ignores a proceed from another resource).
/// </summary>
public static class GatewayResource
{
    /// <summary>The resource.</summary>
    public const string Name = "sip";

    /// <summary>The full JID of a SIP user, spelt as it was addressed (MAPPING A-10); the gateway itself has none.</summary>
    public static Jid Of(Jid addressed)
    {
        ArgumentNullException.ThrowIfNull(addressed);
        return addressed.Local is null ? addressed.Bare : addressed.WithResource(Name);
    }
}
