using Gateway.Mapping.Presence;
using Gateway.Xmpp.Addresses;
using Gateway.Xmpp.Messages;
using Gateway.Xmpp.Stanzas;

namespace Gateway.Mapping.Chats;

/// <summary>Plain chat that goes through sessions.</summary>
public sealed partial class ChatService
{
    /// <inheritdoc/>
    public ChatTaking TrySend(MessageStanza stanza, Action<ChatOutcome> completed)
    {
        ArgumentNullException.ThrowIfNull(stanza);
        ArgumentNullException.ThrowIfNull(completed);
        return TryKey(stanza, out var key, out var thread) && Find(stanza, key, thread) is { } chat
            ? Hand(chat, stanza, completed)
            : ChatTaking.NoSession;
    }

    /// <inheritdoc/>
    public ChatTaking Open(MessageStanza stanza, ChatRoute route, Action<ChatOutcome> completed)
    {
        ArgumentNullException.ThrowIfNull(stanza);
        ArgumentNullException.ThrowIfNull(route);
        ArgumentNullException.ThrowIfNull(completed);
        if (TrySend(stanza, completed) is var taking and not ChatTaking.NoSession)
        {
            return taking;
        }

        if (_draining || IsFull || !MessageText.TryThread(stanza, out var thread, out _))
        {
            return ChatTaking.Refused;
        }

        var user = stanza.From.Bare;
        var named = thread ?? Guid.NewGuid().ToString();
        var callId = _parts.Threads.OpenDialog(user, route.SipUser, named);
        var parties = new ChatParties(NewSessionId(), user, GatewayResource.Of(stanza.To.Bare), route.SipUser, thread, callId)
        {
            TableThread = named,
            Target = route.Target,
            UserIdentity = route.From,
            UserUri = route.From.Uri,
            SipIdentity = route.Target.RequestUri,
        };
        var chat = new ChatActor(_surroundings, parties, new Chat(ChatState.Idle, null, stanza.From) { IsToSip = true });
        if (!_directory.TryAdd(chat))
        {
            chat.Session.Close(); // another stanza of the thread was faster
            _parts.Threads.CloseDialog(user, route.SipUser, callId);
            return TrySend(stanza, completed) is ChatTaking.Taken ? ChatTaking.Taken : ChatTaking.Refused;
        }

        chat.TryWrite(stanza, completed);
        Begin(chat, new ChatEvent.UserWrites());
        return ChatTaking.Taken;
    }

    private static ChatTaking Hand(ChatActor chat, MessageStanza stanza, Action<ChatOutcome> completed)
    {
        var now = chat.Snapshot;
        if (now.State is ChatState.Ended or ChatState.Cancelling)
        {
            return ChatTaking.NoSession;
        }

        // N-29, S-7: a negotiated session is its device's alone; what the old one said before it left is still taken.
        if (now.IsNegotiated && now.Device != stanza.From && !chat.HasJustLeft(stanza.From))
        {
            if (MessageText.Body(stanza) is { } && !stanza.IsError)
            {
                completed(new ChatOutcome.Failed(
                    0, new StanzaError(StanzaErrorCondition.NotAcceptable, "this session is with another of your devices", "modify")));
            }

            return ChatTaking.Taken;
        }

        return chat.TryWrite(stanza, completed) ? ChatTaking.Taken : ChatTaking.Refused;
    }

    /// <summary>By thread; without one the latest session of the two that has none either, or that the SIP side began.</summary>
    private ChatActor? Find(MessageStanza stanza, Jid key, string? thread)
    {
        if (thread is not null)
        {
            return _directory.TryFind(stanza.From, key, thread, out var chat) ? chat : null;
        }

        return _directory.Between(stanza.From, key)
            .Where(chat => !chat.Snapshot.IsNegotiated || chat.Snapshot.Device == stanza.From)
            .MaxBy(chat => chat.Since);
    }

    private bool TryKey(MessageStanza stanza, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out Jid? key, out string? thread)
    {
        key = null;
        if (!MessageText.TryThread(stanza, out thread, out _) || stanza.To.Local is null)
        {
            return false;
        }

        key = _parts.Addresses.TryCanonical(stanza.To, out var canonical, out _) ? canonical : stanza.To.Bare;
        return true;
    }
}
