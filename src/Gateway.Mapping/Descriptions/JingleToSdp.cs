using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using Gateway.Sip.Sdp;
using Gateway.Xmpp.Jingle;

namespace Gateway.Mapping.Descriptions;

/// <summary>Makes the session description that the media relay reads from a client's session-initiate or session-accept.</summary>
public static class JingleToSdp
{
    /// <summary>
    /// The placeholder for an address where ICE will find one, kept even when candidates are there: a relay that sees another
    /// address in a later offer of the same client gives the phone another port. RFC 8840 section 4.1.1 writes 0.0.0.0, which
    /// relays and phones take for hold; 192.0.2.1 (RFC 5737) is nobody's, and <see cref="GatewayOffer"/> says the same.
    /// </summary>
    private static readonly SdpConnection Unknown = new("IN", "IP4", "192.0.2.1");
    private const int UnknownPort = 9;
    private static readonly SdpOrigin Origin = new("-", "1", 1, "IN", "IP4", "192.0.2.1");

    /// <summary>
    /// The description of what the client said, one m-line a relayed stream, in the order of the table. A content that is
    /// missing from a session-accept is a refused stream.
    /// </summary>
    /// <param name="session">session-initiate, session-accept, or content-add with the whole of the session's contents.</param>
    /// <param name="author">The client's role, which directions are seen from .</param>
    /// <param name="table">The streams; for an offer <see cref="MediaTable.FromJingle"/> of the same element.</param>
    /// <param name="options">Policy.</param>
    /// <param name="sdp">The description.</param>
    /// <param name="fault">Why the session cannot be had: the reason to end it with.</param>
    public static bool TryConvert(
        JingleElement session,
        JingleCreator author,
        MediaTable table,
        DescriptionOptions options,
        [NotNullWhen(true)] out SdpSession? sdp,
        [NotNullWhen(false)] out JingleReasonInfo? fault)
    {
        ArgumentNullException.ThrowIfNull(session);
        ArgumentNullException.ThrowIfNull(table);
        ArgumentNullException.ThrowIfNull(options);
        var media = ImmutableArray.CreateBuilder<SdpMedia>();
        foreach (var line in table.Relayed)
        {
            var content = session.Content(line.Name);
            media.Add(content is null ? Refused(line) : ToMedia(content, line, author, session.Action));
        }

        fault = Fault(session, table, media, options);
        sdp = fault is null
            ? new SdpSession { Origin = Origin, Attributes = Groups(session, table), Media = media.ToImmutable() }
            : null;
        return fault is null;
    }

    private static JingleReasonInfo? Fault(
        JingleElement session, MediaTable table, IEnumerable<SdpMedia> media, DescriptionOptions options)
    {
        if (!media.Any(line => line is { Media: "audio", IsRefused: false }))
        {
            return WhyNoAudio(session, table);
        }

        var isClear = media.Any(line => !line.IsRefused && line.Protocol is "RTP/AVP" or "RTP/AVPF");
        var hasNoDtls = media.Any(line => line is { Media: "audio", IsRefused: false } && !line.Has("fingerprint"));
        return (isClear && options.RequireSrtp) || (hasNoDtls && options.RequireDtls)
            ? new JingleReasonInfo(JingleReason.SecurityError, options.RequireDtls ? "DTLS-SRTP is required" : "encryption is required")
            {
                Application = JingleReasonInfo.CryptoRequired,
            }
            : null;
    }

    private static JingleReasonInfo WhyNoAudio(JingleElement session, MediaTable table)
    {
        var audio = table.Lines.Where(line => line.Media == "audio").Select(line => session.Content(line.Name)).OfType<JingleContent>()
            .ToList();
        return audio switch
        {
            [] => new JingleReasonInfo(JingleReason.UnsupportedApplications, "no audio"),
            _ when audio.All(content => content.Transport is null) =>
                new JingleReasonInfo(JingleReason.UnsupportedTransports, "no ICE-UDP transport"),
            _ => new JingleReasonInfo(JingleReason.IncompatibleParameters, "no usable audio codec"),
        };
    }

