using Gateway.Mapping.Addresses;
using Gateway.Xmpp.Jingle;
using Gateway.Xmpp.Stanzas;

namespace Gateway.Mapping.Policy;

/// <summary>Why a call is not let in, in the words of both protocols.</summary>
/// <param name="Status">SIP status.</param>
/// <param name="Error">Stanza error.</param>
/// <param name="Reason">Jingle reason for reject and session-terminate.</param>
/// <param name="Detail">For the log line; quotes rules, never input.</param>
public sealed record Refusal(int Status, StanzaError Error, JingleReasonInfo Reason, string Detail)
{
    /// <summary>Seconds after which another attempt may succeed.</summary>
    public int? RetryAfter { get; init; }

    internal static Refusal Of(AddressFault fault) => new(
        fault.Status,
        fault.Error,
        new JingleReasonInfo(fault.Problem == AddressProblem.Forbidden ? JingleReason.Decline : JingleReason.Gone, fault.Detail),
        fault.Detail);

    internal static Refusal Forbidden(string detail) => new(
        403,
        new StanzaError(StanzaErrorCondition.Forbidden, detail, "auth"),
        new JingleReasonInfo(JingleReason.Decline, detail),
        detail);

    // MAPPING N-47: 404 only for domains that we do not serve.
    internal static Refusal NotServed(string detail) => new(
        404,
        new StanzaError(StanzaErrorCondition.ItemNotFound, detail, "cancel"),
        new JingleReasonInfo(JingleReason.Gone, detail),
        detail);

    // MAPPING: the trunk's calls are to be protected, and this one names no keys.
    internal static Refusal Unprotected(string detail) => new(
        488,
        new StanzaError(StanzaErrorCondition.NotAcceptable, detail, "modify"),
        new JingleReasonInfo(JingleReason.SecurityError, detail),
        detail);

    // Not 503: a SIP peer would stop sending everything (RFC 7247 section 7.1 note 5).
    internal static Refusal TooOften(string detail) => new(
        480,
        new StanzaError(StanzaErrorCondition.ResourceConstraint, detail, "wait"),
        new JingleReasonInfo(JingleReason.Busy, detail),
        detail)
    {
        RetryAfter = 60,
    };

    internal static Refusal TooMany(string detail) => new(
        486,
        new StanzaError(StanzaErrorCondition.ResourceConstraint, detail, "wait"),
        new JingleReasonInfo(JingleReason.Busy, detail),
        detail);
}
