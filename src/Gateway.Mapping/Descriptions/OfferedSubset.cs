using System.Collections.Immutable;
using Gateway.Xmpp.Jingle;

namespace Gateway.Mapping.Descriptions;

/// <summary>
/// What of an answer may be said to the one who offered: nothing that was not offered, and feedback and header extensions
/// as they were offered (XEP-0293 section 4, XEP-0294 section 4).
/// </summary>
internal static class OfferedSubset
{
    public static RtpDescription Of(RtpDescription answer, RtpDescription offered) => answer with
    {
        Payloads = Payloads(answer.Payloads, offered.Payloads),
        Feedback = Feedback(answer.Feedback, offered.Feedback),
        HeaderExtensions = answer.HeaderExtensions.RemoveAll(
            extension => !offered.HeaderExtensions.Any(other => other.Id == extension.Id && other.Uri == extension.Uri)),
        ExtmapAllowMixed = answer.ExtmapAllowMixed && offered.ExtmapAllowMixed,
    };

    /// <summary>True for events, comfort noise, redundancy and repair.</summary>
    public static bool IsAuxiliary(RtpPayloadType payload) =>
        new CodecIdentity((payload.Name ?? "").ToLowerInvariant(), payload.ClockRate ?? 0, payload.Channels).IsAuxiliary
        || (payload is { Name: null, Id: 13 });

    // Dino takes the first payload of our accept for its codec, so codecs go before what accompanies them.
    private static ImmutableArray<RtpPayloadType> Payloads(
        ImmutableArray<RtpPayloadType> answer, ImmutableArray<RtpPayloadType> offered) =>
    [
        .. answer.Select(payload => (Payload: payload, Offered: offered.FirstOrDefault(other => other.Id == payload.Id)))
            .Where(pair => pair.Offered is not null && IsSame(pair.Payload, pair.Offered))
            .Select(pair => pair.Payload with { Feedback = Feedback(pair.Payload.Feedback, pair.Offered!.Feedback) })
            .OrderBy(IsAuxiliary),
    ];

    private static bool IsSame(RtpPayloadType answer, RtpPayloadType offered) =>
        string.IsNullOrEmpty(offered.Name) || string.Equals(answer.Name, offered.Name, StringComparison.OrdinalIgnoreCase);

    private static RtpFeedback Feedback(RtpFeedback answer, RtpFeedback offered) => new(
        answer.Messages.RemoveAll(message => !offered.Messages.Any(
            other => other.Type == message.Type && (other.Subtype ?? "") == (message.Subtype ?? ""))),
        answer.TrrInterval == offered.TrrInterval ? answer.TrrInterval : null);
}
