using System.Collections.Immutable;
using System.Xml.Linq;
using Gateway.Mapping.Presence;
using Gateway.Xmpp.Addresses;
using Gateway.Xmpp.ChatNegotiation;
using Gateway.Xmpp.FeatureNegotiation;
using Gateway.Xmpp.Messages;
using Gateway.Xmpp.Routing;
using Gateway.Xmpp.Stanzas;

namespace Gateway.Mapping.Chats;

/// <summary>Forms of XEP-0155 that come from XMPP users.</summary>
public sealed partial class ChatService
{
    /// <summary>Takes the namespaces of chat sessions, and with them advertises what they can do (MAPPING section 14).</summary>
    public void Register(StanzaRouter router)
    {
        ArgumentNullException.ThrowIfNull(router);
        router
            .OnMessage(FeatureNegotiationForms.Namespace, OnNegotiation).Advertise(FeatureNegotiationForms.Namespace)
            .OnMessageError(OnMessageError)
            .OnPresence(OnPresence)
            .Advertise(ChatNegotiationNamespaces.V08)
            .Advertise(ChatNegotiationNamespaces.V10)
            .Advertise(ChatNegotiationNamespaces.V12)
            .Advertise(ChatStates.Namespace)
            .Advertise(Receipts.Namespace);
    }

    private StanzaResult OnNegotiation(MessageStanza message, XElement feature)
    {
        if (MessageContext.IsCopy(message))
        {
            return StanzaResult.Done;
        }

        if (message.To.Local is null)
        {
            return Refused(message, new StanzaError(StanzaErrorCondition.ServiceUnavailable, "sessions go to an address at this gateway"));
        }

        if (!ChatNegotiationReader.TryRead(feature, out var step, out var fault))
        {
            return Refused(message, fault);
        }

        if (!MessageText.TryThread(message, out var thread, out var text) || thread is null)
        {
            return Refused(message, new StanzaError(StanzaErrorCondition.BadRequest, text ?? "a negotiation has a thread")); // N-4
        }

        _directory.SawNegotiation(message.From, step.Dialect);
        var key = _parts.Addresses.TryCanonical(message.To, out var canonical, out _) ? canonical : message.To.Bare;
        if (_directory.TryFind(message.From, key, thread, out var chat) && chat.Snapshot.State is not (ChatState.Ended or ChatState.Cancelling))
        {
            return OnStep(message, step, chat);
        }

        return step switch
        {
            ChatNegotiationMessage.Initiate initiate => OnInitiate(message, initiate, thread, key),
            _ => OnLateStep(message, step, thread, key),
        };
    }

    /// <summary>A step of a session that runs. Only the device that has it may speak for it (N-30).</summary>
    private StanzaResult OnStep(MessageStanza message, ChatNegotiationMessage step, ChatActor chat)
    {
        var now = chat.Snapshot;
        if (!now.IsNegotiated)
        {
            return step is ChatNegotiationMessage.Initiate or ChatNegotiationMessage.Renegotiate
                ? Refused(message, new StanzaError(StanzaErrorCondition.Conflict, "this thread is an ordinary chat already"))
                : StanzaResult.Done;
        }

        if (now.Device.IsFull && now.Device != message.From && step is not ChatNegotiationMessage.Reply)
        {
            return StanzaResult.Done;
        }

        chat.TryPost(ChatInput.Of(new ChatEvent.UserAvailable()));
        ChatEvent? e;
        switch (step)
        {
            case ChatNegotiationMessage.Initiate initiate: // N-20
                return OnParameters(message, initiate.Dialect, initiate.Parameters, chat);
            case ChatNegotiationMessage.Renegotiate renegotiate:
                return OnParameters(message, renegotiate.Dialect, renegotiate.Parameters, chat);
            case ChatNegotiationMessage.Continue move:
                if (move.Resource.Length == 0 || !Jid.TryCreate(message.From.Local, message.From.Domain, move.Resource, out var device, out _))
                {
                    return Refused(message, new StanzaError(StanzaErrorCondition.FeatureNotImplemented, "not a resource")); // N-27
                }

                e = new ChatEvent.UserMoves(message.Id, device);
                break;
            case ChatNegotiationMessage.Reply { Accepts: true } reply:
                e = new ChatEvent.UserAccepts(message.From, ChatGrants.Granted(reply.Values, now.Proposed));
                break;
            case ChatNegotiationMessage.Reply reply:
                e = new ChatEvent.UserDeclines(message.From, reply.Reason);
                break;
            case ChatNegotiationMessage.Complete complete:
                e = new ChatEvent.UserConfirms(complete.Confirms);
                break;
            case ChatNegotiationMessage.RenegotiateReply reply:
                e = new ChatEvent.UserSettles(reply.Accepts, ChatGrants.Granted(reply.Values, now.Proposed));
                break;
            case ChatNegotiationMessage.Terminate terminate:
                e = new ChatEvent.UserTerminates(message.Id, terminate.Reason);
                break;
            default:
                return StanzaResult.Done; // acknowledgements
        }

        return Posted(message, chat, e);
    }

