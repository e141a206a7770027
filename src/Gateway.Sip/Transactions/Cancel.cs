using Gateway.Sip.Messages;

namespace Gateway.Sip.Transactions;

/// <summary>CANCEL, RFC 3261 section 9.1.</summary>
internal static class Cancel
{
    /// <summary>Same branch, Request-URI, To without tag and Route as the INVITE; no Require (MAPPING U-4).</summary>
    /// <param name="invite">What is cancelled.</param>
    /// <param name="reason">A Reason value (RFC 3326), or null.</param>
    public static SipRequest For(SipRequest invite, string? reason)
    {
        var cancel = SipMessageBuilder.Request(SipMethod.Cancel, invite.RequestUri)
            .Add(SipHeaders.Via, invite.TopVia.ToString())
            .CopyFrom(invite, SipHeaders.Route)
            .Add(SipHeaders.MaxForwards, 70)
            .CopyFrom(invite, SipHeaders.From, SipHeaders.To, SipHeaders.CallId)
            .Add(SipHeaders.CSeq, new CSeq(invite.CSeq.Number, SipMethod.Cancel).ToString());
        return (reason is null ? cancel : cancel.Add(SipHeaders.Reason, reason)).BuildRequest();
    }
}
