using System.Globalization;
using Gateway.Sip.Dialogs;
using Gateway.Sip.Messages;
using Gateway.Sip.Transactions;
using Gateway.Sip.Transports;

namespace Gateway.Sip.UserAgent;

/// <summary>A call from the peer until it is answered: RFC 3261 section 13.3.</summary>
internal sealed class IncomingCall : SipCall, IDialogUser
{
    /// <summary>A proxy's Timer C is over 3 minutes; section 13.3.1.1 wants a sign of life every minute.</summary>
    private static readonly TimeSpan Reminder = TimeSpan.FromMinutes(1);

    private readonly ServerTransaction _transaction;
    private readonly Dialog _dialog;
    private CallOwner? _owner;
    private IReplaceableCall? _replaced;
    private SipResponse? _progress;
    private LoopTimer? _reminder;
    private bool _rung;
    private bool _over;

    public IncomingCall(SipStack stack, ServerTransaction transaction)
        : base(stack, transaction.Request.CallId)
    {
        _transaction = transaction;
        _dialog = Dialog.OfCalled(transaction.Request, SipIdentifiers.Tag(), transaction.Request.RequestUri, transaction.Flow);
    }

    private SipRequest Invite => _transaction.Request;

    private bool IsOpen => !_over && Session is null;

    /// <summary>The call exists from here on; it is nobody's until <see cref="Own"/>.</summary>
    public void Start()
    {
        Stack.Add(this);
        Stack.Dialogs.Set(_dialog.Id, this);
        _transaction.LocalTag = _dialog.Id.LocalTag;
        _transaction.Cancelled = OnCancelled;
        _transaction.Failed = _ => OnTransactionFailed();
    }

    /// <summary>Events go to <paramref name="sink"/>.</summary>
    public void Own(ISipCallSink sink, SipUri? contact = null)
    {
        _owner = new CallOwner(sink, this);
        _dialog.ContactUser = contact ?? _dialog.ContactUser;
    }

    /// <summary>When this call is answered, <paramref name="replaced"/> gives way (RFC 3891 section 3).</summary>
    public void Replaces(IReplaceableCall replaced) => _replaced = replaced;

    /// <summary>The owner's refusal, or ours when nobody owns the call.</summary>
    public void RefuseNow(Refusal refusal)
    {
        if (!IsOpen)
        {
            return;
        }

        var response = Responses.Begin(Stack, Invite, refusal.Status, refusal.Phrase, _dialog.Id.LocalTag);
        refusal.AddTo(response);
        Finish();
        _transaction.Respond(response.BuildResponse());
    }

    /// <summary>CANCEL, already answered: 487, unless we have answered before (section 9.2).</summary>
    public void OnCancelled(SipRequest cancel)
    {
        if (IsOpen)
        {
            RefuseNow(new Refusal(487));
            _owner?.Post(new SipCallEvent.Cancelled(ReasonHeader.First(cancel)));
        }
    }

    public void OnRequest(ServerTransaction transaction)
    {
        var request = transaction.Request;
        if (!_dialog.TryTakeCSeq(request))
        {
            transaction.Respond(Stack, 500, "CSeq Too Low");
        }
        else if (request.Method == SipMethod.Bye)
        {
            transaction.Respond(Stack, 200);
            OnCancelled(request); // the caller may end an early dialog so (section 15, MAPPING U-8)
        }
        else if (request.Method == SipMethod.Invite
            || (request.Method == SipMethod.Update && request.SessionDescription is not null))
        {
            transaction.RespondLater(Stack, _dialog.Id.LocalTag, RetryWaits.RetryAfterSeconds()); // theirs is open
        }
        else if (request.Method == SipMethod.Update)
        {
            _dialog.Learn(request);
            transaction.Respond(Responses.Begin(Stack, request, 200)
                .Add(SipHeaders.Contact, Contact(transaction)).BuildResponse());
        }
        else
        {
            InDialogAnswers.Respond(Stack, transaction);
        }
    }

    public void OnAck(SipRequest ack)
    {
    }

    /// <summary>RFC 3891 section 3: an early dialog can be replaced only at the end that initiated it.</summary>
    public ReplaceVerdict OnReplaces(bool earlyOnly) => new ReplaceVerdict.Refused(481);

    protected override void HangUpUnanswered(SipReason? reason) => RefuseNow(new Refusal(480, Reason: reason));

    protected override void OnRefuse(Refusal refusal) => RefuseNow(refusal);

    protected override void OnContact(SipUri contact) => _dialog.ContactUser = contact;

    protected override void OnProgress(int status, string? sdp)
    {
        if (!IsOpen || (_rung && status == 180 && sdp is null) || DescriptionSize.IsTooLarge(sdp))
        {
            return;
        }

        _rung |= status == 180;
        var response = Responses.Begin(Stack, Invite, status, null, _dialog.Id.LocalTag)
            .Add(SipHeaders.Contact, Contact(_transaction))
            .Add(SipHeaders.Allow, Stack.Policy.Allow);
        _progress = (sdp is null ? response : response.Body("application/sdp", sdp)).BuildResponse();
        _transaction.Respond(_progress);
        Remind();
    }

    protected override void OnAnswer(string sdp)
    {
        if (!IsOpen)
        {
            return;
        }

        if (DescriptionSize.IsTooLarge(sdp))
        {
            RefuseNow(new Refusal(500));
            _owner?.Post(new SipCallEvent.Cancelled(null)); // the owner thinks that it has answered
            return;
        }

        var interval = SessionInterval.ForAnswer(Invite);
        var response = Responses.Begin(Stack, Invite, 200, null, _dialog.Id.LocalTag)
            .Add(SipHeaders.Contact, Contact(_transaction))
            .Capabilities(Stack);
        SessionClock.Stamp(response, interval);
        StopReminding();
        Session = new CallSession(
            Stack, _dialog, _owner!, new CallTraits(OwnsCallId: false, sdp, Digest: null), () => Stack.Remove(this));
        Session.Clock.Start(interval);
        Session.Succeed(_transaction, response.Body("application/sdp", sdp).BuildResponse());
        _replaced?.GiveWay();
    }

    private string Contact(ServerTransaction transaction) => Stack.Names.Contact(transaction.Flow, _dialog.ContactUser);

    private void Remind()
    {
        _reminder?.Stop();
        _reminder = LoopTimer.Start(Stack.Loop, Reminder, () =>
        {
            _transaction.Respond(_progress!);
            Remind();
        });
    }

    private void StopReminding()
    {
        _reminder?.Stop();
        _reminder = null;
    }

    /// <summary>The caller cannot be reached any more.</summary>
    private void OnTransactionFailed()
    {
        if (IsOpen)
        {
            Finish();
            _owner?.Post(new SipCallEvent.Cancelled(null));
        }
    }

    private void Finish()
    {
        _over = true;
        StopReminding();
        Stack.Dialogs.Remove(_dialog.Id);
        Stack.Remove(this);
    }
}