    private StanzaResult OnParameters(
        MessageStanza message, ChatNegotiationDialect dialect, ImmutableArray<ChatParameter> parameters, ChatActor chat)
    {
        var promises = new ChatPromises(_parts.Options.Chats.OffTheRecord, chat.Snapshot.Terms.Secure);
        return ChatGrants.TryRead(dialect, message.Id, parameters, chat.Snapshot.Terms, promises, out var offer, out var fault)
            ? Posted(message, chat, new ChatEvent.UserRenegotiates(offer with { From = message.From }))
            : Refused(message, fault);
    }

    private StanzaResult OnInitiate(MessageStanza message, ChatNegotiationMessage.Initiate initiate, string thread, Jid key)
    {
        if (MessageContext.SentAt(message) is { } sent && _parts.Time.GetUtcNow() - sent > _parts.Options.Chats.AnswerTimeout)
        {
            return StanzaResult.Done; // S-8: who asked so long ago asks for another session if one is still wanted
        }

        if (_draining || IsFull)
        {
            return Refused(message, new StanzaError(StanzaErrorCondition.ResourceConstraint, "no new sessions at present", "wait"));
        }

        // S-10: several sessions only where the form says so; our own answer is always no.
        if (initiate.Dialect != ChatNegotiationDialect.V08
            && _directory.Between(message.From, key).Any(other => other.Snapshot.IsNegotiated && other.Snapshot.Device == message.From))
        {
            return Refused(message, new StanzaError(StanzaErrorCondition.Conflict, "one session at a time"));
        }

        if (!_parts.Admission.TryAdmit(message.From, message.To, out var admitted, out var refusal))
        {
            return Refused(message, refusal.Error);
        }

        var isSecure = _parts.IsMsrpSecure && admitted.Target.RequestUri.Scheme == "sips";
        if (!ChatGrants.TryRead(
            initiate.Dialect, message.Id, initiate.Parameters, new ChatTerms(Xhtml: false, ChatStates: true),
            new ChatPromises(_parts.Options.Chats.OffTheRecord, isSecure), out var offer, out var fault))
        {
            admitted.Permit.Dispose();
            return Refused(message, fault); // N-13, F-4: before any INVITE
        }

        var identity = _parts.Addresses.XmppCallerToSip(message.From);
        var callId = _parts.Threads.OpenDialog(message.From.Bare, admitted.SipUser, thread); // N-38 to N-42
        var parties = new ChatParties(NewSessionId(), message.From.Bare, GatewayResource.Of(message.To.Bare), key, thread, callId)
        {
            TableThread = thread,
            Target = admitted.Target,
            UserIdentity = identity,
            UserUri = identity.Uri,
            SipIdentity = admitted.Target.RequestUri,
            Reason = initiate.Reason,
            Permit = admitted.Permit,
        };
        var chat = new ChatActor(_surroundings, parties, new Chat(ChatState.Idle, initiate.Dialect, message.From) { IsToSip = true }, message);
        if (!_directory.TryAdd(chat))
        {
            admitted.Permit.Dispose();
            chat.Session.Close();
            return Refused(message, new StanzaError(StanzaErrorCondition.Conflict, "this thread is in use"));
        }

        Begin(chat, new ChatEvent.UserOffers(offer));
        return StanzaResult.Done;
    }

