using System.Collections.Immutable;
using System.Globalization;
using Gateway.Sip.Sdp;
using Gateway.Xmpp.Jingle;

namespace Gateway.Mapping.Descriptions;

/// <summary>The description of Jingle RTP as attributes of an m-line (XEP-0167 section 6, 0293, 0294, 0339).</summary>
internal static class RtpToSdp
{
    /// <summary>
    /// The payload types that can be said in SDP: a number of 64 to 95 would be taken for RTCP on a shared port
    /// (RFC 5761 section 4, R-21), a name must be a token, and only static types may lack one.
    /// </summary>
    public static ImmutableArray<RtpPayloadType> Usable(RtpDescription description) =>
    [
        .. description.Payloads.Where(payload => payload.Id is < 64 or > 95 && NameOf(payload) is not null)
            .DistinctBy(payload => payload.Id),
    ];

    public static IEnumerable<SdpAttribute> Attributes(
        RtpDescription description, ImmutableArray<RtpPayloadType> payloads, JingleCreator author) =>
    [
        .. payloads.SelectMany(PayloadAttributes),
        .. PacketTimes(payloads),
        .. Feedback("*", description.Feedback),
        .. description.HeaderExtensions.Where(extension => IsWord(extension.Uri)).Select(e => Extension(e, author)),
        .. description.ExtmapAllowMixed ? [new SdpAttribute("extmap-allow-mixed")] : ImmutableArray<SdpAttribute>.Empty,
        .. description.SourceGroups.Where(group => SdpToken.IsToken(group.Semantics) && !group.Sources.IsEmpty)
            .Select(group => new SdpAttribute("ssrc-group", $"{group.Semantics} {string.Join(' ', group.Sources)}")),
        .. description.Sources.SelectMany(SourceAttributes),
    ];

    /// <summary>RFC 4568 section 9.1.</summary>
    public static SdpAttribute Crypto(RtpCrypto crypto)
    {
        var session = crypto.SessionParams is { Length: > 0 } parameters ? " " + parameters : "";
        return new SdpAttribute("crypto", string.Create(
            CultureInfo.InvariantCulture, $"{crypto.Tag} {crypto.Suite} {crypto.KeyParams}{session}"));
    }

    private static IEnumerable<SdpAttribute> Feedback(string format, RtpFeedback feedback) =>
        feedback.IsNone ? [] : FeedbackAttributes(format, feedback);

    private static IEnumerable<SdpAttribute> PayloadAttributes(RtpPayloadType payload)
    {
        var (encoding, clockRate, channels) = NameOf(payload)!.Value;
        var suffix = channels > 1 ? "/" + SdpToken.Of(channels) : "";
        yield return new("rtpmap", string.Create(CultureInfo.InvariantCulture, $"{payload.Id} {encoding}/{clockRate}{suffix}"));
        if (FormatParameters.ToSdp(encoding, payload.Parameters) is { } fmtp)
        {
            yield return new("fmtp", string.Create(CultureInfo.InvariantCulture, $"{payload.Id} {fmtp}"));
        }

        foreach (var feedback in Feedback(SdpToken.Of(payload.Id), payload.Feedback))
        {
            yield return feedback;
        }
    }

    private static (string Encoding, int ClockRate, int Channels)? NameOf(RtpPayloadType payload)
    {
        var known = SdpRtpMap.OfStatic(payload.Id);
        var encoding = string.IsNullOrEmpty(payload.Name) ? known?.Encoding : payload.Name;
        return SdpToken.IsToken(encoding) && !encoding!.Contains('/', StringComparison.Ordinal)
            ? (encoding, payload.ClockRate ?? known?.ClockRate ?? CodecIdentity.UsualClockRate(encoding), payload.Channels)
            : null;
    }

    // one value for the m-line: the first ptime, the least maxptime.
    private static IEnumerable<SdpAttribute> PacketTimes(ImmutableArray<RtpPayloadType> payloads)
    {
        if (payloads.Select(payload => payload.Ptime).FirstOrDefault(ptime => ptime is not null) is { } first)
        {
            yield return new("ptime", SdpToken.Of(first));
        }

        if (payloads.Min(payload => payload.MaxPtime) is { } least)
        {
            yield return new("maxptime", SdpToken.Of(least));
        }
    }

    private static IEnumerable<SdpAttribute> FeedbackAttributes(string format, RtpFeedback feedback)
    {
        foreach (var message in feedback.Messages.Where(message => IsWord(message.Type)))
        {
            var parts = new[] { format, message.Type, message.Subtype }
                .Concat(message.Parameters.Select(p => p.Value is { Length: > 0 } value ? $"{p.Name}={value}" : p.Name));
            yield return new("rtcp-fb", string.Join(' ', parts.Where(part => !string.IsNullOrEmpty(part))));
        }

        if (feedback.TrrInterval is { } interval)
        {
            yield return new("rtcp-fb", $"{format} trr-int {SdpToken.Of(interval)}");
        }
    }

    // R-24, against the example of XEP-0294 section 5: recvonly at the initiator means that the responder sends.
    private static SdpAttribute Extension(RtpHeaderExtension extension, JingleCreator author)
    {
        var direction = extension.Senders is JingleSenders.Initiator or JingleSenders.Responder
            ? "/" + SendersDirection.ToDirection(extension.Senders, author).ToString().ToLowerInvariant()
            : "";
        var parameters = string.Concat(extension.Parameters.Select(
            parameter => parameter.Value is { Length: > 0 } value ? $" {parameter.Name}={value}" : $" {parameter.Name}"));
        return new SdpAttribute("extmap", $"{SdpToken.Of(extension.Id)}{direction} {extension.Uri}{parameters}");
    }

    private static IEnumerable<SdpAttribute> SourceAttributes(RtpSource source) =>
        source.Parameters.Where(parameter => SdpToken.IsToken(parameter.Name)).Select(parameter => new SdpAttribute(
            "ssrc",
            $"{SdpToken.Of(source.Ssrc)} {parameter.Name}{(parameter.Value is { } value ? ":" + value : "")}"));

    private static bool IsWord(string text) => text.Length > 0 && !text.Contains(' ', StringComparison.Ordinal);
}
