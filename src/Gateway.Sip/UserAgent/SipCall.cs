using Gateway.Sip.Dialogs;
using Gateway.Sip.Messages;

namespace Gateway.Sip.UserAgent;

/// <summary>The owner's handle: every command becomes work on the loop, and what does not fit the call's state does nothing.</summary>
internal abstract class SipCall(SipStack stack, string callId) : ISipCall, IStackCall
{
    public string CallId => callId;

    protected SipStack Stack => stack;

    /// <summary>The answered call.</summary>
    protected CallSession? Session { get; set; }

    public void SetContact(SipUri contact)
    {
        ArgumentNullException.ThrowIfNull(contact);
        stack.Loop.Post(() => OnContact(contact));
    }

    public void Ring() => stack.Loop.Post(() => OnProgress(180, null));

    public void Progress(int status, string? sdp)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(status, 101);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(status, 199);
        stack.Loop.Post(() => OnProgress(status, sdp));
    }

    public void Answer(string sdp)
    {
        ArgumentNullException.ThrowIfNull(sdp);
        stack.Loop.Post(() => OnAnswer(sdp));
    }

    public void Refuse(int status, string? phrase, SipReason? reason, int? retryAfterSeconds, SipUri? contact, SipWarning? warning)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(status, 300);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(status, 699);
        stack.Loop.Post(() => OnRefuse(new Refusal(status, phrase, reason, retryAfterSeconds, contact, warning)));
    }

    public void Cancel(SipReason? reason) => stack.Loop.Post(() => OnCancel(reason));

    public void Bye(SipReason? reason) => stack.Loop.Post(() =>
    {
        if (Session is null)
        {
            HangUpUnanswered(reason);
        }
        else
        {
            Session.Bye(reason);
        }
    });

    public void Reinvite(string sdp)
    {
        ArgumentNullException.ThrowIfNull(sdp);
        stack.Loop.Post(() =>
        {
            if (DescriptionSize.IsTooLarge(sdp))
            {
                Session?.Post(new SipCallEvent.ReinviteRefused(513));
            }
            else
            {
                Session?.Own.Offer(sdp);
            }
        });
    }

    public void AcceptReinvite(string sdp)
    {
        ArgumentNullException.ThrowIfNull(sdp);
        stack.Loop.Post(() =>
        {
            if (DescriptionSize.IsTooLarge(sdp))
            {
                Session?.Peer.Refuse(500);
            }
            else
            {
                Session?.Peer.Accept(sdp);
            }
        });
    }

    public void RefuseReinvite(int status, SipWarning? warning)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(status, 300);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(status, 699);
        stack.Loop.Post(() => Session?.Peer.Refuse(status, warning));
    }

    public void SendInfo(SipBody body)
    {
        ArgumentNullException.ThrowIfNull(body);
        stack.Loop.Post(() => Session?.Info.Send(body));
    }

    public void Abandon()
    {
        if (Session is null)
        {
            HangUpUnanswered(null);
        }
        else
        {
            Session.Bye(null);
        }
    }

    protected abstract void HangUpUnanswered(SipReason? reason);

    protected virtual void OnContact(SipUri contact)
    {
        if (Session is not null)
        {
            Session.Dialog.ContactUser = contact;
        }
    }

    protected virtual void OnProgress(int status, string? sdp)
    {
    }

    protected virtual void OnAnswer(string sdp)
    {
    }

    protected virtual void OnRefuse(Refusal refusal)
    {
    }

    protected virtual void OnCancel(SipReason? reason)
    {
    }
}
