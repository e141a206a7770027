using System.Collections.Immutable;
using System.Globalization;
using Gateway.Mapping.Configuration;
using Gateway.Sip.InstantMessages;
using Gateway.Sip.Messages;
using Gateway.Sip.UserAgent;
using Gateway.Xmpp.Addresses;
using Gateway.Xmpp.Messages;
using Gateway.Xmpp.Stanzas;

namespace Gateway.Mapping.Messages;

/// <summary>From SIP to XMPP.</summary>
public sealed partial class MessageService
{
    private const int RetryAfterSeconds = 10;

    /// <inheritdoc/>
    public ImmutableArray<SipMethod> Methods => [SipMethod.Message];

    /// <inheritdoc/>
    public void OnRequest(ISipServerRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (_draining || !_parts.Link.IsUp)
        {
            Refuse(request, 503, "no way to XMPP now", RetryAfterSeconds); // MAPPING U-43
        }
        else if (!_admission.TryAdmit(request, out var admitted, out var refusal))
        {
            Refuse(request, refusal.Status, refusal.Detail, refusal.RetryAfter);
        }
        else
        {
            Take(request, admitted);
        }
    }

    private void Take(ISipServerRequest request, AdmittedToXmpp admitted)
    {
        switch (FromSip.Read(request.Request, _parts.Time.GetUtcNow()))
        {
            case FromSip.Words words:
                TakeWords(request, words, admitted);
                break;
            case FromSip.Typing { State: var state }:
                ShowTyping(request.Request.CallId, state, admitted);
                request.Respond(200);
                break;
            case FromSip.Notification { What: var told }:
                Confirm(told, admitted);
                request.Respond(200);
                break;
            case FromSip.Malformed { Phrase: var phrase }:
                Refuse(request, 400, phrase, null);
                break;
            case FromSip.Unsupported:
                _metrics.ToXmpp("refused");
                request.Respond(415, headers: [new(SipHeaders.Accept, FromSip.Accept)]);
                break;
            default:
                _metrics.ToXmpp("dropped");
                request.Respond(_options.AcceptedStatus); // M-13: as if it had been delivered
                break;
        }
    }

    private void TakeWords(ISipServerRequest request, FromSip.Words words, AdmittedToXmpp admitted)
    {
        var (user, sender) = (admitted.User, admitted.Sender.Jid);
        var sipUser = SipUserOf(sender);
        if (words.FormattedAs is { } type)
        {
            _formatted.Saw(sipUser, type);
        }

        var pair = PairOf(user, sipUser);
        var isChat = pair.IsChat || _options.Kind == MessageKind.Chat;
        var asksDelivery = _options.Notifications && words.MessageId is not null && words.Notifications.Contains("positive-delivery");
        var asksDisplay = _options.Notifications && words.MessageId is not null && words.Notifications.Contains("display");
        var callId = request.Request.CallId;
        var stanza = MessageStanzas.Words(
            words, MessageStanzas.Speaker(sender), admitted.Recipient, _parts.Threads.ThreadOf(user, sipUser, callId), isChat,
            withState: pair.Spoke() && isChat, asksDelivery, asksDisplay);
        var id = stanza.Attribute("id")!.Value;
        if (asksDelivery || asksDisplay || words.Notifications.Contains("negative-delivery"))
        {
            _confirmations.Ask(user, id, new AskedOfXmpp(
                words.MessageId ?? "", asksDelivery, asksDisplay,
                _options.Notifications && words.MessageId is not null && words.Notifications.Contains("negative-delivery"), callId,
                _parts.Time.GetUtcNow()));
        }

        if (!_parts.Link.TrySend(stanza))
        {
            Refuse(request, 503, "too much waits for XMPP", RetryAfterSeconds);
            return;
        }

        _sent.Set((user, id), true);
        request.Respond(_options.AcceptedStatus); // M-14
        _metrics.ToXmpp("delivered");
        _log.DeliveredToXmpp(callId, sender.ToString(), id, admitted.Recipient.ToString());
    }

    private void ShowTyping(string callId, IsComposing typing, AdmittedToXmpp admitted)
    {
        var (user, contact) = (admitted.User, admitted.Sender.Jid);
        var sipUser = SipUserOf(contact);
        var pair = PairOf(user, sipUser);
        var state = typing.IsActive ? ChatState.Composing : ChatState.Active;
        if (pair.TryShow(state, typing.IsActive ? () => Expiry(typing.Refresh ?? IsComposing.DefaultRefresh) : null))
        {
            Show(state);
        }

        ITimer Expiry(TimeSpan refresh) => _parts.Time.CreateTimer(
            _ =>
            {
                if (pair.TryShow(ChatState.Paused, null))
                {
                    Show(ChatState.Paused);
                }
            },
            null, refresh, Timeout.InfiniteTimeSpan);

        void Show(ChatState shown) => _parts.Link.TrySend(MessageStanzas.State(
            shown, MessageStanzas.Speaker(contact), admitted.Recipient, _parts.Threads.ThreadOf(user, sipUser, callId)));
    }

    // M-17; only whom the message went to may confirm it.
    private void Confirm(ImdnNotification told, AdmittedToXmpp admitted)
    {
        if (!_confirmations.TryFind(told.MessageId, admitted.User, SipUserOf(admitted.Sender.Jid), out var asked))
        {
            return;
        }

        var stanza = asked.Stanza;
        switch (told.Kind)
        {
            case ImdnKind.Delivered when asked.Words.WantsReceipt:
                _parts.Link.TrySend(MessageStanzas.Confirmation(Receipts.Received(stanza.Id!), stanza.To, stanza.From));
                break;
            case ImdnKind.Displayed when asked.Words.IsMarkable:
                _parts.Link.TrySend(MessageStanzas.Confirmation(ChatMarkers.Displayed(stanza.Id!), stanza.To, stanza.From));
                break;
            case ImdnKind.Failed:
                _parts.Link.TrySend(stanza.ErrorReply(
                    new StanzaError(StanzaErrorCondition.RecipientUnavailable, "accepted, but not delivered", "wait")));
                break;
        }
    }

    // M-14: the sender has had its answer; only one that asked for notifications can still be told.
    internal void OnMessageError(MessageStanza message, StanzaError error)
    {
        if (message.Id is null || !_sent.Remove((message.From.Bare, message.Id)))
        {
            return; // not of ours
        }

        _metrics.ToXmpp("bounced");
        _log.Bounced(message.Id, message.From.ToString(), error.Condition);
        if (_confirmations.TryFind(message.From, message.Id, out var asked) && asked.Failure
            && _admission.TryAdmit(message.From, message.To, out var to, out _))
        {
            _ = NotifyAsync(message.From, to, asked, ImdnKind.Failed);
        }
    }

    /// <summary>The key of what is kept of a SIP user; an anonymous one has but the JID of this message.</summary>
    private Jid SipUserOf(Jid contact) =>
        _parts.Addresses.TryCanonical(contact, out var canonical, out _) ? canonical : contact.Bare;

    private void Refuse(ISipServerRequest request, int status, string why, int? retryAfter)
    {
        _metrics.ToXmpp("refused");
        _log.RefusedFromSip(request.Request.CallId, request.Source.ToString(), status, why);
        request.Respond(status, headers: retryAfter is { } seconds
            ? [new(SipHeaders.RetryAfter, seconds.ToString(CultureInfo.InvariantCulture))]
            : []);
    }
}
