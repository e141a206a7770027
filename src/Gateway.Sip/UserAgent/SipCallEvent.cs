using System.Collections.Immutable;
using Gateway.Sip.Messages;

namespace Gateway.Sip.UserAgent;

/// <summary>What happens to a call, as the stack tells its owner. A closed set.</summary>
public abstract record SipCallEvent
{
    private SipCallEvent()
    {
    }

    /// <summary>Outgoing: the first provisional response (100 or higher) arrived; the peer is alive.</summary>
    public sealed record Trying : SipCallEvent;

    /// <summary>Outgoing: 180. <paramref name="Sdp"/> is there when the peer sends early media.</summary>
    public sealed record Ringing(string? Sdp) : SipCallEvent;

    /// <summary>Outgoing: 181, 182, 183, 199.</summary>
    public sealed record Progress(int Status, string? Sdp) : SipCallEvent;

    /// <summary>
    /// Outgoing: the first 2xx; already acknowledged, as are its retransmissions. 2xx of other forks are acknowledged
    /// and ended by the stack (MAPPING U-3).
    /// </summary>
    /// <param name="Sdp">The answer: of the 2xx, or of an earlier reliable provisional response .</param>
    public sealed record Answered(string? Sdp) : SipCallEvent;

    /// <summary>Outgoing: final failure, from the peer or made here (408 no answer, 503 transport, 487 after our CANCEL).</summary>
    public sealed record Refused(SipFailure Failure) : SipCallEvent;

    /// <summary>Incoming: the caller cancelled; 200 and 487 have been sent.</summary>
    public sealed record Cancelled(SipReason? Reason) : SipCallEvent;

    /// <summary>Incoming: the ACK of our 2xx. <paramref name="Sdp"/>: the answer of a late offer.</summary>
    public sealed record Acknowledged(string? Sdp) : SipCallEvent;

    /// <summary>
    /// The dialog is over and nothing follows: BYE received, ACK never came (BYE sent by the stack), 481/408 inside the
    /// dialog, transport gone. Never posted as the answer to our own <see cref="ISipCall.Bye"/>.
    /// </summary>
    public sealed record Ended(SipEndCause Cause, SipReason? Reason) : SipCallEvent;

    /// <summary>A re-INVITE or UPDATE with an offer (null: re-INVITE without one). Answer by
    /// <see cref="ISipCall.AcceptReinvite"/> or <see cref="ISipCall.RefuseReinvite"/>.</summary>
    public sealed record Reinvited(string? Sdp) : SipCallEvent;

    /// <summary>Our re-INVITE was answered.</summary>
    public sealed record ReinviteAnswered(string? Sdp) : SipCallEvent;

    /// <summary>Our re-INVITE failed for good; the old session parameters hold (RFC 3261 section 14.1).</summary>
    public sealed record ReinviteRefused(int Status) : SipCallEvent;

    /// <summary>An INFO of legacy use (RFC 6086 section 4.2.2) with a body, in an answered call; 200 has been sent.</summary>
    public sealed record Info(SipBody Body) : SipCallEvent;

    /// <summary>
    /// An INVITE with Replaces (RFC 3891) that names this call: <paramref name="NewCall"/> wants to take its place.
    /// The owner answers NewCall (whose events then go to the same sink) and this call is ended by the stack afterwards.
    /// </summary>
    public sealed record ReplacedBy(ISipCall NewCall, IncomingInvite Invite) : SipCallEvent;
}

/// <summary>Why a dialog ended without our doing.</summary>
public enum SipEndCause
{
    /// <summary>The peer sent BYE.</summary>
    Bye,

    /// <summary>No ACK for our 2xx within 64*T1.</summary>
    AckTimeout,

    /// <summary>A request inside the dialog got 481, 408 or no answer at all.</summary>
    DialogLost,

    /// <summary>Session timer (RFC 4028) ran out.</summary>
    SessionExpired,
}

/// <summary>A final failure of a request.</summary>
/// <param name="Status">300 to 699.</param>
/// <param name="Phrase">Reason phrase, control characters removed, at most 128 bytes.</param>
/// <param name="IsLocal">Made here (timeout, transport), not sent by the peer.</param>
public sealed record SipFailure(int Status, string Phrase, bool IsLocal)
{
    /// <summary>Reason header fields (RFC 3326, RFC 6432).</summary>
    public ImmutableArray<SipReason> Reasons { get; init; } = [];

    /// <summary>Contacts of a 3xx, by q value.</summary>
    public ImmutableArray<SipUri> Contacts { get; init; } = [];

    /// <summary>Retry-After in seconds, if sent.</summary>
    public int? RetryAfter { get; init; }

    /// <summary>Size of a request that was too large to be sent; else 0.</summary>
    internal int RequestBytes { get; init; }
}

/// <summary>One value of the Reason header field, RFC 3326: <c>Q.850;cause=16;text="..."</c>.</summary>
/// <param name="Protocol"><c>SIP</c> or <c>Q.850</c>, or another token.</param>
/// <param name="Cause">The cause number.</param>
/// <param name="Text">Text for people, null when absent.</param>
public sealed record SipReason(string Protocol, int Cause, string? Text = null);
