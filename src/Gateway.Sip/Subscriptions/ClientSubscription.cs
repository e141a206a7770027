using System.Collections.Immutable;
using System.Globalization;
using Gateway.Sip.Dialogs;
using Gateway.Sip.Digest;
using Gateway.Sip.Messages;
using Gateway.Sip.Transactions;
using Gateway.Sip.UserAgent;

namespace Gateway.Sip.Subscriptions;

/// <summary>Carries out what <see cref="Subscriber"/> says: one subscription of ours on the stack.</summary>
internal sealed class ClientSubscription : ISipSubscription, IStackSubscription, IDialogUser, IClientRequestUser
{
    private readonly SipStack _stack;
    private readonly OutgoingSubscription _wanted;
    private readonly ISubscriptionSink _sink;
    private readonly string _localTag = SipIdentifiers.Tag();
    private readonly DigestClient? _digest;
    private readonly SubscriptionTimers<SubscriberTimer> _timers;
    private Subscriber _table;
    private Dialog? _dialog;
    private uint _cseq;

    public ClientSubscription(SipStack stack, OutgoingSubscription wanted, ISubscriptionSink sink)
    {
        _stack = stack;
        _wanted = wanted;
        _sink = sink;
        _digest = wanted.Credentials is { } known ? new DigestClient(known.Username, known.Password) : null;
        _timers = new(stack.Loop, timer => Run(new SubscriberInput.Fired(timer)));
        _table = new Subscriber(SubscriberState.Idle, wanted.Expires, stack.Timers);
    }

    public string CallId { get; } = SipIdentifiers.CallId();

    /// <summary>On the loop.</summary>
    public void Start()
    {
        if (!_stack.Subscriptions.TryAdd(this))
        {
            _table = _table with { State = SubscriberState.Terminated };
            _sink.On(new SubscriptionEvent.Refused(SipFailures.Local(503)));
            return;
        }

        _stack.Subscriptions.Expect(CallId, _localTag, this);
        Run(new SubscriberInput.Begin());
    }

    public void Refresh() => _stack.Loop.Post(() => Run(new SubscriberInput.Refreshing()));

    public void Unsubscribe() => _stack.Loop.Post(Abandon);

    public void Abandon() => Run(new SubscriberInput.End());

    /// <summary>The NOTIFY that makes the dialog; it may come before the 2xx (RFC 6665 section 4.1.2.4).</summary>
    public void OnFirstNotify(ServerTransaction transaction)
    {
        if (IsFit(transaction) is not { } state)
        {
            return;
        }

        _stack.Subscriptions.ExpectNoMore(CallId, _localTag);
        _dialog = Dialog.OfSubscriber(transaction.Request, _wanted.From.Uri, _cseq, transaction.Flow);
        _stack.Dialogs.Set(_dialog.Id, this);
        Take(transaction, state);
    }

    public void OnRequest(ServerTransaction transaction)
    {
        if (!_dialog!.TryTakeCSeq(transaction.Request))
        {
            transaction.Respond(_stack, 500, "CSeq Too Low"); // RFC 3261 section 12.2.2
        }
        else if (transaction.Request.Method != SipMethod.Notify)
        {
            InDialogAnswers.Respond(_stack, transaction);
        }
        else if (IsFit(transaction) is { } state)
        {
            _dialog.Learn(transaction.Request);
            Take(transaction, state);
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
            _dialog?.Learn(response);
            Run(new SubscriberInput.Succeeded(response.Expires is { } seconds ? TimeSpan.FromSeconds(seconds) : null));
        }
        else if (response.IsFinal)
        {
            Run(new SubscriberInput.Failed(
                SipFailures.Of(response),
                response.Number(SipHeaders.MinExpires) is { } seconds ? TimeSpan.FromSeconds(seconds) : null,
                response.Header(SipHeaders.AllowEvents)));
        }
    }

