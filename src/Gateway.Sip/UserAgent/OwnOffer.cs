using Gateway.Sip.Dialogs;
using Gateway.Sip.Messages;
using Gateway.Sip.Transactions;
using Gateway.Sip.Transports;

namespace Gateway.Sip.UserAgent;

/// <summary>
/// Our re-INVITE: one at a time, never while another INVITE is open in either direction, tried again after 491 and after
/// 500 with Retry-After (RFC 3261 sections 14.1, 14.2).
/// </summary>
internal sealed class OwnOffer(SipStack stack, CallSession session, bool ownsCallId) : IClientRequestUser
{
    private const int MostTries = 8;
    private const int LongestWait = 10;

    private Pending? _queued;
    private Pending? _sent;
    private ClientRequest? _open;
    private LoopTimer? _wait;
    private LoopTimer? _patience;

    public bool IsOpen => _open is not null;

    /// <summary>The owner's offer; replaces one that waits.</summary>
    public void Offer(string sdp)
    {
        _queued = new Pending(sdp, IsRefresh: false, Tries: 0);
        TryStart();
    }

    /// <summary>The session timer's: the same description once more; an offer that waits refreshes as well.</summary>
    public void Refresh()
    {
        _queued ??= new Pending(session.LocalSdp, IsRefresh: true, Tries: 0);
        TryStart();
    }

    /// <summary>Sends what waits, if nothing is in its way.</summary>
    public void TryStart()
    {
        if (_queued is null || _wait is not null || !session.IsQuiet)
        {
            return;
        }

        // A refresh repeats what was said last, which may be newer than when it fell due (RFC 3264 section 8).
        _sent = _queued with { Tries = _queued.Tries + 1, Sdp = _queued.IsRefresh ? session.LocalSdp : _queued.Sdp };
        _queued = null;
        var invite = session.Dialog.Request(SipMethod.Invite) with { Sdp = _sent.Sdp };
        invite = invite.With(SipHeaders.Allow, stack.Policy.Allow)
            .With(SipHeaders.Supported, string.Join(", ", stack.Policy.Extensions));
        _open = session.Send(session.Clock.Stamp(invite), this);
    }

    /// <summary>The call ends: nothing more is sent but the ACK that a 2xx needs, and CANCEL for what has no answer.</summary>
    public void Stop()
    {
        _queued = null;
        _wait?.Stop();
        _wait = null;
        if (_open is not { } open)
        {
            return;
        }

        open.IsLastAttempt = true;
        if (open is { HasProvisional: true, Sent: { } invite, Flow: { } flow })
        {
            stack.Transactions.Send(Cancel.For(invite, null), flow, Deaf.Instance);
        }

        _patience = LoopTimer.Start(stack.Loop, stack.Timers.T1Times64, open.GiveUp);
    }

    public void OnResponse(ClientRequest request, SipResponse response)
    {
        if (response.IsSuccess)
        {
            OnSuccess(request, response);
        }
        else if (response.IsFailure && ReferenceEquals(request, _open))
        {
            Close();
            OnRefusal(response);
        }
    }

    public void OnFailure(ClientRequest request, SipFailure failure)
    {
        Close();
        session.Lose(SipEndCause.DialogLost); // no response at all: RFC 3261 section 12.2.1.2
    }

    private void OnSuccess(ClientRequest request, SipResponse response)
    {
        if (request.Acknowledgement is { } known)
        {
            known.Send(); // the 2xx was repeated
            return;
        }

        session.Dialog.Learn(response);
        request.Acknowledgement = new SuccessAck(stack, session.Dialog, request.Sent!, request.Flow!);
        request.Acknowledgement.Send();
        Close();
        if (session.IsEnding)
        {
            return;
        }

        session.LocalSdp = _sent!.Sdp;
        session.Clock.Start(SessionInterval.OfSuccess(response));
        if (!_sent.IsRefresh)
        {
            session.Post(new SipCallEvent.ReinviteAnswered(response.SessionDescription));
        }

        TryStart();
    }

    private void OnRefusal(SipResponse response)
    {
        if (session.IsEnding)
        {
            return;
        }

        if (DialogFailures.EndsTheCall(response.Status))
        {
            session.Lose(SipEndCause.DialogLost);
        }
        else if (WaitAfter(response) is { } wait && _sent!.Tries < MostTries)
        {
            _queued ??= _sent;
            _wait = LoopTimer.Start(stack.Loop, wait, () =>
            {
                _wait = null;
                TryStart();
            });
        }
        else
        {
            if (!_sent!.IsRefresh)
            {
                session.Post(new SipCallEvent.ReinviteRefused(response.Status));
            }

            TryStart();
        }
    }

    private TimeSpan? WaitAfter(SipResponse response) => response.Status switch
    {
        491 => RetryWaits.AfterPending(ownsCallId),
        500 when response.Number(SipHeaders.RetryAfter) is { } seconds and <= LongestWait => TimeSpan.FromSeconds(seconds),
        _ => null,
    };

    private void Close()
    {
        _open = null;
        _patience?.Stop();
        _patience = null;
    }

    private sealed record Pending(string Sdp, bool IsRefresh, int Tries);
}
