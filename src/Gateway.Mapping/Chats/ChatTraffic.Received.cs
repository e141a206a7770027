using System.Xml.Linq;
using Gateway.Mapping.Errors;
using Gateway.Sip.InstantMessages;
using Gateway.Sip.Msrp;
using Gateway.Xmpp.Messages;
using Gateway.Xmpp.Stanzas;
using ChatNotice = Gateway.Xmpp.Messages.ChatState;

namespace Gateway.Mapping.Chats;

/// <summary>The messages of a session from SIP, and what the XMPP side says of them: receipts, errors.</summary>
internal sealed partial class ChatTraffic
{
    /// <summary>A whole message came over MSRP.</summary>
    /// <returns>True for words.</returns>
    public bool OnMessage(MsrpIncomingMessage message)
    {
        var terms = _terms ?? _chat.Snapshot.Terms;
        switch (ChatMessages.Read(message, _chat.Parties.SipIdentity))
        {
            case ChatContentRead.Words words:
                Deliver(message, words.Said, terms);
                return true;
            case ChatContentRead.Typing typing when terms.ChatStates: // F-2
                OnTyping(typing.Said);
                break;
            case ChatContentRead.Notice notice:
                OnNotice(notice.Told);
                break;
            case ChatContentRead.Refused refused:
                if (refused.IsForged)
                {
                    _surroundings.Log.SenderForged(_chat.Id);
                }

                Refuse(message, refused.Status);
                break;
        }

        return false;
    }

    /// <summary>A message that we delivered came back: a failure REPORT, unless none is wished.</summary>
    public void OnBounced(string id, StanzaError error)
    {
        if (_delivered.Remove(id) is { } incoming)
        {
            Refuse(incoming.Message, error.Condition switch
            {
                StanzaErrorCondition.PolicyViolation or StanzaErrorCondition.ResourceConstraint => 413,
                StanzaErrorCondition.BadRequest or StanzaErrorCondition.JidMalformed => 400,
                StanzaErrorCondition.NotAcceptable => 415,
                _ => 403,
            });
        }
    }

    private void Deliver(MsrpIncomingMessage message, ChatWords words, ChatTerms terms)
    {
        _typingExpiry?.Dispose();
        _typingExpiry = null;
        var asksDelivery = message.SuccessReport || words.Notices.Contains("positive-delivery");
        var asksDisplay = words.NoticeId is not null && words.Notices.Contains("display");
        var language = words.Language is { } tag ? new XAttribute(XNamespace.Xml + "lang", tag) : null;
        var formatted = terms.Xhtml ? words.Formatted?.ToXhtmlIm() : null;
        if (!StanzaSize.Fits(words.Text, formatted, _surroundings.Options.MaxStanzaSize))
        {
            Refuse(message, 413);
            return;
        }

        var isActive = _typing.OnPhoneWords() && terms.ChatStates;
        var isTaken = _stanzas.Message(
            message.MessageId,
            terms.OffTheRecord,
            language,
            words.Subject is { } subject ? new XElement("subject", subject) : null,
            new XElement("body", words.Text),
            formatted,
            isActive ? ChatStates.Write(ChatNotice.Active) : null,
            asksDelivery ? Receipts.Request() : null,
            asksDisplay ? ChatMarkers.Markable() : null);
        if (!isTaken)
        {
            Refuse(message, 413); // our queue to the server is full: please stop
            return;
        }

        ReceivedCount++;
        _surroundings.Metrics.Message(toSip: false);
        if (asksDelivery || asksDisplay || message.FailureReport != MsrpFailureReport.No)
        {
            _delivered[message.MessageId] = new Incoming(message, words);
        }
    }

    private void OnTyping(IsComposing notice)
    {
        _typingExpiry?.Dispose();
        _typingExpiry = notice.IsActive ? _chat.After(notice.Refresh ?? IsComposing.DefaultRefresh, OnTypingExpired) : null; // C-30
        Show(_typing.OnPhone(notice.IsActive));
    }

    private void OnTypingExpired() => Show(_typing.OnPhoneExpired());

    private void Show(ChatNotice? state)
    {
        if (state is { } shown)
        {
            _stanzas.Message(ChatStanzas.NewId(), OffTheRecord, ChatStates.Write(shown), MessageHints.NoStore());
        }
    }

    /// <summary>The session is over for the user too.</summary>
    public void ShowGone()
    {
        if (MayShowGone)
        {
            _stanzas.Message(ChatStanzas.NewId(), OffTheRecord, ChatStates.Write(ChatNotice.Gone), MessageHints.NoStore());
        }
    }

    /// <summary>The phone tells what became of a message of ours (M-17).</summary>
    private void OnNotice(ImdnNotification told)
    {
        if (!_noticed.TryGet(told.MessageId, out var stanza) || stanza.Id is not { } id)
        {
            return;
        }

        switch (told.Kind)
        {
            case ImdnKind.Displayed:
                _noticed.Remove(told.MessageId);
                _stanzas.Message(ChatStanzas.NewId(), OffTheRecord, ChatMarkers.Displayed(id));
                break;
            case ImdnKind.Failed:
                _noticed.Remove(told.MessageId);
                _surroundings.Link.TrySend(stanza.ErrorReply(ErrorOf(0)));
                break;
        }
    }

    /// <summary>Her client has it, or has shown it.</summary>
    private void OnReceipt(string id, bool isDisplayed)
    {
        if (!_delivered.TryGet(id, out var incoming))
        {
            return; // C-17: of nothing that we know
        }

        if (!incoming.IsReported && incoming.Message.SuccessReport)
        {
            Session.Succeed(incoming.Message);
        }

        var notice = isDisplayed ? "display" : "positive-delivery";
        if (incoming.Words.NoticeId is { } notified && incoming.Words.Notices.Contains(notice))
        {
            SendNotice(notified, isDisplayed ? ImdnKind.Displayed : ImdnKind.Delivered, incoming.Words.Sent);
        }

        var more = !isDisplayed && incoming.Words.Notices.Contains("display");
        _delivered.Remove(id);
        if (more)
        {
            _delivered[id] = incoming with { IsReported = true };
        }
    }

    private void SendNotice(string id, ImdnKind kind, DateTimeOffset? sent)
    {
        var content = new ImdnNotification(id, kind, sent ?? _surroundings.Time.GetUtcNow()).ToBody();
        if (!MayWrap(content.MediaType))
        {
            return;
        }

        var body = Wrapped(content).ToBody();
        Session.Send(new MsrpOutgoingMessage
        {
            ContentType = body.ContentType,
            Body = body.Content,
            FailureReport = MsrpFailureReport.No,
            IsControl = true,
        });
    }

    private void Refuse(MsrpIncomingMessage message, int status)
    {
        _surroundings.Metrics.MessageFailed(toSip: false);
        _surroundings.Log.MessageRefused(_chat.Id, status);
        Session.Fail(message, status);
    }

    private sealed record Incoming(MsrpIncomingMessage Message, ChatWords Words)
    {
        public bool IsReported { get; init; }
    }
}
