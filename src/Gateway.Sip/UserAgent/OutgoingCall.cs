using System.Collections.Immutable;
using System.Globalization;
using Gateway.Sip.Dialogs;
using Gateway.Sip.Digest;
using Gateway.Sip.Messages;
using Gateway.Sip.Transactions;
using Gateway.Sip.Transports;

namespace Gateway.Sip.UserAgent;

/// <summary>
/// A call of ours until it is answered: forks (RFC 3261 section 13.2.2.4), CANCEL and its races (sections 9.1, 15). Events
/// follow the first 2xx; those of other forks are acknowledged and ended here (MAPPING U-3).
/// </summary>
internal sealed class OutgoingCall : SipCall, IClientRequestUser, IReplaceableCall
{
    private const int MostIntervals = 3;

    private readonly OutgoingInvite _invite;
    private readonly CallOwner _owner;
    private readonly NameAddr _from;
    private readonly DigestClient? _digest;
    private readonly Dictionary<string, EarlyDialog> _early = [];
    private readonly Dictionary<string, SuccessAck> _acks = [];
    private ClientRequest? _request;
    private uint _cseq;
    private int? _sessionExpires;
    private int _minSe = SessionInterval.LeastSeconds;
    private int _intervals;
    private bool _tried;
    private bool _cancelWished;
    private bool _cancelSent;
    private SipReason? _cancelReason;
    private LoopTimer? _patience;
    private bool _over;

    public OutgoingCall(SipStack stack, OutgoingInvite invite, ISipCallSink sink)
        : base(stack, invite.CallId)
    {
        _invite = invite;
        _owner = new CallOwner(sink, this);
        _from = invite.From.WithTag(SipIdentifiers.Tag());
        _digest = invite.Credentials is { } known ? new DigestClient(known.Username, known.Password) : null;
        _sessionExpires = stack.Options.SessionExpires;
    }

    public ISipCallSink Sink => _owner.Sink;

    /// <summary>Sends the INVITE. On the loop.</summary>
    public void Start()
    {
        Stack.Add(this);
        if (DescriptionSize.IsTooLarge(_invite.Sdp))
        {
            Fail(SipFailures.Local(513));
            return;
        }

        Send();
    }

    /// <summary>Another call takes this one's place before it was answered (RFC 3891 section 3).</summary>
    public void GiveWay()
    {
        _owner.Silence();
        Abandon();
    }

    public void OnResponse(ClientRequest request, SipResponse response)
    {
        if (response.IsProvisional)
        {
            OnProvisional(response);
        }
        else if (response.IsSuccess)
        {
            OnSuccess(response);
        }
        else if (!_over && Session is null && !TryLongerInterval(response))
        {
            Fail(SipFailures.Of(response));
        }
    }

    public void OnFailure(ClientRequest request, SipFailure failure) => Fail(failure);

    /// <summary>The peer said BYE in an early dialog: this branch is gone, the INVITE goes on (MAPPING U-7).</summary>
    public void OnEarlyEnd(string remoteTag) => RemoveEarly(remoteTag);

    protected override void HangUpUnanswered(SipReason? reason) => OnCancel(reason);

    protected override void OnCancel(SipReason? reason)
    {
        if (_over || Session is not null || _cancelWished)
        {
            return;
        }

        _cancelWished = true;
        _cancelReason = reason;
        _request!.IsLastAttempt = true;
        if (_request.Sent is null)
        {
            _request.GiveUp(); // nothing has left yet
            Fail(SipFailures.Local(487));
        }
        else
        {
            CancelIfHeard();
        }
    }

    private void Send()
    {
        _request = new ClientRequest(Stack, Template(), () => ++_cseq, _digest, this) { IsLastAttempt = _cancelWished };
        _request.Start();
    }

    private RequestTemplate Template()
    {
        var template = new RequestTemplate(SipMethod.Invite, _invite.RequestUri, _from, _invite.To.WithTag(null), _invite.CallId)
        {
            NextHop = _invite.NextHop ?? _invite.RequestUri,
            MaxForwards = _invite.MaxForwards,
            ContactUser = _invite.Contact ?? _invite.From.Uri,
            Sdp = _invite.Sdp,
            Headers =
            [
                new(SipHeaders.Allow, Stack.Policy.Allow),
                new(SipHeaders.Supported, string.Join(", ", Stack.Policy.Extensions)),
                new(LoopGuard.Header, Stack.Options.LoopToken),
            ],
        };
        if (_invite.AssertedIdentity is { } identity)
        {
            template = template.With(SipHeaders.PAssertedIdentity, identity.ToString());
        }

        if (_sessionExpires is { } seconds)
        {
            template = template
                .With(SipHeaders.SessionExpires, seconds.ToString(CultureInfo.InvariantCulture))
                .With(SipHeaders.MinSE, _minSe.ToString(CultureInfo.InvariantCulture));
        }

        return template with { Headers = template.Headers.AddRange(_invite.ExtraHeaders) };
    }

