using System.Xml.Linq;

namespace Gateway.Xmpp.JingleMessage;

/// <summary>The two namespaces of XEP-0353. They are two protocols, not two versions (MAPPING J-1).</summary>
public static class JingleMessageNamespaces
{
    /// <summary>urn:xmpp:jingle-message:0.</summary>
    public static readonly XNamespace V0 = "urn:xmpp:jingle-message:0";

    /// <summary>urn:xmpp:jingle-message:1.</summary>
    public static readonly XNamespace V1 = "urn:xmpp:jingle-message:1";

    /// <summary>The XML namespace.</summary>
    public static XNamespace Of(JingleMessageNamespace dialect) => dialect == JingleMessageNamespace.V1 ? V1 : V0;

    /// <summary>False when the namespace is not one of XEP-0353.</summary>
    public static bool TryParse(XNamespace xmlNamespace, out JingleMessageNamespace dialect)
    {
        dialect = xmlNamespace == V1 ? JingleMessageNamespace.V1 : JingleMessageNamespace.V0;
        return xmlNamespace == V0 || xmlNamespace == V1;
    }

    /// <summary>What says "this device takes the call": proceed in :0, accept in :1 (MAPPING J-2).</summary>
    public static JingleMessage Taking(string id, JingleMessageNamespace dialect) =>
        dialect == JingleMessageNamespace.V1 ? new JingleMessage.Accept(id) : new JingleMessage.Proceed(id);

    /// <summary>True when the message takes the call in its dialect: in :0 accept is a note to the sender's own devices.</summary>
    public static bool IsTaking(JingleMessage message, JingleMessageNamespace dialect) =>
        message is JingleMessage.Proceed || (message is JingleMessage.Accept && dialect == JingleMessageNamespace.V1);
}
