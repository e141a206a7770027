using Gateway.Sip.Dialogs;
using Gateway.Sip.Digest;
using Gateway.Sip.Messages;
using Gateway.Sip.Transactions;
using Gateway.Sip.UserAgent;

namespace Gateway.Sip.Subscriptions;

/// <summary>Carries out what <see cref="Notifier"/> says: one subscription of the peer on the stack.</summary>
internal sealed class ServerSubscription : ISipNotifier, IStackSubscription, IDialogUser, IClientRequestUser
{
    private const int RetryAfterRestart = 30; // seconds that a stop and a start take, generously

    private readonly SipStack _stack;
    private readonly Dialog _dialog;
    private readonly EventHeader _event;
    private readonly SubscriptionTimers<NotifierTimer> _timers;
    private INotifierSink? _sink;
    private DigestClient? _digest;
    private Notifier _table = new(NotifierState.Fresh, TimeSpan.Zero);
    private DateTimeOffset _ends;

    public ServerSubscription(SipStack stack, ServerTransaction subscribe, EventHeader named)
    {
        _stack = stack;
        _event = named;
        _dialog = Dialog.OfCalled(subscribe.Request, SipIdentifiers.Tag(), subscribe.Request.RequestUri, subscribe.Flow);
        _timers = new(stack.Loop, timer => Run(new NotifierInput.Fired(timer)));
    }

    public string CallId => _dialog.Id.CallId;

    private DateTimeOffset Now => _stack.Loop.Time.GetUtcNow();

    /// <summary>Accepted: 200, then NOTIFY.</summary>
    public void Start(ServerTransaction transaction, TimeSpan expires, SubscriptionDecision.Accept accepted)
    {
        _stack.Subscriptions.TryAdd(this);
        _stack.Dialogs.Set(_dialog.Id, this);
        _sink = accepted.Sink;
        _digest = accepted.Credentials is { } known ? new DigestClient(known.Username, known.Password) : null;
        _table = _table with { Pace = accepted.Pace };
        Succeed(transaction, expires);
        Run(new NotifierInput.Begin(expires, accepted.IsActive, accepted.Body, accepted.IsBodyLater));
    }

    public void Notify(bool isActive, SipBody? body) => _stack.Loop.Post(() => Run(new NotifierInput.Say(isActive, body)));

    public void Terminate(TerminationReason reason, SipBody? body, int? retryAfterSeconds) => _stack.Loop.Post(() => Run(
        new NotifierInput.Terminate(reason, body, retryAfterSeconds is { } seconds ? TimeSpan.FromSeconds(seconds) : null)));

    /// <summary>The endpoint stops, and as a rule comes back.</summary>
    public void Abandon() =>
        Run(new NotifierInput.Terminate(TerminationReason.Probation, null, TimeSpan.FromSeconds(RetryAfterRestart)));

    public void OnRequest(ServerTransaction transaction)
    {
        var request = transaction.Request;
        if (!_dialog.TryTakeCSeq(request))
        {
            transaction.Respond(_stack, 500, "CSeq Too Low"); // RFC 3261 section 12.2.2
        }
        else if (request.Method != SipMethod.Subscribe)
        {
            InDialogAnswers.Respond(_stack, transaction);
        }
        else if (!EventHeader.TryRead(request, out var named) || named != _event)
        {
            transaction.Respond(_stack, 403, "One Subscription A Dialog"); // RFC 6665 section 4.5.2
        }
        else if (_table.State is not (NotifierState.Running or NotifierState.Leaving))
        {
            transaction.Respond(_stack, 481); // the last NOTIFY is on its way
        }
        else if (_stack.Subscriptions.TryGrant(request, out var granted) is { } tooShort)
        {
            transaction.Respond(tooShort);
        }
        else
        {
            _dialog.Learn(request);
            Succeed(transaction, granted);
            Run(new NotifierInput.Resubscribed(granted));
        }
    }

    public void OnAck(SipRequest ack)
    {
    }

    public ReplaceVerdict OnReplaces(bool earlyOnly) => new ReplaceVerdict.Refused(481);

    public void OnResponse(ClientRequest request, SipResponse response)
    {
        if (response.IsSuccess)
        {
            _dialog.Learn(response);
            Run(new NotifierInput.Delivered());
        }
        else if (response.IsFinal)
        {
            Run(new NotifierInput.Undelivered(SipFailures.Of(response)));
        }
    }

    public void OnFailure(ClientRequest request, SipFailure failure) => Run(new NotifierInput.Undelivered(failure));

    private void Succeed(ServerTransaction transaction, TimeSpan expires)
    {
        _ends = Now + expires;
        transaction.Respond(Responses.Begin(_stack, transaction.Request, 200, null, _dialog.Id.LocalTag)
            .Add(SipHeaders.Contact, _stack.Names.Contact(transaction.Flow, _dialog.ContactUser))
            .Add(SipHeaders.Expires, (long)expires.TotalSeconds)
            .BuildResponse());
    }

    private void Run(NotifierInput input)
    {
        (_table, var todo) = _table.On(input);
        foreach (var effect in todo)
        {
            Do(effect);
        }
    }

    private void Do(NotifierEffect effect)
    {
        switch (effect)
        {
            case NotifierEffect.SendNotify send:
                new ClientRequest(_stack, NotifyTemplate(send), _dialog.NextCSeq, _digest, this)
                {
                    LastResort = _dialog.Flow is { IsReliable: true } flow ? flow : null,
                }.Start();
                break;
            case NotifierEffect.Arm arm:
                _timers.Arm(arm.Timer, arm.After);
                break;
            case NotifierEffect.Disarm disarm:
                _timers.Disarm(disarm.Timer);
                break;
            case NotifierEffect.Tell tell:
                _sink?.On(tell.Event);
                break;
            case NotifierEffect.Forget:
                _stack.Dialogs.Remove(_dialog.Id);
                _stack.Subscriptions.Remove(this);
                break;
        }
    }

    private RequestTemplate NotifyTemplate(NotifierEffect.SendNotify send)
    {
        var left = _ends - Now;
        var state = send.State.Phase == SubscriptionPhase.Terminated
            ? send.State
            : send.State with { Expires = left > TimeSpan.Zero ? left : TimeSpan.Zero };
        return _dialog.Request(SipMethod.Notify) with
        {
            Headers = [new(SipHeaders.Event, _event.ToString()), new(SipHeaders.SubscriptionState, state.ToString())],
            Body = send.Body,
        };
    }
}