    private static SdpMedia Refused(MediaLine line) =>
        new() { Media = line.Media, Port = 0, Protocol = "UDP/TLS/RTP/SAVPF", Formats = ["0"], Attributes = [new("mid", line.Mid)] };

    private static SdpMedia ToMedia(JingleContent content, MediaLine line, JingleCreator author, JingleAction action)
    {
        if (content.Description is not { } description || content.Transport is not { } transport)
        {
            return Refused(line);
        }

        var payloads = RtpToSdp.Usable(description);
        if (payloads.IsEmpty)
        {
            return Refused(line);
        }

        var isMuxed = line.RtcpMux && description.RtcpMux;
        var candidates = IceToSdp.Candidates(transport, isMuxed);
        return new SdpMedia
        {
            Media = line.Media,
            Port = UnknownPort,
            Protocol = Protocol(description, transport),
            Formats = [.. payloads.Select(payload => SdpToken.Of(payload.Id))],
            Connection = Unknown,
            Bandwidths = [.. description.Bandwidths.Where(b => SdpToken.IsToken(b.Type) && b.Value >= 0)
                .Select(b => new SdpBandwidth(b.Type, (ulong)b.Value))],
            Attributes =
            [
                new("mid", line.Mid),
                new(DirectionName(SendersDirection.ToDirection(content.Senders, author))),
                .. isMuxed ? [new SdpAttribute("rtcp-mux")] : ImmutableArray<SdpAttribute>.Empty,
                .. IceToSdp.Credentials(transport),
                new("ice-options", "trickle"),
                .. Keys(description, transport, action),
                .. RtpToSdp.Attributes(description, payloads, author),
                .. candidates.Select(IceToSdp.Candidate),
                .. transport.GatheringComplete ? [new SdpAttribute("end-of-candidates")] : ImmutableArray<SdpAttribute>.Empty,
            ],
        };
    }

    // Dino sends SDES keys beside its fingerprint: the fingerprint wins, and the keys are not passed on.
    private static string Protocol(RtpDescription description, IceUdpTransport transport)
    {
        if (!transport.Fingerprints.IsEmpty)
        {
            return "UDP/TLS/RTP/SAVPF";
        }

        var hasFeedback = !description.Feedback.IsNone || description.Payloads.Any(payload => !payload.Feedback.IsNone);
        var isSecure = description.Encryption is { Cryptos.IsEmpty: false };
        return (isSecure ? "RTP/SAVP" : "RTP/AVP") + (hasFeedback ? "F" : "");
    }

    private static IEnumerable<SdpAttribute> Keys(RtpDescription description, IceUdpTransport transport, JingleAction action) =>
        !transport.Fingerprints.IsEmpty ? IceToSdp.Fingerprints(transport, isAnswer: action == JingleAction.SessionAccept)
        : description.Encryption is { } encryption ? encryption.Cryptos.Select(RtpToSdp.Crypto)
        : [];

    // of a group only the streams that the relay knows.
    private static ImmutableArray<SdpAttribute> Groups(JingleElement session, MediaTable table)
    {
        var attributes = ImmutableArray.CreateBuilder<SdpAttribute>();
        foreach (var group in session.Groups.Where(group => SdpToken.IsToken(group.Semantics)))
        {
            var mids = group.Names.Select(table.ByName).OfType<MediaLine>().Where(line => line.IsRelayed).Select(line => line.Mid);
            if (string.Join(' ', mids) is { Length: > 0 } text)
            {
                attributes.Add(new("group", $"{group.Semantics} {text}"));
            }
        }

        return attributes.ToImmutable();
    }

    private static string DirectionName(SdpDirection direction) => direction.ToString().ToLowerInvariant();
}
