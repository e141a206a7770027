using Gateway.Sip.Messages;

namespace Gateway.Sip.Dialogs;

/// <summary>What names a dialog at this end (RFC 3261 section 12). A peer of RFC 2543 may have no tag: the empty text.</summary>
internal readonly record struct DialogId(string CallId, string LocalTag, string RemoteTag)
{
    /// <summary>The dialog that an arriving request claims to be in.</summary>
    public static DialogId OfIncoming(SipRequest request) =>
        new(request.CallId, request.To.Tag ?? "", request.From.Tag ?? "");
}
