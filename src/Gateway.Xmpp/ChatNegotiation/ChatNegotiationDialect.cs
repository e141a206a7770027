using System.Xml.Linq;

namespace Gateway.Xmpp.ChatNegotiation;

/// <summary>The protocols named XEP-0155, told apart by FORM_TYPE. An answer uses the one of its question.</summary>
public enum ChatNegotiationDialect
{
    /// <summary>Version 0.8: <c>http://jabber.org/protocol/chatneg</c>; two steps, boolean fields, ids mirrored.</summary>
    V08,

    /// <summary>Version 1.0: <c>urn:xmpp:chatneg</c>; otherwise as 1.2.</summary>
    V10,

    /// <summary>Versions 1.1 and 1.2: <c>urn:xmpp:ssn</c>; three steps, lists, threads only.</summary>
    V12,
}

/// <summary>Names of the dialects, which are FORM_TYPEs and features of service discovery alike.</summary>
public static class ChatNegotiationNamespaces
{
    /// <summary>Version 0.8.</summary>
    public static readonly XNamespace V08 = "http://jabber.org/protocol/chatneg";

    /// <summary>Version 1.0.</summary>
    public static readonly XNamespace V10 = "urn:xmpp:chatneg";

    /// <summary>Versions 1.1 and 1.2.</summary>
    public static readonly XNamespace V12 = "urn:xmpp:ssn";

    /// <summary>The FORM_TYPE of a dialect.</summary>
    public static string FormType(ChatNegotiationDialect dialect) => dialect switch
    {
        ChatNegotiationDialect.V08 => V08.NamespaceName,
        ChatNegotiationDialect.V10 => V10.NamespaceName,
        _ => V12.NamespaceName,
    };

    /// <summary>False when the FORM_TYPE is not one of XEP-0155.</summary>
    public static bool TryParse(string? formType, out ChatNegotiationDialect dialect)
    {
        dialect = formType == V08 ? ChatNegotiationDialect.V08
            : formType == V10 ? ChatNegotiationDialect.V10
            : ChatNegotiationDialect.V12;
        return formType == FormType(dialect);
    }
}