    public void OnFailure(ClientRequest request, SipFailure failure) => Run(new SubscriberInput.Failed(failure));

    /// <summary>Null when the NOTIFY has been refused: another event, no state, a body that we never said we understand.</summary>
    private SubscriptionStateHeader? IsFit(ServerTransaction transaction)
    {
        var notify = transaction.Request;
        if (!EventHeader.TryRead(notify, out var named) || named != new EventHeader(_wanted.Package, null))
        {
            transaction.Respond(Responses.Begin(_stack, notify, 489).Add(SipHeaders.AllowEvents, _wanted.Package).BuildResponse());
            return null;
        }

        var body = SipBody.Of(notify);
        if (body is not null && !_wanted.Accept.IsEmpty && !_wanted.Accept.Contains(body.MediaType))
        {
            transaction.Respond(Responses.Begin(_stack, notify, 415)
                .Add(SipHeaders.Accept, string.Join(", ", _wanted.Accept)).BuildResponse());
            return null;
        }

        if (body is not null && _wanted.IsReadable?.Invoke(body) == false)
        {
            transaction.Respond(_stack, 400, "Malformed Body");
            return null;
        }

        var state = SubscriptionStateHeader.Of(notify);
        if (state is null)
        {
            transaction.Respond(_stack, 400, "Missing or Malformed Subscription-State");
        }

        return state;
    }

    private void Take(ServerTransaction transaction, SubscriptionStateHeader state)
    {
        transaction.Respond(_stack, 200);
        Run(new SubscriberInput.Notify(state, SipBody.Of(transaction.Request)));
    }

    private void Run(SubscriberInput input)
    {
        (_table, var todo) = _table.On(input);
        foreach (var effect in todo)
        {
            Do(effect);
        }
    }

    private void Do(SubscriberEffect effect)
    {
        switch (effect)
        {
            case SubscriberEffect.SendSubscribe send:
                new ClientRequest(_stack, Subscribe(send.Expires), NextCSeq, _digest, this)
                {
                    LastResort = _dialog?.Flow is { IsReliable: true } flow ? flow : null,
                }.Start();
                break;
            case SubscriberEffect.Arm arm:
                _timers.Arm(arm.Timer, arm.After);
                break;
            case SubscriberEffect.Disarm disarm:
                _timers.Disarm(disarm.Timer);
                break;
            case SubscriberEffect.Tell tell:
                _sink.On(tell.Event);
                break;
            case SubscriberEffect.Forget:
                _stack.Subscriptions.ExpectNoMore(CallId, _localTag);
                if (_dialog is not null)
                {
                    _stack.Dialogs.Remove(_dialog.Id);
                }

                _stack.Subscriptions.Remove(this);
                break;
        }
    }

    private uint NextCSeq() => _dialog is null ? ++_cseq : _dialog.NextCSeq();

    private RequestTemplate Subscribe(TimeSpan expires)
    {
        var template = _dialog?.Request(SipMethod.Subscribe) ?? new RequestTemplate(
            SipMethod.Subscribe, _wanted.RequestUri, _wanted.From.WithTag(_localTag), _wanted.To.WithTag(null), CallId)
        {
            NextHop = _wanted.NextHop ?? _wanted.RequestUri,
            ContactUser = _wanted.From.Uri,
        };
        return template with
        {
            Headers =
            [
                new(SipHeaders.Event, _wanted.Package),
                new(SipHeaders.Expires, ((long)expires.TotalSeconds).ToString(CultureInfo.InvariantCulture)),
                .. AcceptHeader,
                new(LoopGuard.Header, _stack.Options.LoopToken),
                .. _wanted.ExtraHeaders,
            ],
        };
    }

    private ImmutableArray<KeyValuePair<string, string>> AcceptHeader =>
        _wanted.Accept.IsEmpty ? [] : [new(SipHeaders.Accept, string.Join(", ", _wanted.Accept))];
}
