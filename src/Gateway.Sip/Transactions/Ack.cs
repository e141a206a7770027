using Gateway.Sip.Messages;

namespace Gateway.Sip.Transactions;

/// <summary>The ACK of a failure belongs to the INVITE's transaction; that of a 2xx is the dialog's.</summary>
internal static class Ack
{
    /// <summary>RFC 3261 section 17.1.1.3: the INVITE's branch and Route, the response's To.</summary>
    public static SipRequest ForFailure(SipRequest invite, SipResponse response) =>
        SipMessageBuilder.Request(SipMethod.Ack, invite.RequestUri)
            .Add(SipHeaders.Via, invite.TopVia.ToString())
            .CopyFrom(invite, SipHeaders.Route)
            .Add(SipHeaders.MaxForwards, 70)
            .CopyFrom(invite, SipHeaders.From)
            .CopyFrom(response, SipHeaders.To)
            .CopyFrom(invite, SipHeaders.CallId)
            .Add(SipHeaders.CSeq, new CSeq(invite.CSeq.Number, SipMethod.Ack).ToString())
            .BuildRequest();
}
