using Gateway.Sip.Msrp;
using Gateway.Sip.UserAgent;
using Gateway.Xmpp.Addresses;

namespace Gateway.Mapping.Chats;

/// <summary>What the SIP side does, as events of the table. Runs on the session's loop.</summary>
internal sealed partial class ChatActor
{
    /// <summary>The messages; for the sinks.</summary>
    public ChatTraffic Traffic => _traffic;

    /// <summary>Where the SIP user has moved, as a JID that the user may write to (E-5, E-7).</summary>
    public Jid? NewAddressOf(SipFailure failure) => _surroundings.NewAddresses.TryToXmpp(failure, out var address) ? address : null;

    /// <summary>The answer to an INVITE or re-INVITE of ours.</summary>
    public ChatEvent? OnAnswer(string? sdp, bool isReinvite)
    {
        if (_chat.State is ChatState.Cancelling)
        {
            return new ChatEvent.SipAnswerUnusable(); // whatever it says, it is ended
        }

        if (sdp is null || !Session.TryAcceptAnswer(sdp, out var fault))
        {
            _surroundings.Log.DescriptionUnusable(Id, sdp is null ? "none" : "the answer does not take the stream");
            Session.KeepDescription();
            return new ChatEvent.SipAnswerUnusable();
        }

        var taken = ChatTerms.Of(Session.Remote!);
        return isReinvite ? new ChatEvent.SipReinviteAnswered(taken) : new ChatEvent.SipAnswered(taken);
    }

    /// <summary>A re-INVITE of ours was refused.</summary>
    public ChatEvent OnReinviteRefused(int status)
    {
        Session.KeepDescription();
        return new ChatEvent.SipReinviteRefused(status);
    }

    /// <summary>The ACK of our 2xx, with the answer when ours was the offer.</summary>
    public ChatEvent? OnAck(string? sdp)
    {
        if (_offeredInAnswer)
        {
            _offeredInAnswer = false;
            return sdp is not null && Session.TryAcceptAnswer(sdp, out _) ? null : new ChatEvent.ConnectionLost(IsTrusted: false);
        }

        return new ChatEvent.SipAcknowledged();
    }

    /// <summary>A re-INVITE or UPDATE; what it changes decides who is asked (N-24).</summary>
    public ChatEvent? OnReoffer(string? sdp)
    {
        _reoffer = sdp;
        if (sdp is null)
        {
            return new ChatEvent.SipRefreshes();
        }

        Session.Expect();
        if (!ChatDescription.TryTerms(sdp, out var taken))
        {
            return new ChatEvent.SipReoffersNothing();
        }

        return taken.NeedsOffer(_chat.Taken) ? new ChatEvent.SipReoffers(taken) : new ChatEvent.SipRefreshes();
    }

    /// <summary>A message came.</summary>
    public ChatEvent? OnMessage(MsrpIncomingMessage message)
    {
        if (_chat.IsEnded)
        {
            Session.Fail(message, 403);
            return null;
        }

        if (!_traffic.OnMessage(message))
        {
            return null;
        }

        Spoke();
        return SpokenEvent(_chat);
    }

    /// <summary>The connection of the messages is gone.</summary>
    public ChatEvent? OnConnectionLost(MsrpLoss why)
    {
        _surroundings.Log.ConnectionLost(Id, why.ToString());
        return new ChatEvent.ConnectionLost(why is not MsrpLoss.Untrusted);
    }
}
