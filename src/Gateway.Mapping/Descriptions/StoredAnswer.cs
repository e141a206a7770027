using Gateway.Sip.Sdp;

namespace Gateway.Mapping.Descriptions;

/// <summary>
/// The client's description as its answer to a later offer of the SIP side (re-INVITE, UPDATE): Jingle has no second round of
/// offer and answer, so what the client said once is said again for it.
/// </summary>
public static class StoredAnswer
{
    /// <summary>The answer for the relay.</summary>
    /// <param name="offer">The relay's offer for the client, made of the SIP side's.</param>
    /// <param name="client">The client's session-initiate or session-accept as SDP.</param>
    /// <param name="ourAnswer">The relay's answer that we accepted the client with; null when the client itself answered.</param>
    /// <param name="heldByUs">The XMPP user does not listen.</param>
    public static SdpSession For(SdpSession offer, SdpSession client, SdpSession? ourAnswer, bool heldByUs)
    {
        ArgumentNullException.ThrowIfNull(offer);
        ArgumentNullException.ThrowIfNull(client);
        var answer = CodecComparison.AnswerFor(offer, client);
        return SdpHold.Answer(WithRole(answer, ourAnswer), offer, heldByUs);
    }

    // the roles of the DTLS association stay as they were, or a new one would be begun. What the client offered as
    // actpass became the opposite of our answer.
    private static SdpSession WithRole(SdpSession answer, SdpSession? ourAnswer)
    {
        var ours = ourAnswer?.Media.Select(media => ourAnswer.InheritedValue(media, "setup")).FirstOrDefault(role => role is not null);
        var theirs = ours == "active" ? "passive" : "active";
        return answer with
        {
            Media = [.. answer.Media.Select(media => media.Value("setup") == "actpass" ? media.WithAttribute("setup", theirs) : media)],
        };
    }
}
