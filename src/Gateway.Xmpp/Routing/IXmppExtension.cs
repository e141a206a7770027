namespace Gateway.Xmpp.Routing;

/// <summary>An extension of the protocol: registers its namespaces, and with them what service discovery says of it.</summary>
public interface IXmppExtension
{
    /// <summary>Called once, before the stream starts.</summary>
    void Register(StanzaRouter router);
}

/// <summary>Who has a feature: the gateway's own domain, the users behind it, or both.</summary>
[Flags]
public enum DiscoTargets
{
    /// <summary>Nobody.</summary>
    None = 0,

    /// <summary>The component's domain JID.</summary>
    Domain = 1,

    /// <summary>Every JID with a localpart.</summary>
    Users = 2,

    /// <summary>Both.</summary>
    Both = Domain | Users,
}
