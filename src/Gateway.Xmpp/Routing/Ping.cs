using System.Xml.Linq;

namespace Gateway.Xmpp.Routing;

/// <summary>XEP-0199: answers pings, to the domain and to every user behind it alike (K-3: no oracle).</summary>
public sealed class Ping : IXmppExtension
{
    /// <summary>XMPP Ping.</summary>
    public static readonly XNamespace Namespace = "urn:xmpp:ping";

    /// <inheritdoc/>
    public void Register(StanzaRouter router)
    {
        ArgumentNullException.ThrowIfNull(router);
        router.OnIqGet(Namespace + "ping", (_, _) => StanzaResult.Reply()).Advertise(Namespace, DiscoTargets.Both);
    }
}
