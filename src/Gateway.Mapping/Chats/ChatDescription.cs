using System.Diagnostics.CodeAnalysis;
using Gateway.Mapping.Descriptions;
using Gateway.Sip.Sdp;

namespace Gateway.Mapping.Chats;

/// <summary>What a session description says of messages, before a session exists that could answer it.</summary>
internal static class ChatDescription
{
    /// <summary>
    /// Whether an offer is for messages alone: it has a stream of them, and no audio that a call could carry. Where both are offered
    /// the call is taken and the messages get port 0 (C-23).
    /// </summary>
    public static bool IsForMessages(string? sdp) =>
        sdp is not null && SdpSession.TryParse(sdp, out var offer, out _) && offer.Media.Any(IsMessages)
        && !SipOfferPlan.TryMake(offer, video: false, out _);

    /// <summary>What the author takes; false when there is no stream of messages in it.</summary>
    public static bool TryTerms(string sdp, [NotNullWhen(true)] out ChatTerms? terms)
    {
        terms = null;
        if (!SdpSession.TryParse(sdp, out var session, out _) || session.Media.FirstOrDefault(IsMessages) is not { } media)
        {
            return false;
        }

        var types = $"{media.Value("accept-types")} {media.Value("accept-wrapped-types")}"
            .Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        terms = new ChatTerms(Takes(types, ChatContent.Html), Takes(types, ChatContent.IsComposing));
        return true;
    }

    private static bool IsMessages(SdpMedia media) => media.Media == "message" && media.Port != 0
        && media.Protocol.EndsWith("/MSRP", StringComparison.OrdinalIgnoreCase);

    private static bool Takes(string[] types, string type) => types.Any(listed =>
        listed == "*" || listed.Equals(type, StringComparison.OrdinalIgnoreCase)
        || (listed.EndsWith("/*", StringComparison.Ordinal) && type.StartsWith(listed[..^1], StringComparison.OrdinalIgnoreCase)));
}
