using Gateway.Mapping.Calls;
using Gateway.Mapping.Chats;
using Gateway.Sip.UserAgent;

namespace Gateway.Host.Running;

/// <summary>INVITEs for messages alone go to chats; all others, those without a description among them, are calls.</summary>
internal sealed class InvitesByMedia(CallService calls, ChatService chats) : ISipInviteHandler
{
    public InviteDecision OnInvite(IncomingInvite invite, ISipCall call) =>
        ChatService.IsForMessages(invite) ? chats.OnInvite(invite, call) : calls.OnInvite(invite, call);
}
