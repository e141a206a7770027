using Gateway.Mapping.Addresses;
using Gateway.Mapping.Chats;
using Gateway.Mapping.Configuration;
using Gateway.Mapping.Errors;
using Gateway.Sip.InstantMessages;
using Gateway.Sip.Messages;
using Gateway.Sip.UserAgent;
using Gateway.Xmpp.Addresses;
using Gateway.Xmpp.Messages;
using Gateway.Xmpp.Routing;
using Gateway.Xmpp.Stanzas;
using Gateway.Xmpp.Xhtml;
using ChatState = Gateway.Xmpp.Messages.ChatState;

namespace Gateway.Mapping.Messages;

/// <summary>From XMPP to SIP.</summary>
public sealed partial class MessageService
{
    private static readonly TimeSpan TypingHolds = TimeSpan.FromMinutes(5); // MAPPING C-31: the ceiling, told instead of refreshed
    private static readonly TimeSpan UntypedHolds = TimeSpan.FromHours(1);

    internal StanzaResult OnMessage(MessageStanza message)
    {
        var read = FromXmpp.Read(message, _options, _parts.Time.GetUtcNow());
        switch (read)
        {
            case FromXmpp.Refused { Error: var error }:
                _metrics.ToSip("refused");
                return StanzaResult.Error(error);
            case FromXmpp.Nothing:
                return StanzaResult.Done;
            case FromXmpp.Words when message.To.Local is null:
                return StanzaResult.Error(StanzaErrorCondition.ServiceUnavailable, "messages go to an address at this gateway");
            case { } when message.To.Local is null:
                return StanzaResult.Done;
        }

        if (!_admission.TryAdmit(message.From, message.To, out var to, out var refusal))
        {
            _metrics.ToSip("refused");
            _log.RefusedFromXmpp(message.From.ToString(), message.To.ToString(), refusal.Status, refusal.Detail);
            return read is FromXmpp.Words ? StanzaResult.Error(refusal.Error) : StanzaResult.Done;
        }

        return read switch
        {
            FromXmpp.Words { IsChat: true } words when _parts.Digits?.TryDial(message.From, message.To, words.Body) == true =>
                StanzaResult.Done, // a secret from here on: neither sent nor remembered
            FromXmpp.Words words => OnWords(message, words, to),
            FromXmpp.State state => OnState(message, state, to),
            FromXmpp.Confirmation confirmation => OnConfirmation(message, confirmation, to),
            _ => StanzaResult.Done,
        };
    }

    private StanzaResult OnWords(MessageStanza message, FromXmpp.Words words, AdmittedToSip to)
    {
        if (_draining)
        {
            return Full("the gateway is being stopped");
        }

        if (!TryCountIn())
        {
            return Full("too many messages wait");
        }

        PairOf(message.From, to.SipUser).UserWrote(words.IsChat, ChatStates.Of(message) is not null);
        var actor = _conversations.GetOrAdd(
            (message.From.Bare, to.SipUser), this, static service => service.NewConversation());
        if (actor.TrySay(id => new Saying(id, message, words, to) { Until = _parts.Time.GetUtcNow() + _options.Deadline }))
        {
            return StanzaResult.Done;
        }

        CountOut();
        return Full("too many messages to this address wait");
    }

    private ConversationActor NewConversation() => new(_options.Chat, _options.Waiting, Run, _log.Crashed);

    private StanzaResult Full(string why)
    {
        _metrics.ToSip("refused");
        return StanzaResult.Error(new StanzaError(StanzaErrorCondition.ResourceConstraint, why, "wait"));
    }

    private void Run(ConversationActor actor, ConversationEffect effect)
    {
        switch (effect)
        {
            case ConversationEffect.Offer { IsAway: true } or ConversationEffect.Page { IsAway: true } when IsOver(effect.Saying):
                actor.Post(new ConversationEvent.Expired(effect.Saying.Id));
                break;
            case ConversationEffect.Rest rest:
                _ = RestAsync(actor, rest);
                break;
            case ConversationEffect.Offer offer:
                try
                {
                    Offer(actor, offer);
                }
#pragma warning disable CA1031 // A mistake of ours in a session must not stop the conversation: the message comes back.
                catch (Exception mistake)
#pragma warning restore CA1031
                {
                    _log.Crashed(mistake);
                    actor.Post(new ConversationEvent.SessionSettled(
                        offer.Saying.Id, new ChatOutcome.Failed(500, new StanzaError(StanzaErrorCondition.InternalServerError))));
                }

                break;
            case ConversationEffect.Page { Saying: var saying }:
                _ = PageAsync(actor, saying);
                break;
            case ConversationEffect.Delivered delivered:
                Delivered(delivered.Saying, delivered.IsConfirmed);
                break;
            case ConversationEffect.Fail fail:
                Return(fail.Saying, fail.Error);
                break;
            case ConversationEffect.Refuse refuse:
                Return(refuse.Saying, ErrorMapping.ToXmpp(refuse.Status, SipPhrases.Of(refuse.Status), _parts.Options.ExposeReason));
                break;
            case ConversationEffect.RememberPageOnly { Saying.To.SipUser: var sipUser }:
                if (!_pageOnly.Contains(sipUser))
                {
                    _pageOnly.Add(sipUser, _options.PageOnly);
                    _log.PageOnly(sipUser.ToString(), _options.PageOnly);
                }

                break;
        }
    }

