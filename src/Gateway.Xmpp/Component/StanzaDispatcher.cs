using System.Xml.Linq;
using Gateway.Xmpp.Addresses;
using Gateway.Xmpp.Routing;
using Gateway.Xmpp.Stanzas;
using Microsoft.Extensions.Logging;

namespace Gateway.Xmpp.Component;

/// <summary>
/// Takes each element off the stream to who handles it, and sees to it that every IQ request gets exactly one answer (K-3) and that
/// nothing of type error or result is ever answered (RFC 6120 sections 8.2.3 and 8.3.1).
/// </summary>
internal sealed class StanzaDispatcher(
    Jid domain, StanzaRouter router, IqRequests requests, TimeProvider time, ILogger logger, LogLimiter limiter, XmppMetrics metrics,
    Action<XElement> send)
{
    public void Dispatch(XElement element)
    {
        metrics.Read(element.Name.LocalName is "message" or "presence" or "iq" ? element.Name.LocalName : "other");
        if (!Stanza.TryRead(element, out var stanza, out var fault))
        {
            Refuse("malformed", fault);
            return;
        }

        if (!string.Equals(stanza.To.Domain, domain.Domain, StringComparison.Ordinal))
        {
            Refuse("not-ours", "not addressed to this component's domain");
            return;
        }

        switch (stanza)
        {
            case IqStanza { IsRequest: true } request:
                Answer(request);
                break;
            case IqStanza { Kind: IqKind.Unknown } iq:
                send(iq.ErrorReply(new StanzaError(StanzaErrorCondition.BadRequest, "an IQ is of type get, set, result or error")));
                break;
            case IqStanza answer when !requests.TryComplete(answer):
                Refuse("unasked-answer", "an IQ answer that answers nothing, or from another sender than was asked");
                break;
            case MessageStanza message:
                Take(message);
                break;
            case PresenceStanza presence:
                foreach (var handler in router.PresenceHandlers)
                {
                    Guarded(presence, () => handler(presence));
                }

                break;
        }
    }

    private void Answer(IqStanza request)
    {
        var children = request.Element.Elements().ToArray();
        if (request.Id is null || children is not [var payload]) // RFC 6120 section 8.2.3, rules 1 and 4
        {
            send(request.ErrorReply(new StanzaError(
                StanzaErrorCondition.BadRequest, "a request has an id and exactly one child element")));
            return;
        }

        StanzaResult? result = null;
        if (!Guarded(request, () => result = router.Handle(request, payload)))
        {
            send(request.ErrorReply(new StanzaError(StanzaErrorCondition.InternalServerError)));
            return;
        }

        switch (result)
        {
            case StanzaResult.Taken:
                send(request.ResultReply(null));
                break;
            case StanzaResult.Answer answer:
                send(request.ResultReply(answer.Payload));
                break;
            case StanzaResult.Refusal refusal:
                send(request.ErrorReply(refusal.Fault));
                break;
            case StanzaResult.Later later:
                later.Responder.Bind(request, time, send);
                break;
            default:
                send(request.ErrorReply(new StanzaError(StanzaErrorCondition.ServiceUnavailable)));
                break;
        }
    }

    private void Take(MessageStanza message)
    {
        if (message.IsError)
        {
            foreach (var handler in router.MessageErrorHandlers)
            {
                Guarded(message, () => handler(message, message.Error!));
            }

            return;
        }

        StanzaResult? result = null;
        if (!Guarded(message, () => result = router.Handle(message)))
        {
            send(message.ErrorReply(new StanzaError(StanzaErrorCondition.InternalServerError)));
            return;
        }

        switch (result)
        {
            case StanzaResult.Refusal refusal:
                send(message.ErrorReply(refusal.Fault));
                break;

            // Nothing is lost in silence, but only words are something: receipts, chat states and markers that nobody wants
            // are not worth a bounce, and a headline never is (RFC 6121 section 8.5.2.2.2).
            case StanzaResult.NotTaken when message.Body is not null && message.Type != "headline":
                send(message.ErrorReply(new StanzaError(StanzaErrorCondition.ServiceUnavailable)));
                break;
            case StanzaResult.NotTaken:
                metrics.Refused("unhandled-message");
                break;
            case StanzaResult.Answer or StanzaResult.Later:
                Log.HandlerFailed(logger, "message", new InvalidOperationException("Only an IQ is answered by Reply or Deferred."));
                break;
        }
    }

    /// <summary>Runs another room's code: what it throws is logged, and the stream goes on.</summary>
    private bool Guarded(Stanza stanza, Action handler)
    {
        try
        {
            handler();
            return true;
        }
#pragma warning disable CA1031 // any exception of a handler is a fault of ours that must not end everybody's calls
        catch (Exception e)
#pragma warning restore CA1031
        {
            Log.HandlerFailed(logger, stanza.Element.Name.LocalName, e);
            return false;
        }
    }

    private void Refuse(string reason, string text)
    {
        metrics.Refused(reason);
        if (limiter.MayWrite(reason, out var suppressed))
        {
            Log.StanzaRefused(logger, text, suppressed);
        }
    }
}
