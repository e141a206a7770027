using Gateway.Sip.Dialogs;
using Gateway.Sip.Digest;
using Gateway.Sip.Messages;
using Gateway.Sip.Transactions;

namespace Gateway.Sip.UserAgent;

/// <summary>
/// An answered call, the same for both ends: requests inside its dialog, hanging up, changes of the session
/// (<see cref="OwnOffer"/>, <see cref="PeerOffer"/>) and its timer (<see cref="SessionClock"/>).
/// </summary>
internal sealed class CallSession : IDialogUser, IReplaceableCall, IClientRequestUser
{
    private readonly SipStack _stack;
    private readonly CallOwner _owner;
    private readonly DigestClient? _digest;
    private readonly Action _over;
    private UnackedSuccess? _unacked;
    private SipReason? _heldReason;
    private bool _byeHeld;

    /// <summary>Takes the dialog over.</summary>
    /// <param name="stack">The endpoint.</param>
    /// <param name="dialog">The dialog; confirmed by this.</param>
    /// <param name="owner">Where events go.</param>
    /// <param name="traits">What the ends differ in.</param>
    /// <param name="over">Called once, when nothing is left of the call.</param>
    public CallSession(SipStack stack, Dialog dialog, CallOwner owner, CallTraits traits, Action over)
    {
        _stack = stack;
        _owner = owner;
        _digest = traits.Digest;
        _over = over;
        Dialog = dialog;
        Clock = new SessionClock(stack, this);
        Own = new OwnOffer(stack, this, traits.OwnsCallId);
        Peer = new PeerOffer(stack, this);
        Info = new OwnInfo(this);
        LocalSdp = traits.LocalSdp;
        dialog.Confirm();
        stack.Dialogs.Set(dialog.Id, this);
    }

    public Dialog Dialog { get; }

    public SessionClock Clock { get; }

    public OwnOffer Own { get; }

    public PeerOffer Peer { get; }

    public OwnInfo Info { get; }

    /// <summary>The description that we sent last: a refresh repeats it unchanged (RFC 4028 section 7.4).</summary>
    public string LocalSdp { get; set; }

    /// <summary>BYE was sent or waits for an ACK, or came.</summary>
    public bool IsEnding { get; private set; }

    public bool IsOver { get; private set; }

    /// <summary>No INVITE is open in either direction, so one of ours may start (RFC 3261 section 14.1).</summary>
    public bool IsQuiet => !IsEnding && _unacked is null && !Peer.IsOpen && !Own.IsOpen;

    /// <summary>Whether an offer of ours in a 2xx waits for its answer in the ACK.</summary>
    public bool AwaitsAnswerInAck { get; private set; }

    ISipCallSink IReplaceableCall.Sink => _owner.Sink;

    public void Post(SipCallEvent sipEvent) => _owner.Post(sipEvent);

    /// <summary>A request inside the dialog.</summary>
    public ClientRequest Send(RequestTemplate template, IClientRequestUser user)
    {
        var request = new ClientRequest(_stack, template, Dialog.NextCSeq, _digest, user)
        {
            LastResort = Dialog.Flow is { IsReliable: true } flow ? flow : null,
        };
        request.Start();
        return request;
    }

    /// <summary>Sends a 2xx to INVITE and repeats it until the ACK.</summary>
    public void Succeed(ServerTransaction invite, SipResponse success)
    {
        _unacked?.Stop();
        AwaitsAnswerInAck = invite.Request.SessionDescription is null;
        invite.Acked = OnAck;
        invite.Cancelled = null; // CANCEL has no effect any more (RFC 3261 section 9.2)
        _unacked = new UnackedSuccess(_stack, invite, success, OnAckTimeout);
    }

    /// <summary>Hangs up: at once, or after the ACK of our 2xx (RFC 3261 section 15, MAPPING U-7).</summary>
    public void Bye(SipReason? reason)
    {
        if (IsEnding)
        {
            return;
        }

        BeginEnd();
        if (_unacked is null)
        {
            SendBye(reason);
        }
        else
        {
            _byeHeld = true;
            _heldReason = reason;
        }
    }

