using Gateway.Mapping.Errors;
using Gateway.Sip.InstantMessages;
using Gateway.Sip.Messages;
using Gateway.Sip.Msrp;
using Gateway.Xmpp.Messages;
using Gateway.Xmpp.Stanzas;

namespace Gateway.Mapping.Chats;

/// <summary>
/// The messages of a session towards SIP: they wait until it is up, go in order, and each has exactly one outcome (C-2). Runs on the
/// session's loop.
/// </summary>
internal sealed partial class ChatTraffic
{
    // What is remembered of messages that are done with, for receipts and failures that come late.
    private const int Remembered = 256;

    private readonly ChatSurroundings _surroundings;
    private readonly ChatActor _chat;
    private readonly ChatStanzas _stanzas;
    private readonly ChatTyping _typing = new();
    private readonly Queue<Outgoing> _waiting = new();
    private readonly Dictionary<string, Outgoing> _underWay = new(StringComparer.Ordinal);
    private readonly RecentMap<MessageStanza> _sent = new(Remembered);
    private readonly RecentMap<MessageStanza> _noticed = new(Remembered);
    private readonly RecentMap<Incoming> _delivered = new(Remembered);
    private ITimer? _typingExpiry;
    private ITimer? _typingRefresh;
    private ChatTerms? _terms;

    public ChatTraffic(ChatSurroundings surroundings, ChatActor chat, ChatStanzas stanzas)
    {
        _surroundings = surroundings;
        _chat = chat;
        _stanzas = stanzas;
    }

    /// <summary>Messages that have left for SIP.</summary>
    public int SentCount { get; private set; }

    /// <summary>Messages that came from SIP.</summary>
    public int ReceivedCount { get; private set; }

    /// <summary>Whether a message has no outcome yet.</summary>
    public bool IsBusy => _waiting.Count > 0 || _underWay.Count > 0;

    /// <summary>Whether the end may be shown as gone: something was said, and states are welcome.</summary>
    public bool MayShowGone => _typing.MayShowGone && (SentCount > 0 || ReceivedCount > 0);

    private IMsrpSession Session => _chat.Session;

    /// <summary>A stanza of the user.</summary>
    public void Write(MessageStanza stanza, Action<ChatOutcome> completed)
    {
        if (Receipts.ReceivedId(stanza) is { } received)
        {
            OnReceipt(received, isDisplayed: false);
        }

        if (ChatMarkers.DisplayedId(stanza) is { } displayed)
        {
            OnReceipt(displayed, isDisplayed: true);
        }

        var hasWords = MessageText.Body(stanza) is { Text.Length: > 0 };
        var types = _typing.OnUser(ChatStates.Of(stanza), hasWords);
        if (types is { } now)
        {
            Notify(now);
        }

        if (hasWords)
        {
            _typingRefresh?.Dispose();
            _typingRefresh = null;
            if (_waiting.Count >= _surroundings.Options.QueueLimit)
            {
                Complete(new Outgoing(stanza, completed), new ChatOutcome.Failed(
                    413, new StanzaError(StanzaErrorCondition.ResourceConstraint, "too many messages wait for the other side", "wait")));
                return;
            }

            _waiting.Enqueue(new Outgoing(stanza, completed));
            Pump();
        }
    }

    /// <summary>Messages flow under these terms from now on.</summary>
    public void Flow(ChatTerms terms)
    {
        _terms = terms;
        if (_chat.Snapshot.IsNegotiated && terms.ChatStates)
        {
            _typing.Agreed();
        }

        Pump();
    }

    /// <summary>There is no session for what waited: all of it is answered for.</summary>
    public void FailWaiting(int status, string phrase, int? retryAfter = null)
    {
        var outcome = status is 405 or 415 or 488 or 501 or 606 // C-1
            ? (ChatOutcome)new ChatOutcome.NoSessions(status)
            : new ChatOutcome.Unsent(status, ErrorMapping.ToXmpp(status, phrase, _surroundings.Mapping.ExposeReason), retryAfter);
        while (_waiting.TryDequeue(out var message))
        {
            Complete(message, outcome);
        }
    }

    /// <summary>Everything is over: what has no outcome gets one.</summary>
    public void Close()
    {
        _typingExpiry?.Dispose();
        _typingRefresh?.Dispose();
        FailWaiting(480, "Temporarily Unavailable");
        foreach (var message in _underWay.Values)
        {
            Complete(message, Lost);
        }

        _underWay.Clear();
    }

    /// <summary>The peer took a message.</summary>
    public void OnSent(string messageId)
    {
        if (_underWay.Remove(messageId, out var message))
        {
            SentCount++;
            _surroundings.Metrics.Message(toSip: true);
            message.Completed(new ChatOutcome.Delivered());
        }

        Pump();
    }

    /// <summary>The peer did not.</summary>
    public void OnSendFailed(string messageId, int status)
    {
        if (_underWay.Remove(messageId, out var message))
        {
            _sent.Remove(messageId);
            Complete(message, status == 0 ? Lost : new ChatOutcome.Failed(status, ErrorOf(status), MayHaveArrived: status == 408));
        }

        Pump();
    }

    /// <summary>A REPORT: the receipt once all octets are covered (C-18), or a failure after all.</summary>
    public void OnReport(MsrpReport report)
    {
        if (report.Status == 200)
        {
            if (report.IsComplete && _sent.Remove(report.MessageId) is { } stanza && Receipts.IsRequested(stanza))
            {
                _stanzas.Message(ChatStanzas.NewId(), OffTheRecord, Receipts.Received(stanza.Id!));
            }
        }
        else if (_underWay.ContainsKey(report.MessageId))
        {
            OnSendFailed(report.MessageId, report.Status);
        }
        else if (_sent.Remove(report.MessageId) is { } stanza)
        {
            _surroundings.Metrics.MessageFailed(toSip: true);
            _surroundings.Link.TrySend(stanza.ErrorReply(ErrorOf(report.Status)));
        }
    }

