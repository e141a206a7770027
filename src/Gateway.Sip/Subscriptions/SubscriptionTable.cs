using System.Globalization;
using Gateway.Sip.Dialogs;
using Gateway.Sip.Messages;
using Gateway.Sip.Transactions;
using Gateway.Sip.Transports;
using Gateway.Sip.UserAgent;

namespace Gateway.Sip.Subscriptions;

/// <summary>A subscription as the stack's own housekeeping sees it.</summary>
internal interface IStackSubscription
{
    /// <summary>The endpoint stops: end it in whatever way its state asks for.</summary>
    void Abandon();
}

/// <summary>All subscriptions of an endpoint, and what opens them. Used on the loop only.</summary>
internal sealed class SubscriptionTable(SipStack stack)
{
    /// <summary>A lifetime below this is refused with 423 (RFC 6665 section 4.2.1.1): each costs two transactions.</summary>
    public const int LeastSeconds = 60;

    /// <summary>The most that we grant, and what is granted when nothing is asked (RFC 3856 section 6.4).</summary>
    public const int MostSeconds = 3600;

    private readonly HashSet<IStackSubscription> _all = [];
    private readonly Dictionary<(string CallId, string LocalTag), ClientSubscription> _withoutDialog = [];
    private readonly SortedDictionary<string, ISubscriptionHandler> _handlers = new(StringComparer.Ordinal);

    public int Count => _all.Count;

    /// <summary>Value of Allow-Events.</summary>
    public string AllowEvents => string.Join(", ", _handlers.Keys);

    private bool IsFull => _all.Count >= stack.Options.Limits.Subscriptions;

    public void Serve(string package, ISubscriptionHandler handler)
    {
        _handlers.Add(package, handler);
        Understand(SipMethod.Subscribe);
    }

    /// <summary>False when there are too many already.</summary>
    public bool TryAdd(IStackSubscription subscription)
    {
        if (IsFull)
        {
            return false;
        }

        if (_all.Add(subscription))
        {
            stack.Loop.Metrics.SubscriptionsChanged(1);
        }

        return true;
    }

    public void Remove(IStackSubscription subscription)
    {
        if (_all.Remove(subscription))
        {
            stack.Loop.Metrics.SubscriptionsChanged(-1);
            stack.CallIfIdle();
        }
    }

    /// <summary>A subscription of ours whose first NOTIFY will make its dialog.</summary>
    public void Expect(string callId, string localTag, ClientSubscription subscription)
    {
        _withoutDialog[(callId, localTag)] = subscription;
        Understand(SipMethod.Notify);
    }

    public void ExpectNoMore(string callId, string localTag) => _withoutDialog.Remove((callId, localTag));

    /// <summary>
    /// False when no subscription waits for this NOTIFY: it is none, it is late, or another fork's has come before, and there
    /// is one dialog only (RFC 3856 section 6.9).
    /// </summary>
    public bool TryTakeFirstNotify(ServerTransaction transaction)
    {
        var request = transaction.Request;
        if (request.Method != SipMethod.Notify || !_withoutDialog.TryGetValue((request.CallId, request.To.Tag ?? ""), out var waiting))
        {
            return false;
        }

        waiting.OnFirstNotify(transaction);
        return true;
    }

    /// <summary>A SUBSCRIBE outside any dialog that has passed the checks of RFC 3261 section 8.2.</summary>
    public void TakeSubscribe(ServerTransaction transaction)
    {
        var request = transaction.Request;
        if (request.Contact is null)
        {
            transaction.Respond(stack, 400, "Missing Contact");
        }
        else if (LoopGuard.IsOurs(request, stack.Options))
        {
            transaction.Respond(stack, 482);
        }
        else if (!EventHeader.TryRead(request, out var named) || !_handlers.TryGetValue(named.Package, out var handler))
        {
            Refuse(transaction, 489);
        }
        else if (TryGrant(request, out var granted) is { } tooShort)
        {
            transaction.Respond(tooShort);
        }
        else if (stack.IsDraining || IsFull)
        {
            transaction.Respond(Responses.Begin(stack, request, 503)
                .Add(SipHeaders.RetryAfter, NewInvites.RetryAfterOverload).BuildResponse());
        }
        else
        {
            Decide(transaction, named, granted, handler);
        }
    }

    /// <summary>How long it may last; 423 when what it asks for is too short.</summary>
    public SipResponse? TryGrant(SipRequest subscribe, out TimeSpan granted)
    {
        var asked = subscribe.Expires ?? MostSeconds;
        granted = TimeSpan.FromSeconds(Math.Min(asked, MostSeconds));
        return asked is 0 or >= LeastSeconds
            ? null
            : Responses.Begin(stack, subscribe, 423).Add(SipHeaders.MinExpires, LeastSeconds).BuildResponse();
    }

    /// <summary>The endpoint stops.</summary>
    public void EndAll()
    {
        foreach (var subscription in _all.ToArray())
        {
            subscription.Abandon();
        }
    }

    private void Understand(SipMethod method)
    {
        if (!stack.Policy.Methods.Contains(method))
        {
            stack.Policy = stack.Policy with { Methods = [.. stack.Policy.Methods, method] };
        }
    }

    private void Decide(ServerTransaction transaction, EventHeader named, TimeSpan granted, ISubscriptionHandler handler)
    {
        var request = transaction.Request;
        request.TryAddresses(SipHeaders.PAssertedIdentity, out var asserted);
        var incoming = new IncomingSubscription(
            request.RequestUri, request.From, request.CallId, named.Package, granted, request, transaction.Flow.Remote)
        {
            AssertedIdentities = asserted,
            Transport = transaction.Flow.Transport.Name(),
        };
        var subscription = new ServerSubscription(stack, transaction, named);
        switch (Ask(handler, incoming, subscription, transaction))
        {
            case SubscriptionDecision.Accept accept:
                subscription.Start(transaction, granted, accept);
                break;
            case SubscriptionDecision.Refuse refuse:
                Refuse(transaction, refuse.Status, refuse.Phrase, refuse.RetryAfterSeconds);
                break;
        }
    }

    /// <summary>A handler that fails has decided nothing: the subscriber hears 500, and the fault is counted and logged.</summary>
    private SubscriptionDecision Ask(
        ISubscriptionHandler handler, IncomingSubscription incoming, ServerSubscription subscription, ServerTransaction transaction)
    {
        try
        {
            return handler.OnSubscribe(incoming, subscription);
        }
        catch
        {
            transaction.Respond(stack, 500);
            throw;
        }
    }

    /// <summary>489 says what is served instead (RFC 6665 section 7.3.2).</summary>
    private void Refuse(ServerTransaction transaction, int status, string? phrase = null, int? retryAfterSeconds = null)
    {
        var response = Responses.Begin(stack, transaction.Request, status, phrase);
        if (status == 489 && _handlers.Count > 0)
        {
            response.Add(SipHeaders.AllowEvents, AllowEvents);
        }

        if (retryAfterSeconds is { } seconds)
        {
            response.Add(SipHeaders.RetryAfter, seconds.ToString(CultureInfo.InvariantCulture));
        }

        transaction.Respond(response.BuildResponse());
    }
}
