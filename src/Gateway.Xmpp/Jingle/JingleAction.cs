using System.Collections.Frozen;

namespace Gateway.Xmpp.Jingle;

/// <summary>The actions of XEP-0166 section 7.2, named there in lower case with hyphens.</summary>
public enum JingleAction
{
    /// <summary>session-initiate.</summary>
    SessionInitiate,

    /// <summary>session-accept.</summary>
    SessionAccept,

    /// <summary>session-terminate.</summary>
    SessionTerminate,

    /// <summary>session-info.</summary>
    SessionInfo,

    /// <summary>transport-info.</summary>
    TransportInfo,

    /// <summary>transport-replace.</summary>
    TransportReplace,

    /// <summary>transport-accept.</summary>
    TransportAccept,

    /// <summary>transport-reject.</summary>
    TransportReject,

    /// <summary>content-add.</summary>
    ContentAdd,

    /// <summary>content-accept.</summary>
    ContentAccept,

    /// <summary>content-reject.</summary>
    ContentReject,

    /// <summary>content-modify.</summary>
    ContentModify,

    /// <summary>content-remove.</summary>
    ContentRemove,

    /// <summary>description-info.</summary>
    DescriptionInfo,

    /// <summary>security-info.</summary>
    SecurityInfo,
}

/// <summary>Actions and their names on the wire.</summary>
public static class JingleActionNames
{
    private static readonly FrozenDictionary<string, JingleAction> ByName =
        Enum.GetValues<JingleAction>().ToFrozenDictionary(NameOf, StringComparer.Ordinal);

    /// <summary>The value of the <c>action</c> attribute.</summary>
    public static string NameOf(JingleAction action) => WireName.Of(action);

    /// <summary>False for an action that XEP-0166 does not define (MAPPING R-2: bad-request).</summary>
    public static bool TryParse(string name, out JingleAction action) => ByName.TryGetValue(name, out action);
}