    /// <summary>A step of a session that is over, or never was.</summary>
    private StanzaResult OnLateStep(MessageStanza message, ChatNegotiationMessage step, string thread, Jid key)
    {
        switch (step)
        {
            case ChatNegotiationMessage.Renegotiate or ChatNegotiationMessage.Continue: // N-37
                return Refused(message, new StanzaError(StanzaErrorCondition.ItemNotFound, "the session is over"));
            case ChatNegotiationMessage.Reply { Accepts: true } when _directory.WasNegotiated(message.From, key, thread, out var dialect):
                // N-14, N-15: an acceptance that comes too late must not leave her waiting in a session that nobody has.
                _parts.Link.TrySend(ChatNegotiationWriter.Build(
                    GatewayResource.Of(message.To.Bare).ToString(), message.From.ToString(), ChatStanzas.NewId(), thread,
                    new ChatNegotiationMessage.Terminate(dialect)));
                return StanzaResult.Done;
            default:
                return StanzaResult.Done; // N-35, N-48: silence for strangers
        }
    }

    /// <summary>What came back: a form, or a message that was delivered.</summary>
    private void OnMessageError(MessageStanza message, StanzaError error)
    {
        var key = _parts.Addresses.TryCanonical(message.To, out var canonical, out _) ? canonical : message.To.Bare;
        var isForm = message.Payload(FeatureNegotiationForms.Namespace + "feature") is not null;
        if (MessageText.TryThread(message, out var thread, out _) && thread is not null && _directory.TryFind(message.From, key, thread, out var chat)
            && (isForm || chat.Snapshot.State is ChatState.Offering))
        {
            if (error.Condition == StanzaErrorCondition.ServiceUnavailable && message.From.IsFull)
            {
                _directory.ForgetNegotiation(message.From);
            }

            chat.TryPost(ChatInput.Of(new ChatEvent.FormBounced(error.Condition, message.From.IsFull)
            {
                NamesFormats = FeatureNegotiationForms.FieldsOf(message).Any(field => field is ChatFields.Xhtml or ChatFields.ChatStates),
                NewAddress = _parts.Admission.NewAddresses.TryToSip(error, out var address) ? address : null,
            }));
        }
        else if (message.Id is { } id && !isForm)
        {
            foreach (var other in _directory.Between(message.From, key))
            {
                other.Bounced(id, error); // whose it is knows it by its id
            }
        }
    }

    private void OnPresence(PresenceStanza presence)
    {
        if (presence.Kind is not (PresenceKind.Available or PresenceKind.Unavailable))
        {
            return;
        }

        foreach (var chat in _directory.Of(presence.From))
        {
            if (chat.Snapshot.Device == presence.From)
            {
                chat.TryPost(ChatInput.Of(presence.Kind == PresenceKind.Unavailable ? new ChatEvent.UserUnavailable() : new ChatEvent.UserAvailable()));
            }
        }
    }

    private StanzaResult Posted(MessageStanza message, ChatActor chat, ChatEvent e) => chat.TryPost(ChatInput.Of(e))
        ? StanzaResult.Done
        : Refused(message, new StanzaError(StanzaErrorCondition.ResourceConstraint, "too many events for this session", "wait"));

    private StanzaResult Refused(MessageStanza message, ChatFormFault fault)
    {
        _metrics.Refused(toSip: true);
        _log.RefusedFromXmpp(message.From.ToString(), message.To.ToString(), string.Join(' ', fault.Fields));
        _parts.Link.TrySend(FeatureNegotiationForms.ErrorReply(message, fault.Condition, fault.Fields));
        return StanzaResult.Done;
    }

    private StanzaResult Refused(MessageStanza message, StanzaError error)
    {
        _metrics.Refused(toSip: true);
        _log.RefusedFromXmpp(message.From.ToString(), message.To.ToString(), error.Text ?? error.Condition.ToString());
        _parts.Link.TrySend(FeatureNegotiationForms.ErrorReply(message, error.Condition, [], error.Text));
        return StanzaResult.Done;
    }
}