    private bool OffTheRecord => _terms?.OffTheRecord == true;

    private static ChatOutcome.Failed Lost => new(
        0, new StanzaError(StanzaErrorCondition.RemoteServerTimeout, "the connection broke", "wait"), MayHaveArrived: true);

    /// <summary>Sends what may be sent, in order; the first that has to wait makes the others wait.</summary>
    private void Pump()
    {
        while (_terms is { } terms && _waiting.TryPeek(out var message))
        {
            var built = Built(message.Stanza, terms);
            var id = built.MessageId;
            _underWay[id] = message; // its outcome may come before Send returns
            var result = built.Body.Length > _surroundings.Options.MaxMessageSize ? MsrpSendResult.TooLarge : Session.Send(built);
            if (result is MsrpSendResult.QueueFull or MsrpSendResult.OnHold) // C-24
            {
                _underWay.Remove(id);
                return;
            }

            _waiting.Dequeue();
            if (result == MsrpSendResult.Queued)
            {
                _sent[id] = message.Stanza;
                continue;
            }

            _underWay.Remove(id);
            Complete(message, result switch
            {
                MsrpSendResult.TooLarge => new ChatOutcome.Failed(413, ErrorOf(413)),
                MsrpSendResult.TypeNotAccepted => new ChatOutcome.Failed(415, ErrorOf(415)),
                _ => new ChatOutcome.Unsent(480, Lost.Error),
            });
        }
    }

    private MsrpOutgoingMessage Built(MessageStanza stanza, ChatTerms terms)
    {
        var body = ChatMessages.Write(stanza, terms, Session.Remote, out var language);
        var wantsReceipt = Receipts.IsRequested(stanza);
        var subject = MessageText.Subject(stanza)?.Text;
        var wantsDisplay = ChatMarkers.IsMarkable(stanza) && stanza.Id is not null && Session.Remote?.AcceptsWrapped(ChatContent.Imdn) == true;

        // A wrapper is used where the phone cannot do without, or says what the bare words could not.
        if (MayWrap(body.MediaType) && (subject is not null || wantsDisplay || !Session.Remote!.Accepts(body.MediaType)))
        {
            var noticeId = wantsDisplay ? ChatStanzas.NewId() : null;
            var wrapper = Wrapped(body) with
            {
                Subject = subject,
                MessageId = noticeId,
                Notifications = wantsDisplay ? ["display"] : [],
            };
            body = wrapper.ToBody();
            if (noticeId is not null)
            {
                _noticed[noticeId] = stanza;
            }
        }

        return new MsrpOutgoingMessage
        {
            ContentType = body.ContentType,
            Body = body.Content,
            SuccessReport = wantsReceipt,

            // C-16: with "no" a dead peer would be noticed by TCP alone, and messages lost with it.
            FailureReport = MsrpFailureReport.Yes,
            Headers = language is null ? [] : [new MsrpHeader("Content-Language", language)],
        };
    }

    private bool MayWrap(string mediaType) =>
        _surroundings.Options.Wrapped && Session.Remote is { } remote && remote.Accepts(ChatContent.Cpim) && remote.AcceptsWrapped(mediaType);

    private CpimMessage Wrapped(SipBody content) => new(content)
    {
        From = _chat.Parties.UserUri is { } user ? $"<{user}>" : null,
        To = _chat.Parties.SipIdentity is { } contact ? $"<{contact}>" : null,
        Sent = _surroundings.Time.GetUtcNow(),
    };

    private void Complete(Outgoing message, ChatOutcome outcome)
    {
        _surroundings.Metrics.MessageFailed(toSip: true);
        message.Completed(outcome);
    }

    private void Notify(bool types)
    {
        if (_terms is not { ChatStates: true } || Session.Remote?.AcceptsWrapped(ChatContent.IsComposing) != true)
        {
            return; // F-2
        }

        var body = new IsComposing(types, types ? IsComposing.DefaultRefresh : null).ToBody();
        if (Session.Remote?.Accepts(ChatContent.IsComposing) != true)
        {
            body = Wrapped(body).ToBody();
        }

        Session.Send(new MsrpOutgoingMessage
        {
            ContentType = body.ContentType,
            Body = body.Content,
            FailureReport = MsrpFailureReport.No,
            IsControl = true,
        });
        _typingRefresh?.Dispose();
        _typingRefresh = types ? _chat.After(ChatTyping.RefreshEvery, OnRefreshDue) : null;
    }

    private void OnRefreshDue()
    {
        if (_typing.OnRefreshDue() is { } types)
        {
            Notify(types);
        }
    }

    private static StanzaError ErrorOf(int status) => status switch
    {
        413 => new StanzaError(StanzaErrorCondition.PolicyViolation, "the message is too long for the other side", "modify"),
        415 => new StanzaError(StanzaErrorCondition.NotAcceptable, "the other side does not take this kind of message", "modify"),
        403 => new StanzaError(StanzaErrorCondition.Forbidden, null, "auth"),
        408 => new StanzaError(StanzaErrorCondition.RemoteServerTimeout, "the other side did not answer", "wait"),
        481 => new StanzaError(StanzaErrorCondition.RecipientUnavailable, "the session is over", "wait"),
        501 => new StanzaError(StanzaErrorCondition.FeatureNotImplemented, null, "cancel"),
        _ => new StanzaError(StanzaErrorCondition.RecipientUnavailable, "the message was not delivered", "wait"),
    };

    private sealed record Outgoing(MessageStanza Stanza, Action<ChatOutcome> Completed);
}
