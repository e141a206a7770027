using Gateway.Mapping.Addresses;
using Gateway.Sip.UserAgent;
using Gateway.Xmpp.Jingle;

namespace Gateway.Mapping.Errors;

/// <summary>
/// Why a call ended, from each protocol into the other: MAPPING section 11. Where living clients read a reason otherwise
/// than its table says, the row says so.
/// </summary>
public static class CallReasons
{
    private const string Q850 = "Q.850", Sip = "SIP"; // RFC 3326 section 2

    /// <summary>How the SIP side is told that the XMPP side ended the call (MAPPING 11.1).</summary>
    /// <param name="reason">The reason of reject, retract, finish or session-terminate; null when it had none.</param>
    /// <param name="phase">Where the call stands.</param>
    public static SipEnding ToSip(JingleReasonInfo? reason, CallPhase phase)
    {
        var condition = reason?.Condition ?? JingleReason.Success;
        var text = SafeText.Clean(reason?.Text);
        return phase switch
        {
            CallPhase.Called => new SipEnding.Refuse(StatusFor(condition), text),
            CallPhase.Calling => new SipEnding.Cancel(),
            _ => new SipEnding.Bye(text is null ? ByeReasonFor(condition) : ByeReasonFor(condition) with { Text = text }),
        };
    }

    /// <summary>
    /// The Jingle reason of an INVITE that failed (MAPPING 11.2, X-3), with the SIP code and phrase as its text, which
    /// clients show to the caller.
    /// </summary>
    /// <param name="failure">The final response, or the local one.</param>
    /// <param name="exposeText">Whether the caller sees code and phrase .</param>
    /// <param name="isRetracted">Whether the XMPP user retracted: only this tells its 487 from one after a timer.</param>
    public static JingleReasonInfo FromSip(SipFailure failure, bool exposeText = true, bool isRetracted = false)
    {
        ArgumentNullException.ThrowIfNull(failure);
        var condition = failure.Status == 487 && isRetracted
            ? JingleReason.Cancel
            : FromQ850(failure) ?? FromStatus(failure.Status);
        return new JingleReasonInfo(condition, exposeText ? StatusText.Of(failure.Status, failure.Phrase) : null);
    }

    /// <summary>The Jingle reason of a dialog that ended from the SIP side.</summary>
    /// <param name="cause">How it ended.</param>
    /// <param name="reason">The Reason header field of the BYE.</param>
    /// <param name="exposeText">Whether the user sees the reason's text .</param>
    public static JingleReasonInfo FromBye(SipEndCause cause, SipReason? reason = null, bool exposeText = true) => cause switch
    {
        SipEndCause.SessionExpired => new JingleReasonInfo(JingleReason.Expired),
        SipEndCause.DialogLost or SipEndCause.AckTimeout => new JingleReasonInfo(JingleReason.ConnectivityError),
        _ => new JingleReasonInfo(FromByeReason(reason), exposeText ? SafeText.Clean(reason?.Text) : null),
    };

    /// <summary>
    /// The reason of the retract when the SIP caller cancels: cancel, with the text of "Call completed elsewhere"
    /// (RFC 3326 section 3.1; Q.850 cause 26), so that a client need not show a missed call (MAPPING J-34).
    /// </summary>
    public static JingleReasonInfo FromCancel(SipReason? reason)
    {
        var isElsewhere = reason is not null && ((IsSip(reason) && reason.Cause == 200) || (IsQ850(reason) && reason.Cause == 26));
        return new JingleReasonInfo(
            JingleReason.Cancel, isElsewhere ? SafeText.Clean(reason!.Text) ?? "Call completed elsewhere" : null);
    }