    private void Offer(ConversationActor actor, ConversationEffect.Offer offer)
    {
        var (id, stanza, to) = (offer.Saying.Id, offer.Saying.Stanza, offer.Saying.To);
        var taking = _parts.Sessions?.TrySend(stanza, Settled) ?? ChatTaking.NoSession;
        if (taking == ChatTaking.NoSession && offer.MayOpen && _parts.Sessions is { } sessions
            && (_options.Chat == ChatMode.Session || !_pageOnly.Contains(to.SipUser)))
        {
            taking = sessions.Open(
                stanza, new ChatRoute(to.Target, to.SipUser, _parts.Addresses.XmppCallerToSip(stanza.From)), Settled);
        }

        actor.Post(taking == ChatTaking.Taken
            ? new ConversationEvent.SessionTook(id)
            : new ConversationEvent.NoSession(id, IsFull: taking == ChatTaking.Refused));

        void Settled(ChatOutcome outcome) => actor.Post(new ConversationEvent.SessionSettled(id, outcome));
    }

    private async Task PageAsync(ConversationActor actor, Saying saying)
    {
        PageOutcome outcome;
        try
        {
            outcome = await _pages.SendAsync(PageOf(saying), saying.Until, _stopping.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            outcome = new PageOutcome.Failed(
                new StanzaError(StanzaErrorCondition.RemoteServerTimeout, "the gateway was stopped before the message could be delivered", "wait"), 408);
        }
#pragma warning disable CA1031 // Whatever our own mistake was, the sender must learn that the message has not arrived.
        catch (Exception mistake)
#pragma warning restore CA1031
        {
            _log.Crashed(mistake);
            outcome = new PageOutcome.Failed(new StanzaError(StanzaErrorCondition.InternalServerError), 500);
        }

        actor.Post(new ConversationEvent.Paged(saying.Id, outcome));
    }

    private async Task RestAsync(ConversationActor actor, ConversationEffect.Rest rest)
    {
        var (saying, wait) = (rest.Saying, Patience.Wait(rest.RetryAfter, rest.Saying.Attempts - 1));
        if (_parts.Time.GetUtcNow() + wait <= saying.Until)
        {
            try
            {
                await Task.Delay(wait, _parts.Time, _stopping.Token).ConfigureAwait(false);
                _metrics.Retried(rest.Status);
                _log.Retried(rest.Status);
                actor.Post(new ConversationEvent.Rested(saying.Id));
                return;
            }
            catch (OperationCanceledException)
            {
                // The gateway is being stopped: the message comes back.
            }
        }

        actor.Post(new ConversationEvent.Expired(saying.Id));
    }

    private bool IsOver(Saying saying) => saying.Until <= _parts.Time.GetUtcNow();

    private PageMessage PageOf(Saying saying)
    {
        var (words, user, to) = (saying.Words, saying.Stanza.From, saying.To);
        return new PageMessage(to.Target, _parts.Addresses.XmppCallerToSip(user), ConversationOf(user, to.SipUser, words.Thread))
        {
            Text = words.Body,
            Formatted = saying.Stanza.Payload(FormattedText.Namespace + "html") is { } html && FormattedText.OfXhtmlIm(html) is { } formatted
                ? _formatted.Write(to.SipUser, words.Body, formatted.ToHtml())
                : null,
            FormattedRefused = () => _formatted.Forget(to.SipUser),
            Language = words.Language,
            Subject = SafeText.Clean(words.Subject),
            Sent = words.Sent,
            Wrap = _options.Notifications && saying.Stanza.Id is not null && (words.WantsReceipt || words.IsMarkable)
                ? body => Wrap(body, saying)
                : null,
        };
    }

    private SipConversation ConversationOf(Jid user, Jid sipUser, string? thread) => thread is null
        ? PairOf(user, sipUser).Threadless
        : ConversationOf(_parts.Threads.CallIdOf(user, sipUser, thread));

    // RFC 5438 section 7.1.1.
    private SipBody Wrap(SipBody body, Saying saying)
    {
        var id = Convert.ToHexStringLower(System.Security.Cryptography.RandomNumberGenerator.GetBytes(8));
        _confirmations.Ask(id, new AskedOfSip(saying.Stanza, saying.Words, saying.To.SipUser));
        return new CpimMessage(body)
        {
            From = _parts.Addresses.XmppCallerToSip(saying.Stanza.From).ToString(),
            To = saying.To.Target.To.ToString(),
            Sent = saying.Words.Sent ?? _parts.Time.GetUtcNow(),
            MessageId = id,
            Notifications = saying.Words.IsMarkable
                ? ["positive-delivery", "negative-delivery", "display"]
                : ["positive-delivery", "negative-delivery"],
        }.ToBody();
    }

    // M-12: a receipt only when the far side confirmed.
    private void Delivered(Saying saying, bool isConfirmed)
    {
        var stanza = saying.Stanza;
        if (isConfirmed && saying.Words.WantsReceipt)
        {
            _parts.Link.TrySend(MessageStanzas.Confirmation(Receipts.Received(stanza.Id!), stanza.To, stanza.From));
        }

        _metrics.ToSip("delivered");
        _log.DeliveredToSip(stanza.Id, stanza.From.ToString(), stanza.To.ToString());
        CountOut();
    }

    // M-9: with the same id, from the address that was written to.
    private void Return(Saying saying, StanzaError error)
    {
        var stanza = saying.Stanza;
        _parts.Link.TrySend(stanza.ErrorReply(error));
        _metrics.ToSip("returned");
        _log.Returned(stanza.Id, stanza.From.ToString(), stanza.To.ToString(), error.Condition, error.Text);
        CountOut();
    }

    private StanzaResult OnState(MessageStanza message, FromXmpp.State state, AdmittedToSip to)
    {
        var pair = PairOf(message.From, to.SipUser);
        pair.UserSentState();
        if (_parts.Sessions?.TrySend(message, static _ => { }) is ChatTaking.Taken)
        {
            return StanzaResult.Done;
        }

        var isTyping = state.Kind == ChatState.Composing;
        if (!_options.Typing || IsUntyped(to.SipUser)
            || (_conversations.TryGet((message.From.Bare, to.SipUser), out var actor) && actor.Waiting > 0) // not before what waits
            || !pair.TryTell(isTyping))
        {
            return StanzaResult.Done;
        }

        _ = TellTypingAsync(message, state, to, isTyping);
        return StanzaResult.Done;
    }

    private bool IsUntyped(Jid sipUser) => _untyped.TryGet(sipUser, out var until) && until > _parts.Time.GetUtcNow();

    private async Task TellTypingAsync(MessageStanza message, FromXmpp.State state, AdmittedToSip to, bool isTyping)
    {
        var result = await SignAsync(message.From, to, state.Thread, new IsComposing(isTyping, isTyping ? TypingHolds : null).ToBody())
            .ConfigureAwait(false);
        if (result is { IsLocal: false, Status: >= 400 })
        {
            _untyped.Set(to.SipUser, _parts.Time.GetUtcNow() + UntypedHolds); // M-18
        }
    }

    // M-17.
    private StanzaResult OnConfirmation(MessageStanza message, FromXmpp.Confirmation confirmation, AdmittedToSip to)
    {
        if (_confirmations.TryFind(message.From, confirmation.Id, out var asked))
        {
            if (confirmation.IsDisplayed ? asked.Display : asked.Delivery)
            {
                var kind = confirmation.IsDisplayed ? ImdnKind.Displayed : ImdnKind.Delivered;
                _ = NotifyAsync(message.From, to, asked, kind);
            }
        }
        else
        {
            _parts.Sessions?.TrySend(message, static _ => { });
        }

        return StanzaResult.Done;
    }

    private Task<SipResult?> NotifyAsync(Jid user, AdmittedToSip to, AskedOfXmpp asked, ImdnKind kind) => SignAsync(
        user, to, null,
        new CpimMessage(new ImdnNotification(asked.MessageId, kind, asked.Received).ToBody())
        {
            From = _parts.Addresses.XmppCallerToSip(user).ToString(),
            To = to.Target.To.ToString(),
            Sent = _parts.Time.GetUtcNow(),
            MessageId = Convert.ToHexStringLower(System.Security.Cryptography.RandomNumberGenerator.GetBytes(8)),
        }.ToBody());

    private async Task<SipResult?> SignAsync(Jid user, AdmittedToSip to, string? thread, SipBody sign)
    {
        try
        {
            return await _pages.SendSignAsync(
                new PageMessage(to.Target, _parts.Addresses.XmppCallerToSip(user), ConversationOf(user, to.SipUser, thread)) { Sign = sign },
                _stopping.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            return null;
        }
#pragma warning disable CA1031 // A sign that is lost by our own mistake is worth a line in the log, no more.
        catch (Exception mistake)
#pragma warning restore CA1031
        {
            _log.Crashed(mistake);
            return null;
        }
    }
}
