using System.Xml.Linq;
using Gateway.Xmpp.Stanzas;

namespace Gateway.Xmpp.Jingle;

/// <summary>The errors of XEP-0166 section 10, ready to be sent.</summary>
public static class JingleErrors
{
    /// <summary>The action makes no sense in the session's state.</summary>
    public static readonly XName OutOfOrderName = JingleNamespaces.Errors + "out-of-order";

    /// <summary>A like action of the other party is under way and wins.</summary>
    public static readonly XName TieBreakName = JingleNamespaces.Errors + "tie-break";

    /// <summary>The sid means nothing to the receiver.</summary>
    public static readonly XName UnknownSessionName = JingleNamespaces.Errors + "unknown-session";

    /// <summary>The payload of the session-info is not understood.</summary>
    public static readonly XName UnsupportedInfoName = JingleNamespaces.Errors + "unsupported-info";

    /// <summary>unexpected-request with out-of-order.</summary>
    public static readonly StanzaError OutOfOrder = new(StanzaErrorCondition.UnexpectedRequest, Application: OutOfOrderName);

    /// <summary>conflict with tie-break.</summary>
    public static readonly StanzaError TieBreak = new(StanzaErrorCondition.Conflict, Application: TieBreakName);

    /// <summary>item-not-found with unknown-session.</summary>
    public static readonly StanzaError UnknownSession = new(StanzaErrorCondition.ItemNotFound, Application: UnknownSessionName);

    /// <summary>feature-not-implemented with unsupported-info.</summary>
    public static readonly StanzaError UnsupportedInfo =
        new(StanzaErrorCondition.FeatureNotImplemented, Application: UnsupportedInfoName);
}
