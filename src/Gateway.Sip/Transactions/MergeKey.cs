using Gateway.Sip.Messages;

namespace Gateway.Sip.Transactions;

/// <summary>What two requests share that are one request come by two ways (RFC 3261 section 8.2.2.2).</summary>
internal readonly record struct MergeKey(string? FromTag, string CallId, CSeq CSeq)
{
    public static MergeKey Of(SipRequest request) => new(request.From.Tag, request.CallId, request.CSeq);
}
