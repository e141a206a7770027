using System.Xml.Linq;

namespace Gateway.Xmpp.Stanzas;

/// <summary>Namespaces of the stream itself (RFC 6120 section 4.8, XEP-0114 section 3).</summary>
public static class StreamNamespaces
{
    /// <summary>Stanzas on a component stream.</summary>
    public static readonly XNamespace Component = "jabber:component:accept";

    /// <summary>Stanzas as clients see them; understood where one is forwarded inside another.</summary>
    public static readonly XNamespace Client = "jabber:client";

    /// <summary>The stream's own elements.</summary>
    public static readonly XNamespace Streams = "http://etherx.jabber.org/streams";

    /// <summary>Conditions of stream errors.</summary>
    public static readonly XNamespace StreamErrors = "urn:ietf:params:xml:ns:xmpp-streams";

    /// <summary>Conditions of stanza errors.</summary>
    public static readonly XNamespace StanzaErrors = "urn:ietf:params:xml:ns:xmpp-stanzas";

    /// <summary>True for the namespaces in which a stanza and its own children (body, thread, error…) may stand.</summary>
    public static bool IsStanzaNamespace(XNamespace ns) => ns == Component || ns == Client || ns == XNamespace.None;
}
