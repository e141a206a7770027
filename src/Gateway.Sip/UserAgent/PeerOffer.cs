using Gateway.Sip.Dialogs;
using Gateway.Sip.Messages;
using Gateway.Sip.Transactions;
using Gateway.Sip.Transports;

namespace Gateway.Sip.UserAgent;

/// <summary>The peer's re-INVITE or UPDATE, until the owner answers it (RFC 3261 section 14.2, RFC 3311 section 5.2).</summary>
internal sealed class PeerOffer(SipStack stack, CallSession session)
{
    private ServerTransaction? _open;
    private LoopTimer? _patience;

    public bool IsOpen => _open is not null;

    public void OnInvite(ServerTransaction invite)
    {
        if (session.Own.IsOpen || session.AwaitsAnswerInAck)
        {
            Refuse(invite, 491);
        }
        else if (IsOpen)
        {
            invite.RespondLater(stack, session.Dialog.Id.LocalTag, RetryWaits.RetryAfterSeconds());
        }
        else if (!IsIntervalTooSmall(invite))
        {
            invite.Respond(stack, 100);
            invite.Cancelled = _ => Cancelled(invite);
            Open(invite);
        }
    }

    public void OnUpdate(ServerTransaction update)
    {
        if (IsIntervalTooSmall(update))
        {
            return;
        }

        if (update.Request.SessionDescription is null)
        {
            session.Dialog.Learn(update.Request);
            Succeed(update, null); // a refresh of target or timer
        }
        else if (session.Own.IsOpen || session.AwaitsAnswerInAck)
        {
            Refuse(update, 491);
        }
        else if (IsOpen)
        {
            update.RespondLater(stack, session.Dialog.Id.LocalTag, RetryWaits.RetryAfterSeconds());
        }
        else
        {
            Open(update);

            // UPDATE is to be answered promptly (RFC 3311 section 5.2): its sender waits 64*T1 and no longer.
            _patience = LoopTimer.Start(stack.Loop, stack.Timers.T1Times64 / 2, () => Refuse(504));
        }
    }

    public void Accept(string sdp)
    {
        if (Take() is { } open)
        {
            session.Dialog.Learn(open.Request);
            session.LocalSdp = sdp;
            Succeed(open, sdp);
            session.Own.TryStart();
        }
    }

    public void Refuse(int status, SipWarning? warning = null)
    {
        if (Take() is { } open)
        {
            Refuse(open, status, warning);
            session.Own.TryStart();
        }
    }

    /// <summary>The dialog is over: RFC 3261 section 15.1.2.</summary>
    public void Abort()
    {
        if (Take() is { } open)
        {
            Refuse(open, 487);
        }
    }

    /// <summary>The peer takes its re-INVITE back: the session goes on unchanged.</summary>
    private void Cancelled(ServerTransaction invite)
    {
        if (ReferenceEquals(invite, _open))
        {
            Refuse(487);
        }
    }

    private void Open(ServerTransaction transaction)
    {
        _open = transaction;
        session.Post(new SipCallEvent.Reinvited(transaction.Request.SessionDescription));
    }

    private ServerTransaction? Take()
    {
        var open = _open;
        _open = null;
        _patience?.Stop();
        _patience = null;
        return open;
    }

    private void Succeed(ServerTransaction transaction, string? sdp)
    {
        var request = transaction.Request;
        var interval = SessionInterval.ForAnswer(request);
        var response = Responses.Begin(stack, request, 200, null, session.Dialog.Id.LocalTag)
            .Add(SipHeaders.Contact, stack.Names.Contact(transaction.Flow, session.Dialog.ContactUser))
            .Capabilities(stack);
        SessionClock.Stamp(response, interval);
        var success = (sdp is null ? response : response.Body("application/sdp", sdp)).BuildResponse();
        session.Clock.Start(interval);
        if (request.Method == SipMethod.Invite)
        {
            session.Succeed(transaction, success);
        }
        else
        {
            transaction.Respond(success);
        }
    }

    private bool IsIntervalTooSmall(ServerTransaction transaction)
    {
        if (!SessionInterval.IsTooSmall(transaction.Request))
        {
            return false;
        }

        transaction.Respond(Responses.Begin(stack, transaction.Request, 422, null, session.Dialog.Id.LocalTag)
            .Add(SipHeaders.MinSE, SessionInterval.LeastSeconds).BuildResponse());
        return true;
    }

    private void Refuse(ServerTransaction transaction, int status, SipWarning? warning = null)
    {
        var response = Responses.Begin(stack, transaction.Request, status, null, session.Dialog.Id.LocalTag);
        new Refusal(status, Warning: warning).AddTo(response);
        transaction.Respond(response.BuildResponse());
    }
}
