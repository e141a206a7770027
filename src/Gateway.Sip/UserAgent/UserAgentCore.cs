using System.Net;
using Gateway.Sip.Dialogs;
using Gateway.Sip.Messages;
using Gateway.Sip.Transactions;
using Gateway.Sip.Transports;

namespace Gateway.Sip.UserAgent;

/// <summary>Gives every message to what it belongs to: RFC 3261 sections 8.2, 12.2.2, 16.10, 18.</summary>
internal sealed class UserAgentCore(SipStack stack) : ISipReceiver
{
    private readonly Dictionary<SipMethod, ISipRequestHandler> _requests = [];

    public NewInvites Invites { get; } = new(stack);

    /// <summary>Serves further methods outside dialogs.</summary>
    public void Serve(ISipRequestHandler handler)
    {
        foreach (var method in handler.Methods)
        {
            _requests.Add(method, handler); // two for one method would be our own mistake
        }

        stack.Policy = stack.Policy with { Methods = [.. stack.Policy.Methods.Union(handler.Methods)] };
    }

    public void OnMessage(ReadOnlyMemory<byte> message, SipFlow flow)
    {
        stack.Wire.Taken(flow, message);
        var result = SipParser.Parse(message);
        switch (result.Message)
        {
            case SipResponse response:
                OnResponse(response);
                break;
            case SipRequest request:
                OnRequest(request.WithSource(flow.Remote), flow);
                break;
            default:
                OnFault(result.Fault!, flow);
                break;
        }
    }

    public void OnUnreachable(Undelivered undelivered)
    {
        stack.Loop.Metrics.Unreachable();
        stack.Transactions.Fail(undelivered);
    }

    /// <summary>What cannot be read is answered without a transaction, where it can be answered at all.</summary>
    private void OnFault(SipParseFault fault, SipFlow flow)
    {
        if (fault.IsKeepAlive)
        {
            return;
        }

        stack.Loop.Metrics.Malformed();
        stack.Log.Malformed(flow.Remote, fault.Phrase);
        if (fault.CanRespond)
        {
            var via = fault.TopVia.WithSource(flow.Remote);
            var response = fault.ToResponse(SipIdentifiers.Tag(), via);
            stack.Wire.Send(new ResponseRoute(flow, via, stack.Network).Now(), response.Raw, failed: null);
        }
    }

    private void OnResponse(SipResponse response)
    {
        if (!SipResponseChecks.IsForUserAgent(response) || !stack.Transactions.TryGive(response))
        {
            stack.Loop.Metrics.Stray();
        }
    }

    private void OnRequest(SipRequest request, SipFlow flow)
    {
        if (stack.Transactions.TryGive(request))
        {
            return;
        }

        if (request.Method == SipMethod.Ack)
        {
            OnAck(request);
        }
        else if (request.Method == SipMethod.Cancel)
        {
            OnCancel(request, flow);
        }
        else
        {
            OnNew(request, flow);
        }
    }

    private void OnAck(SipRequest ack)
    {
        if (stack.Dialogs.TryFind(DialogId.OfIncoming(ack), out var user))
        {
            user.OnAck(ack);
        }
        else
        {
            stack.Loop.Metrics.Stray();
        }
    }

    /// <summary>CANCEL is answered by itself, 200 even when it comes too late (section 9.2, MAPPING U-5).</summary>
    private void OnCancel(SipRequest cancel, SipFlow flow)
    {
        var own = stack.Transactions.Accept(cancel, flow);
        if (!stack.Transactions.TryFindCancelled(cancel, out var invite))
        {
            own.Respond(stack, 481);
            return;
        }

        own.Respond(stack, 200, toTag: invite.LocalTag);
        invite.Cancelled?.Invoke(cancel);
    }

    private void OnNew(SipRequest request, SipFlow flow)
    {
        if (request.To.Tag is null && stack.Transactions.Count >= stack.Options.Limits.Transactions)
        {
            var overload = Responses.Begin(stack, request, 503).Add(SipHeaders.RetryAfter, NewInvites.RetryAfterOverload);
            stack.Transactions.RespondStatelessly(request, flow, overload.BuildResponse());
            return;
        }

        var isMerged = stack.Transactions.IsMerged(request);
        var transaction = stack.Transactions.Accept(request, flow);
        if (isMerged)
        {
            transaction.Respond(stack, 482); // come by two ways (section 8.2.2.2)
        }
        else if (SipRequestChecks.Check(request, stack.Policy) is SipVerdict.Respond refusal)
        {
            transaction.Respond(refusal.ToResponse(request, SipIdentifiers.Tag()));
        }
        else if (request.To.Tag is not null)
        {
            OnInDialog(transaction);
        }
        else if (request.Method == SipMethod.Invite)
        {
            Invites.Take(transaction);
        }
        else if (request.Method == SipMethod.Subscribe)
        {
            stack.Subscriptions.TakeSubscribe(transaction);
        }
        else
        {
            OnOutsideDialog(transaction);
        }
    }

    private void OnInDialog(ServerTransaction transaction)
    {
        if (stack.Dialogs.TryFind(DialogId.OfIncoming(transaction.Request), out var user))
        {
            user.OnRequest(transaction);
        }
        else if (!stack.Subscriptions.TryTakeFirstNotify(transaction))
        {
            transaction.Respond(stack, 481);
        }
    }

    private void OnOutsideDialog(ServerTransaction transaction)
    {
        var method = transaction.Request.Method;
        if (_requests.TryGetValue(method, out var handler))
        {
            handler.OnRequest(new ServerRequest(stack, transaction));
        }
        else if (method == SipMethod.Options)
        {
            InDialogAnswers.Respond(stack, transaction); // as INVITE would be answered (section 11.2)
        }
        else
        {
            transaction.Respond(stack, 481); // BYE, UPDATE and INFO live in dialogs only
        }
    }
}
