namespace Gateway.Xmpp.Jingle;

/// <summary>Reasons of XEP-0166 section 7.4, plus XEP-0353's use of them.</summary>
public enum JingleReason
{
    /// <summary>success.</summary>
    Success,

    /// <summary>busy.</summary>
    Busy,

    /// <summary>decline.</summary>
    Decline,

    /// <summary>cancel.</summary>
    Cancel,

    /// <summary>gone.</summary>
    Gone,

    /// <summary>timeout.</summary>
    Timeout,

    /// <summary>expired.</summary>
    Expired,

    /// <summary>connectivity-error.</summary>
    ConnectivityError,

    /// <summary>failed-transport.</summary>
    FailedTransport,

    /// <summary>failed-application.</summary>
    FailedApplication,

    /// <summary>media-error.</summary>
    MediaError,

    /// <summary>incompatible-parameters.</summary>
    IncompatibleParameters,

    /// <summary>unsupported-applications.</summary>
    UnsupportedApplications,

    /// <summary>unsupported-transports.</summary>
    UnsupportedTransports,

    /// <summary>security-error.</summary>
    SecurityError,

    /// <summary>alternative-session.</summary>
    AlternativeSession,

    /// <summary>general-error.</summary>
    GeneralError,

    /// <summary>A condition that XEP-0166 does not define (Monal's application-error), or none at all.</summary>
    Unknown,
}

/// <summary>A reason with its text, as sent in session-terminate, reject, retract and finish.</summary>
/// <param name="Condition">The condition.</param>
/// <param name="Text">Text for people, null when absent.</param>
public sealed record JingleReasonInfo(JingleReason Condition, string? Text = null)
{
    /// <summary>
    /// An application-specific condition beside it, for example <see cref="CryptoRequired"/>; null when absent.
    /// </summary>
    public System.Xml.Linq.XName? Application { get; init; }

    /// <summary>XEP-0167 section 7: encryption is required and was not offered.</summary>
    public static System.Xml.Linq.XName CryptoRequired => JingleNamespaces.RtpErrors + "crypto-required";

    /// <summary>XEP-0167 section 7: none of the keys offered can be used.</summary>
    public static System.Xml.Linq.XName InvalidCrypto => JingleNamespaces.RtpErrors + "invalid-crypto";
}
