using System.Xml.Linq;
using Gateway.Xmpp.Routing;

namespace Gateway.Xmpp.Disco;

/// <summary>XEP-0092: name and version of this software. The operating system is nobody's business (section 5).</summary>
public sealed class SoftwareVersion(string name, string version) : IXmppExtension
{
    /// <summary>Software Version.</summary>
    public static readonly XNamespace Namespace = "jabber:iq:version";

    /// <inheritdoc/>
    public void Register(StanzaRouter router)
    {
        ArgumentNullException.ThrowIfNull(router);
        router.OnIqGet(Namespace + "query", (_, _) => StanzaResult.Reply(new XElement(
                Namespace + "query", new XElement(Namespace + "name", name), new XElement(Namespace + "version", version))))
            .Advertise(Namespace, DiscoTargets.Both);
    }
}
