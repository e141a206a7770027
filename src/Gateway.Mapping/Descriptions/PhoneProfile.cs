using System.Collections.Frozen;
using Gateway.Sip.Sdp;

namespace Gateway.Mapping.Descriptions;

/// <summary>
/// What a SIP phone is shown of the relay's description: without feedback, header extensions, sources and redundancy, which
/// end in the anchor (MAPPING R-25), and without which an INVITE fits a datagram (U-33).
/// </summary>
public static class PhoneProfile
{
    private static readonly FrozenSet<string> ForBrowsers = FrozenSet.Create(
        StringComparer.Ordinal,
        "candidate", "end-of-candidates", "ice-ufrag", "ice-pwd", "ice-options", "ice-lite", "remote-candidates", "fingerprint",
        "setup", "tls-id", "extmap", "extmap-allow-mixed", "rtcp-fb", "rtcp-rsize", "ssrc", "ssrc-group", "msid", "msid-semantic",
        "mid", "group", "rid", "simulcast");

    private static readonly FrozenSet<string> IceAndDtls = FrozenSet.Create(
        StringComparer.Ordinal,
        "candidate", "end-of-candidates", "ice-ufrag", "ice-pwd", "ice-options", "ice-lite", "remote-candidates", "fingerprint", "setup", "tls-id");

    private static readonly FrozenSet<string> Repair =
        FrozenSet.Create(StringComparer.Ordinal, "red", "ulpfec", "flexfec-03", "rtx");

    /// <summary>The description for a phone. A stream over DTLS is left as it is: its reader is a browser.</summary>
    public static SdpSession Trim(SdpSession sdp)
    {
        ArgumentNullException.ThrowIfNull(sdp);
        var isDtls = sdp.Media.Any(media => media.Protocol.Contains("TLS", StringComparison.Ordinal));
        return isDtls
            ? sdp
            : sdp with
            {
                Attributes = sdp.Attributes.RemoveAll(attribute => ForBrowsers.Contains(attribute.Name)),
                Media = [.. sdp.Media.Select(Trim)],
            };
    }

    /// <summary>
    /// A phone's offer without the ICE and DTLS that it has besides, as some offer it beside plain RTP (RFC 8643 calls it opportunistic): phones
    /// are answered without, and a relay must not wait for them.
    /// </summary>
    public static SdpSession WithoutIce(SdpSession offer)
    {
        ArgumentNullException.ThrowIfNull(offer);
        return offer with
        {
            Attributes = offer.Attributes.RemoveAll(attribute => IceAndDtls.Contains(attribute.Name)),
            Media = [.. offer.Media.Select(media => media with { Attributes = media.Attributes.RemoveAll(a => IceAndDtls.Contains(a.Name)) })],
        };
    }

    private static SdpMedia Trim(SdpMedia media)
    {
        var kept = MediaFormats.Keep(
            media, format => CodecIdentity.Of(media, format) is not { } codec || !Repair.Contains(codec.Encoding));
        return kept with { Attributes = kept.Attributes.RemoveAll(attribute => ForBrowsers.Contains(attribute.Name)) };
    }
}
