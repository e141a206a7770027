using Gateway.Mapping.Descriptions;
using Gateway.Sip.UserAgent;

namespace Gateway.Mapping.Calls;

/// <summary>
/// Turns what the SIP stack says of one leg into events of the call. An abandoned leg no longer speaks to the call: a 2xx that
/// crosses its CANCEL is ended by BYE here (MAPPING U-5).
/// </summary>
internal sealed class SipLegSink(CallActor call) : ISipCallSink
{
    private volatile CallActor? _call = call;
    private volatile ISipCall? _abandoned;

    /// <summary>From now on the leg only ends itself.</summary>
    public void Abandon(ISipCall leg)
    {
        _abandoned = leg;
        leg.Cancel();
    }

    /// <summary>
    /// The call is over. The stack keeps its side of an INVITE for another half minute (RFC 6026 section 7.2), which must not keep all that
    /// the call knew in memory as well.
    /// </summary>
    public void Forget() => _call = null;

    public bool TryPost(SipCallEvent sipEvent)
    {
        if (_abandoned is not { } leg)
        {
            return _call is { } call && (sipEvent is SipCallEvent.Info info ? TryPostInfo(call, info) : call.TryPost(Translate(call, sipEvent)));
        }

        if (sipEvent is SipCallEvent.Answered)
        {
            leg.Bye();
        }

        return true;
    }

    /// <summary>Keys; other bodies concern nobody here.</summary>
    private static bool TryPostInfo(CallActor call, SipCallEvent.Info info) =>
        !DigitText.TryRead(info.Body, out var key, out var duration)
        || call.TryPost(new CallInput(new CallEvent.DigitSignalled(key, duration)));

    private static CallInput Translate(CallActor call, SipCallEvent e) => e switch
    {
        SipCallEvent.Trying => new(new CallEvent.SipTrying()),
        SipCallEvent.Ringing r => new(new CallEvent.SipRinging(r.Sdp is not null)) { PhoneSdp = r.Sdp },
        SipCallEvent.Progress p => new(new CallEvent.SipProgress(p.Sdp is not null)) { PhoneSdp = p.Sdp },
        SipCallEvent.Answered a => new(new CallEvent.SipAnswered()) { PhoneSdp = a.Sdp },
        SipCallEvent.Refused r => new(new CallEvent.SipRefused(r.Failure, call.Elsewhere(r.Failure))),
        SipCallEvent.Cancelled c => new(new CallEvent.SipCancelled(c.Reason)),
        SipCallEvent.Acknowledged a => new(new CallEvent.SipAcknowledged(a.Sdp is not null, SdpHold.IsHold(a.Sdp))) { PhoneSdp = a.Sdp },
        SipCallEvent.Ended ended => new(new CallEvent.SipEnded(ended.Cause, ended.Reason)),
        SipCallEvent.Reinvited r => new(new CallEvent.SipReinvited(r.Sdp is not null)) { PhoneSdp = r.Sdp },
        SipCallEvent.ReinviteAnswered r => new(new CallEvent.SipReinviteAnswered()) { PhoneSdp = r.Sdp },
        SipCallEvent.ReinviteRefused r => new(new CallEvent.SipReinviteRefused(r.Status)),
        SipCallEvent.ReplacedBy r => new(new CallEvent.SipReplaced()) { PhoneSdp = r.Invite.Sdp, Replacement = r.NewCall },
        _ => throw new ArgumentOutOfRangeException(nameof(e), e.GetType().Name, "not an event of a call"),
    };
}
