using Gateway.Sip.Messages;

namespace Gateway.Sip.Transactions;

/// <summary>
/// What server transactions are matched by (RFC 3261 section 17.2.3): branch, sent-by and method, ACK counting as INVITE.
/// Peers of RFC 2543 have no unique branch: for them the whole tuple stands in its place (MAPPING U-32).
/// </summary>
/// <param name="Branch">The branch, or the joined fields of an RFC 2543 request.</param>
/// <param name="SentByHost">Host of the topmost Via.</param>
/// <param name="SentByPort">Port of the topmost Via, if it names one.</param>
/// <param name="Method">The method, INVITE for ACK.</param>
internal readonly record struct TransactionKey(string Branch, string SentByHost, int? SentByPort, SipMethod Method)
{
    /// <summary>The key of an arriving request.</summary>
    public static TransactionKey Of(SipRequest request) => Of(
        request, request.Method == SipMethod.Ack ? SipMethod.Invite : request.Method);

    /// <summary>The key of the INVITE that a CANCEL means (RFC 3261 section 9.2).</summary>
    public static TransactionKey OfCancelled(SipRequest cancel) => Of(cancel, SipMethod.Invite);

    private static TransactionKey Of(SipRequest request, SipMethod method)
    {
        var via = request.TopVia;
        if (via.HasUniqueBranch)
        {
            return new TransactionKey(via.Branch!, via.SentByHost, via.SentByPort, method);
        }

        // The ACK of a failure carries the To tag that the INVITE lacked, so To stays out of the tuple.
        var tuple = string.Join('\n', request.RequestUri, request.CallId, request.From.Tag, request.CSeq.Number, via.Branch);
        return new TransactionKey(tuple, via.SentByHost, via.SentByPort, method);
    }
}
