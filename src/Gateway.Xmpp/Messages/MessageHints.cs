using System.Xml.Linq;

namespace Gateway.Xmpp.Messages;

/// <summary>Message processing hints (XEP-0334).</summary>
public static class MessageHints
{
    /// <summary>The namespace.</summary>
    public static readonly XNamespace Namespace = "urn:xmpp:hints";

    /// <summary>Not kept for later, neither offline nor in an archive.</summary>
    public static XElement NoStore() => new(Namespace + "no-store");

    /// <summary>No copies for other devices.</summary>
    public static XElement NoCopy() => new(Namespace + "no-copy");

    /// <summary>Kept although there is no body.</summary>
    public static XElement Store() => new(Namespace + "store");
}
