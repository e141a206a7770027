using Gateway.Sip.Messages;

namespace Gateway.Sip.UserAgent;

/// <summary>
/// What lies behind a gateway may count no hops, so a call that leaves here and is routed back would go round for ever: every INVITE of ours
/// carries a token, and one that comes in with it is refused with 482 (MAPPING U-41).
/// </summary>
internal static class LoopGuard
{
    public const string Header = "X-GW-Loop";

    public static bool IsOurs(SipRequest invite, SipEndpointOptions options) =>
        invite.HeaderValues(Header).Contains(options.LoopToken, StringComparer.Ordinal);
}