    private void OnProvisional(SipResponse response)
    {
        if (_over || Session is not null)
        {
            return;
        }

        if (!_tried)
        {
            _tried = true;
            _owner.Post(new SipCallEvent.Trying());
        }

        CancelIfHeard();
        if (response.Status == 100)
        {
            return;
        }

        var sdp = response.SessionDescription;
        if (response.To.Tag is { } tag)
        {
            UpdateEarly(tag, response, sdp);
        }

        _owner.Post(response.Status == 180
            ? new SipCallEvent.Ringing(sdp)
            : new SipCallEvent.Progress(response.Status, sdp));
    }

    private void UpdateEarly(string tag, SipResponse response, string? sdp)
    {
        if (response.Status == 199)
        {
            RemoveEarly(tag); // RFC 6228: this branch has ended
            return;
        }

        if (!_early.TryGetValue(tag, out var early))
        {
            var dialog = Dialog.OfCaller(_request!.Sent!, response, _invite.Contact ?? _invite.From.Uri);
            early = new EarlyDialog(Stack, this, dialog);
            _early.Add(tag, early);
            Stack.Dialogs.Set(dialog.Id, early);
        }

        early.Sdp = sdp ?? early.Sdp;
    }

    private void OnSuccess(SipResponse response)
    {
        var tag = response.To.Tag ?? "";
        if (_acks.TryGetValue(tag, out var known))
        {
            known.Send();
            return;
        }

        var dialog = Dialog.OfCaller(_request!.Sent!, response, _invite.Contact ?? _invite.From.Uri);
        var ack = new SuccessAck(Stack, dialog, _request.Sent!, _request.Flow!);
        _acks.Add(tag, ack);
        ack.Send();
        if (_over || Session is not null)
        {
            EndFork(dialog);
            return;
        }

        var earlySdp = _early.TryGetValue(tag, out var early) ? early.Sdp : null;
        EndAttempt();
        Session = new CallSession(
            Stack, dialog, _owner, new CallTraits(OwnsCallId: true, _invite.Sdp, _digest), () => Stack.Remove(this));
        Session.Clock.Start(SessionInterval.OfSuccess(response));
        _owner.Post(new SipCallEvent.Answered(response.SessionDescription ?? earlySdp));
    }

    /// <summary>Another branch answered too: ACK, then BYE.</summary>
    private void EndFork(Dialog dialog) => new ClientRequest(
        Stack, dialog.Request(SipMethod.Bye), dialog.NextCSeq, _digest, Deaf.Instance).Start();

    private void CancelIfHeard()
    {
        if (_cancelWished && !_cancelSent && _request is { HasProvisional: true, Sent: { } invite, Flow: { } flow })
        {
            _cancelSent = true;
            var reason = _cancelReason is null ? null : ReasonHeader.Write(_cancelReason);
            Stack.Transactions.Send(Transactions.Cancel.For(invite, reason), flow, Deaf.Instance);
            _patience = LoopTimer.Start(Stack.Loop, Stack.Timers.T1Times64, () =>
            {
                _request.GiveUp(); // no final response: RFC 3261 section 9.1
                Fail(SipFailures.Local(487));
            });
        }
    }

    /// <summary>422: again with both values raised to the peer's least (RFC 4028 section 7.3).</summary>
    private bool TryLongerInterval(SipResponse response)
    {
        if (response.Status != 422 || _cancelWished || _sessionExpires is null || ++_intervals > MostIntervals
            || response.Number(SipHeaders.MinSE) is not { } least || least > int.MaxValue)
        {
            return false;
        }

        _minSe = Math.Max(_minSe, (int)least);
        _sessionExpires = Math.Max(_sessionExpires.Value, _minSe);
        Send();
        return true;
    }

    private void Fail(SipFailure failure)
    {
        if (_over || Session is not null)
        {
            return;
        }

        _over = true;
        EndAttempt();
        Stack.Remove(this);
        _owner.Post(new SipCallEvent.Refused(failure));
    }

    private void EndAttempt()
    {
        _patience?.Stop();
        foreach (var tag in _early.Keys.ToImmutableArray())
        {
            RemoveEarly(tag);
        }
    }

    private void RemoveEarly(string tag)
    {
        if (_early.Remove(tag, out var early))
        {
            Stack.Dialogs.Remove(early.Dialog.Id);
        }
    }
}
