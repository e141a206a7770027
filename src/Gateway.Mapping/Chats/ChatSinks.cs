using Gateway.Sip.Msrp;
using Gateway.Sip.UserAgent;

namespace Gateway.Mapping.Chats;

/// <summary>Turns what the SIP stack says of the dialog into inputs of the session.</summary>
internal sealed class ChatSipSink(ChatActor chat) : ISipCallSink
{
    public bool TryPost(SipCallEvent sipEvent) => sipEvent switch
    {
        SipCallEvent.Answered a => chat.TryPost(new ChatInput(_ => chat.OnAnswer(a.Sdp, isReinvite: false))),
        SipCallEvent.Refused r => chat.TryPost(ChatInput.Of(new ChatEvent.SipRefused(r.Failure) { NewAddress = chat.NewAddressOf(r.Failure) })),
        SipCallEvent.Cancelled c => chat.TryPost(ChatInput.Of(new ChatEvent.SipCancelled(c.Reason))),
        SipCallEvent.Acknowledged a => chat.TryPost(new ChatInput(_ => chat.OnAck(a.Sdp))),
        SipCallEvent.Ended e => chat.TryPost(ChatInput.Of(new ChatEvent.SipEnded(e.Cause, e.Reason))),
        SipCallEvent.Reinvited r => chat.TryPost(new ChatInput(_ => chat.OnReoffer(r.Sdp))),
        SipCallEvent.ReinviteAnswered r => chat.TryPost(new ChatInput(_ => chat.OnAnswer(r.Sdp, isReinvite: true))),
        SipCallEvent.ReinviteRefused r => chat.TryPost(new ChatInput(_ => chat.OnReinviteRefused(r.Status))),
        SipCallEvent.ReplacedBy r => chat.TryPost(ChatInput.Of(new ChatEvent.SipReplaced(r.NewCall))),
        _ => true, // N-10: ringing has no counterpart
    };
}

/// <summary>Turns what happens to the messages into inputs of the session.</summary>
internal sealed class ChatMsrpSink(ChatActor chat) : IMsrpSink
{
    public void OnConnected()
    {
    }

    public void OnMessage(MsrpIncomingMessage message)
    {
        if (!chat.TryPost(new ChatInput(_ => chat.OnMessage(message))))
        {
            chat.Session.Fail(message, 413);
        }
    }

    public void OnSent(string messageId) => Post(() => chat.Traffic.OnSent(messageId));

    public void OnReport(MsrpReport report) => Post(() => chat.Traffic.OnReport(report));

    public void OnSendFailed(string messageId, int status) => Post(() => chat.Traffic.OnSendFailed(messageId, status));

    public void OnConnectionLost(MsrpLoss why) => chat.Post(new ChatInput(_ => chat.OnConnectionLost(why)));

    public void OnReofferNeeded() => chat.Post(new ChatEvent.ReofferNeeded());

    private void Post(Action action) => chat.Post(new ChatInput(_ =>
    {
        action();
        return null;
    }));
}