    /// <summary>The call cannot go on: tells the owner, and the peer in case it listens.</summary>
    public void Lose(SipEndCause cause)
    {
        if (IsEnding)
        {
            return;
        }

        BeginEnd();
        _unacked?.Stop();
        SendBye(cause == SipEndCause.SessionExpired ? new SipReason("SIP", 408, "Session Expired") : null);
        Post(new SipCallEvent.Ended(cause, null));
    }

    public void OnRequest(ServerTransaction transaction)
    {
        var request = transaction.Request;
        if (!Dialog.TryTakeCSeq(request))
        {
            transaction.Respond(_stack, 500, "CSeq Too Low"); // RFC 3261 section 12.2.2
        }
        else if (request.Method == SipMethod.Bye)
        {
            OnBye(transaction);
        }
        else if (IsEnding)
        {
            transaction.Respond(_stack, 481);
        }
        else if (request.Method == SipMethod.Invite)
        {
            Peer.OnInvite(transaction);
        }
        else if (request.Method == SipMethod.Update)
        {
            Peer.OnUpdate(transaction);
        }
        else
        {
            InDialogAnswers.Respond(_stack, transaction);
            if (request.Method == SipMethod.Info && !request.HasHeader(SipHeaders.InfoPackage) && SipBody.Of(request) is { } body)
            {
                Post(new SipCallEvent.Info(body));
            }
        }
    }

    public void OnAck(SipRequest ack)
    {
        if (_unacked is null || _unacked.CSeq != ack.CSeq.Number)
        {
            return; // repeated
        }

        _unacked.Stop();
        _unacked = null;
        AwaitsAnswerInAck = false;
        if (_byeHeld)
        {
            SendBye(_heldReason);
            return;
        }

        Post(new SipCallEvent.Acknowledged(ack.SessionDescription));
        Own.TryStart();
    }

    public ReplaceVerdict OnReplaces(bool earlyOnly) =>
        IsEnding ? new ReplaceVerdict.Refused(603) // RFC 3891 section 3: terminated already
        : earlyOnly ? new ReplaceVerdict.Refused(486)
        : new ReplaceVerdict.May(this);

    public void GiveWay()
    {
        _owner.Silence();
        Bye(null);
    }

    void IClientRequestUser.OnResponse(ClientRequest request, SipResponse response)
    {
        if (response.IsFinal)
        {
            Finish(); // whatever it says, the call is over (RFC 3261 section 15.1.1)
        }
    }

    void IClientRequestUser.OnFailure(ClientRequest request, SipFailure failure) => Finish();

    private void OnBye(ServerTransaction transaction)
    {
        transaction.Respond(_stack, 200);
        if (!IsEnding)
        {
            BeginEnd();
            Post(new SipCallEvent.Ended(SipEndCause.Bye, ReasonHeader.First(transaction.Request)));
        }

        Finish();
    }

    private void OnAckTimeout()
    {
        _unacked = null;
        if (_byeHeld)
        {
            SendBye(_heldReason);
        }
        else
        {
            Lose(SipEndCause.AckTimeout);
        }
    }

    private void BeginEnd()
    {
        IsEnding = true;
        Clock.Stop();
        Own.Stop();
        Info.Stop();
        Peer.Abort();
    }

    private void SendBye(SipReason? reason)
    {
        _byeHeld = false;
        var bye = Dialog.Request(SipMethod.Bye);
        Send(reason is null ? bye : bye.With(SipHeaders.Reason, ReasonHeader.Write(reason)), this);
    }

    private void Finish()
    {
        if (!IsOver)
        {
            IsOver = true;
            _unacked?.Stop();
            _stack.Dialogs.Remove(Dialog.Id);
            _over();
        }
    }
}

/// <summary>What the two ends of a call differ in.</summary>
/// <param name="OwnsCallId">Whether the Call-ID is ours: how long to wait after 491 (RFC 3261 section 14.1).</param>
/// <param name="LocalSdp">The description that we sent.</param>
/// <param name="Digest">Answers challenges to requests inside the dialog.</param>
internal sealed record CallTraits(bool OwnsCallId, string LocalSdp, DigestClient? Digest);