    /// <summary>The final status for an unanswered INVITE.</summary>
    internal static int StatusFor(JingleReason reason) => reason switch
    {
        JingleReason.Success or JingleReason.Decline or JingleReason.Cancel => 603,
        JingleReason.Busy or JingleReason.AlternativeSession => 486,
        JingleReason.Gone or JingleReason.Timeout or JingleReason.Expired
            or JingleReason.ConnectivityError or JingleReason.FailedTransport => 480,
        JingleReason.FailedApplication or JingleReason.MediaError or JingleReason.IncompatibleParameters
            or JingleReason.UnsupportedApplications or JingleReason.UnsupportedTransports or JingleReason.SecurityError => 488,
        _ => 500,
    };

    /// <summary>The Reason header field of the BYE.</summary>
    internal static SipReason ByeReasonFor(JingleReason reason) => reason switch
    {
        JingleReason.Success or JingleReason.Cancel or JingleReason.AlternativeSession => new(Q850, 16),
        JingleReason.Busy => new(Q850, 17),
        JingleReason.Decline => new(Q850, 21),
        JingleReason.Timeout => new(Sip, 408),
        JingleReason.Expired => new(Sip, 408, "Session expired"),
        JingleReason.ConnectivityError or JingleReason.FailedTransport => new(Q850, 41),
        JingleReason.FailedApplication or JingleReason.MediaError or JingleReason.IncompatibleParameters
            or JingleReason.UnsupportedApplications or JingleReason.UnsupportedTransports or JingleReason.SecurityError => new(Sip, 488),
        _ => new(Q850, 31), // gone, general-error, and what XEP-0166 does not define
    };

    /// <summary>The Jingle reason of a final status.</summary>
    internal static JingleReason FromStatus(int status) => status switch
    {
        486 or 600 => JingleReason.Busy,

        // 403: MAPPING 11.2 has security-error, by which Conversations would speak of a security problem of the media. The
        // called side refuses the call, and that is what decline shows.
        403 or 603 or 607 or 608 => JingleReason.Decline,

        // 480: MAPPING 11.2 has gone, which Conversations shows as a broken connection; timeout as a call that nobody took.
        408 or 480 or 487 => JingleReason.Timeout,

        // 401, 407: MAPPING 11.2 has security-error. They mean that the trunk refuses the gateway's credentials: nothing
        // that the caller could act on, so general-error, as every other fault of the operator.
        401 or 407 => JingleReason.GeneralError,
        428 or 436 or 437 or 438 or 494 => JingleReason.SecurityError,

        // Redirections that were not followed: the address is no longer good.
        (>= 300 and < 380) or 404 or 410 or 484 or 485 or 604 => JingleReason.Gone,
        415 or 488 or 580 or 606 => JingleReason.IncompatibleParameters,
        502 or 503 or 504 => JingleReason.ConnectivityError,
        _ => JingleReason.GeneralError,
    };

    // MAPPING X-3: switches put what really happened into Q.850 beside a vague status (RFC 6432).
    private static JingleReason? FromQ850(SipFailure failure) =>
        failure.Status is 480 or 500 or 503 && failure.Reasons.FirstOrDefault(IsQ850) is { } reason
            ? FromQ850Cause(reason.Cause)
            : null;

    private static JingleReason? FromQ850Cause(int cause) => cause switch
    {
        1 or 28 => JingleReason.Gone,
        17 => JingleReason.Busy,
        18 or 19 => JingleReason.Timeout,
        21 => JingleReason.Decline,
        34 or 38 or 41 or 42 => JingleReason.ConnectivityError,
        _ => null,
    };

    private static JingleReason FromByeReason(SipReason? reason) => reason switch
    {
        null => JingleReason.Success,
        _ when IsQ850(reason) => FromQ850Cause(reason.Cause) ?? JingleReason.Success,
        { Cause: >= 400 and <= 699 } when IsSip(reason) => FromStatus(reason.Cause),
        _ => JingleReason.Success,
    };

    private static bool IsQ850(SipReason reason) => reason.Protocol.Equals(Q850, StringComparison.OrdinalIgnoreCase);

    private static bool IsSip(SipReason reason) => reason.Protocol.Equals(Sip, StringComparison.OrdinalIgnoreCase);
}
