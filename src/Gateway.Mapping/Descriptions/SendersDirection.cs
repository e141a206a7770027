using Gateway.Sip.Sdp;
using Gateway.Xmpp.Jingle;

namespace Gateway.Mapping.Descriptions;

/// <summary>Jingle's senders and SDP's direction (MAPPING R-8): the first is absolute, the second the author's view.</summary>
public static class SendersDirection
{
    /// <summary>The direction that <paramref name="author"/> states. Absent senders means both .</summary>
    public static SdpDirection ToDirection(JingleSenders? senders, JingleCreator author) => senders switch
    {
        JingleSenders.Initiator => author == JingleCreator.Initiator ? SdpDirection.SendOnly : SdpDirection.RecvOnly,
        JingleSenders.Responder => author == JingleCreator.Initiator ? SdpDirection.RecvOnly : SdpDirection.SendOnly,
        JingleSenders.None => SdpDirection.Inactive,
        _ => SdpDirection.SendRecv,
    };

    /// <summary>Who sends, by the direction that <paramref name="author"/> stated.</summary>
    public static JingleSenders ToSenders(SdpDirection direction, JingleCreator author) => direction switch
    {
        SdpDirection.SendOnly => author == JingleCreator.Initiator ? JingleSenders.Initiator : JingleSenders.Responder,
        SdpDirection.RecvOnly => author == JingleCreator.Initiator ? JingleSenders.Responder : JingleSenders.Initiator,
        SdpDirection.Inactive => JingleSenders.None,
        _ => JingleSenders.Both,
    };
}
