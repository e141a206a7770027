using Gateway.Sip.Messages;

namespace Gateway.Sip.UserAgent;

/// <summary>
/// The narrow door to the SIP stack: calls out, calls in, one-shot requests. Nobody above it sees a transaction, a
/// transport or a timer. Every method returns at once; what happens later arrives as <see cref="SipCallEvent"/>s.
/// </summary>
public interface ISipUserAgent
{
    /// <summary>Starts an INVITE. Every later event of the call is posted to <paramref name="sink"/>, in order.</summary>
    /// <param name="invite">Addresses, session description and limits of the call.</param>
    /// <param name="sink">The mailbox of the session that owns the call.</param>
    ISipCall Invite(OutgoingInvite invite, ISipCallSink sink);

    /// <summary>Sends a request outside a dialog (OPTIONS) and gives its final response; never throws for the network.</summary>
    /// <returns>The final response, or a locally made 408 (no answer) or 503 (transport failed).</returns>
    Task<SipResult> SendAsync(OutgoingRequest request, CancellationToken cancellationToken);
}

/// <summary>Takes the events of one call. Implementations never block.</summary>
public interface ISipCallSink
{
    /// <summary>False when the session has ended or its mailbox is full.</summary>
    bool TryPost(SipCallEvent sipEvent);
}

/// <summary>Decides over INVITEs that open a new dialog. Called from the stack's loop: must return at once.</summary>
public interface ISipInviteHandler
{
    /// <summary>
    /// Called once per INVITE, after the stack has checked syntax, Require, Max-Forwards, merged requests and loops
    /// (RFC 3261 section 8.2, 8.2.2.2) and has sent 100.
    /// </summary>
    /// <param name="invite">What the caller asks.</param>
    /// <param name="call">The handle through which the call is answered.</param>
    InviteDecision OnInvite(IncomingInvite invite, ISipCall call);
}

/// <summary>One INVITE dialog (or the attempt at one). All methods may be called from any thread and return at once.</summary>
public interface ISipCall
{
    /// <summary>Call-ID of the dialog, byte-compared.</summary>
    string CallId { get; }

    /// <summary>From now on our Contact names this user: user part and <c>gr</c> (RFC 5627) of it are used.</summary>
    void SetContact(SipUri contact);

    /// <summary>Incoming: 180 Ringing, once; later calls repeat nothing.</summary>
    void Ring();

    /// <summary>Incoming: a provisional response such as 183, with or without a session description.</summary>
    void Progress(int status, string? sdp);

    /// <summary>Incoming: 200 OK with <paramref name="sdp"/> (the answer, or the offer when the INVITE had none).
    /// Retransmitted by the stack until the ACK.</summary>
    void Answer(string sdp);

    /// <summary>Incoming: a final refusal, 300 to 699. <paramref name="contact"/>: the new address of 301 and 302 (RFC 3261 section
    /// 21.3); <paramref name="warning"/>: what of the description cannot be had (section 20.43).</summary>
    void Refuse(
        int status, string? phrase = null, SipReason? reason = null, int? retryAfterSeconds = null, SipUri? contact = null,
        SipWarning? warning = null);

    /// <summary>
    /// Outgoing: wish to cancel. Held until a provisional response (RFC 3261 section 9.1); when a 2xx crosses it,
    /// <see cref="SipCallEvent.Answered"/> is still posted and the owner decides (normally <see cref="Bye"/>).
    /// </summary>
    void Cancel(SipReason? reason = null);

    /// <summary>Ends an answered call. On the called side it is held until ACK or 64*T1 (RFC 3261 section 15).</summary>
    void Bye(SipReason? reason = null);

    /// <summary>Sends a re-INVITE with a new offer. The stack retries by itself on 491 (section 14.1). One at a time:
    /// a second call while one is open replaces the queued offer.</summary>
    void Reinvite(string sdp);

    /// <summary>Answers the re-INVITE or UPDATE announced by <see cref="SipCallEvent.Reinvited"/> with 200.</summary>
    void AcceptReinvite(string sdp);

    /// <summary>Refuses it (488, 491, 500 ...); the session goes on unchanged. <paramref name="warning"/>: what of the description cannot
    /// be had (RFC 3261 sections 14.2 and 20.43).</summary>
    void RefuseReinvite(int status, SipWarning? warning = null);

    /// <summary>
    /// Sends INFO inside an answered call (RFC 6086, legacy use), after those that wait for their answer. Nobody is told of a refusal.
    /// </summary>
    void SendInfo(SipBody body);
}

/// <summary>What to do with a new INVITE.</summary>
public abstract record InviteDecision
{
    private InviteDecision()
    {
    }

    /// <summary>The call has an owner: events go to <paramref name="Sink"/>.</summary>
    public sealed record Take(ISipCallSink Sink) : InviteDecision
    {
        /// <summary>Who our Contact names; see <see cref="ISipCall.SetContact"/>. Default: the Request-URI.</summary>
        public SipUri? Contact { get; init; }
    }

    /// <summary>Refused at once.</summary>
    public sealed record Refuse(int Status, string? Phrase = null, int? RetryAfterSeconds = null) : InviteDecision
    {
        /// <summary>What of the description cannot be had (RFC 3261 section 20.43).</summary>
        public SipWarning? Warning { get; init; }
    }
}
