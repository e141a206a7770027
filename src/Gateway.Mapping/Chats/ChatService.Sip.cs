using Gateway.Mapping.Addresses;
using Gateway.Mapping.Configuration;
using Gateway.Mapping.Presence;
using Gateway.Sip.UserAgent;
using Gateway.Xmpp.ChatNegotiation;

namespace Gateway.Mapping.Chats;

/// <summary>INVITEs for messages that come from SIP.</summary>
public sealed partial class ChatService
{
    /// <summary>Whether an INVITE is for messages alone; every other one is a call's (C-23).</summary>
    public static bool IsForMessages(IncomingInvite invite)
    {
        ArgumentNullException.ThrowIfNull(invite);
        return ChatDescription.IsForMessages(invite.Sdp);
    }

    /// <inheritdoc/>
    public InviteDecision OnInvite(IncomingInvite invite, ISipCall call)
    {
        ArgumentNullException.ThrowIfNull(invite);
        ArgumentNullException.ThrowIfNull(call);
        if (_draining || IsFull || !_parts.Link.IsUp)
        {
            return Refused(invite, 503, _draining ? "draining" : IsFull ? "too many sessions" : "no link to the XMPP server", RetryAfterSeconds);
        }

        if (invite.Sdp is null || !ChatDescription.TryTerms(invite.Sdp, out var taken))
        {
            return Refused(invite, 488, ChatWarnings.NoStream.Text, null) with { Warning = ChatWarnings.NoStream };
        }

        if (!_parts.Admission.TryAdmit(invite, out var admitted, out var refusal))
        {
            return Refused(invite, refusal.Status, refusal.Detail, refusal.RetryAfter);
        }

        var contact = admitted.Caller.Jid;
        var key = _parts.Addresses.TryCanonical(contact, out var canonical, out _) ? canonical : contact.Bare;

        // S-10: one session at a time between the same two, where the user's dialect says so.
        if (_directory.Between(admitted.User, key).Any(other => other.Snapshot.Dialect is ChatNegotiationDialect.V10 or ChatNegotiationDialect.V12))
        {
            admitted.Permit.Dispose();
            return Refused(invite, 486, "a negotiated session of this pair runs already", null);
        }

        ChatNegotiationDialect? dialect = _parts.Options.Chats.Negotiate switch
        {
            ChatNegotiationUse.Never => null,
            ChatNegotiationUse.Known => _directory.DialectOf(admitted.User),
            _ => _directory.DialectOf(admitted.User) ?? ChatNegotiationDialect.V08,
        };
        var isSecure = _parts.IsMsrpSecure && invite.Transport is "tls" or "wss" && invite.RequestUri.Scheme == "sips"; // F-4
        var thread = _parts.Threads.AcceptDialog(admitted.User, key, invite.CallId);
        var parties = new ChatParties(NewSessionId(), admitted.User, GatewayResource.Of(contact), key, thread, invite.CallId)
        {
            TableThread = thread,
            Invite = invite,
            Reason = SafeText.Clean(invite.Subject), // F-6
            SipIdentity = admitted.Caller.Uri,
            UserUri = invite.RequestUri,
            Permit = admitted.Permit,
        };
        var chat = new ChatActor(_surroundings, parties, new Chat(ChatState.Idle, dialect, _parts.Addresses.DeviceOf(invite.RequestUri, admitted.User) ?? admitted.User)
        {
            Proposed = ChatTerms.Everything with { Secure = isSecure },
        });
        chat.Attach(call);
        if (!_directory.TryAdd(chat))
        {
            admitted.Permit.Dispose();
            chat.Session.Close();
            return Refused(invite, 482, "this session runs already", null); // N-46
        }

        Begin(chat, new ChatEvent.InviteReceived(dialect is not null, taken));
        return new InviteDecision.Take(chat.Sink) { Contact = chat.Contact };
    }

    private InviteDecision.Refuse Refused(IncomingInvite invite, int status, string why, int? retryAfter)
    {
        _metrics.Refused(toSip: false);
        _log.RefusedFromSip(invite.Source.ToString(), SafeText.Clean(invite.RequestUri.ToString()) ?? "", status, why);
        return new InviteDecision.Refuse(status, null, retryAfter);
    }
}
