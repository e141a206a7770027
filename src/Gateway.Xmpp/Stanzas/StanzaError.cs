namespace Gateway.Xmpp.Stanzas;

/// <summary>The conditions of RFC 6120 section 8.3.3.</summary>
public enum StanzaErrorCondition
{
    /// <summary>bad-request.</summary>
    BadRequest,

    /// <summary>conflict.</summary>
    Conflict,

    /// <summary>feature-not-implemented.</summary>
    FeatureNotImplemented,

    /// <summary>forbidden.</summary>
    Forbidden,

    /// <summary>gone.</summary>
    Gone,

    /// <summary>internal-server-error.</summary>
    InternalServerError,

    /// <summary>item-not-found.</summary>
    ItemNotFound,

    /// <summary>jid-malformed.</summary>
    JidMalformed,

    /// <summary>not-acceptable.</summary>
    NotAcceptable,

    /// <summary>not-allowed.</summary>
    NotAllowed,

    /// <summary>not-authorized.</summary>
    NotAuthorized,

    /// <summary>policy-violation.</summary>
    PolicyViolation,

    /// <summary>recipient-unavailable.</summary>
    RecipientUnavailable,

    /// <summary>redirect.</summary>
    Redirect,

    /// <summary>registration-required.</summary>
    RegistrationRequired,

    /// <summary>remote-server-not-found.</summary>
    RemoteServerNotFound,

    /// <summary>remote-server-timeout.</summary>
    RemoteServerTimeout,

    /// <summary>resource-constraint.</summary>
    ResourceConstraint,

    /// <summary>service-unavailable.</summary>
    ServiceUnavailable,

    /// <summary>subscription-required.</summary>
    SubscriptionRequired,

    /// <summary>undefined-condition.</summary>
    UndefinedCondition,

    /// <summary>unexpected-request.</summary>
    UnexpectedRequest,
}

/// <summary>A stanza error. <paramref name="Type"/>: auth, cancel, continue, modify or wait; null takes the condition's
/// usual one (RFC 6120 section 8.3.3).</summary>
/// <param name="Condition">The defined condition.</param>
/// <param name="Text">Text for people.</param>
/// <param name="Type">Error type.</param>
/// <param name="Application">Application-specific condition, for example Jingle's <c>unknown-session</c>.</param>
public sealed record StanzaError(
    StanzaErrorCondition Condition, string? Text = null, string? Type = null, System.Xml.Linq.XName? Application = null)
{
    /// <summary>With gone and redirect: where the addressee is now, an address or an <c>xmpp:</c> URI (RFC 6120 sections 8.3.3.5,
    /// 8.3.3.14); null when it is not said. A claim of the other side.</summary>
    public string? Address { get; init; }
}
