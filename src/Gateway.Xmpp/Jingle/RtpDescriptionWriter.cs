using System.Collections.Immutable;
using System.Globalization;
using System.Xml.Linq;
using static Gateway.Xmpp.Jingle.JingleNamespaces;
using static Gateway.Xmpp.Jingle.JingleWriter;

namespace Gateway.Xmpp.Jingle;

/// <summary>Writes the description of Jingle RTP.</summary>
internal static class RtpDescriptionWriter
{
    public static XElement Write(RtpDescription description) => new(
        Rtp + "description",
        new XAttribute("media", description.Media),
        Optional("ssrc", description.Ssrc),
        description.Payloads.Select(WritePayload),
        WriteFeedback(description.Feedback),
        description.HeaderExtensions.Select(WriteExtension),
        description.ExtmapAllowMixed ? new XElement(HeaderExtension + "extmap-allow-mixed") : null,
        description.SourceGroups.Select(WriteSourceGroup),
        description.Sources.Select(WriteSource),
        description.Encryption is { } encryption ? WriteEncryption(encryption) : null,
        description.Bandwidths.Select(bandwidth => new XElement(
            Rtp + "bandwidth",
            new XAttribute("type", bandwidth.Type),
            bandwidth.Value.ToString(CultureInfo.InvariantCulture))),
        description.RtcpMux ? new XElement(Rtp + "rtcp-mux") : null);

    private static XElement WritePayload(RtpPayloadType payload) => new(
        Rtp + "payload-type",
        Number("id", payload.Id),
        Optional("name", payload.Name),
        Optional("clockrate", payload.ClockRate),
        payload.Channels == 1 ? null : Number("channels", payload.Channels),
        Optional("ptime", payload.Ptime),
        Optional("maxptime", payload.MaxPtime),
        WriteParameters(Rtp, payload.Parameters),
        WriteFeedback(payload.Feedback));

    private static IEnumerable<XElement> WriteParameters(XNamespace within, ImmutableArray<RtpParameter> parameters) =>
        parameters.Select(parameter => new XElement(
            within + "parameter", new XAttribute("name", parameter.Name), Optional("value", parameter.Value)));

    private static IEnumerable<XElement> WriteFeedback(RtpFeedback feedback)
    {
        foreach (var message in feedback.Messages)
        {
            yield return new XElement(
                Feedback + "rtcp-fb",
                new XAttribute("type", message.Type),
                Optional("subtype", message.Subtype),
                WriteParameters(Feedback, message.Parameters));
        }

        if (feedback.TrrInterval is { } interval)
        {
            yield return new XElement(Feedback + "rtcp-fb-trr-int", Number("value", interval));
        }
    }

    private static XElement WriteExtension(RtpHeaderExtension extension) => new(
        HeaderExtension + "rtp-hdrext",
        Number("id", extension.Id),
        new XAttribute("uri", extension.Uri),
        extension.Senders is JingleSenders.Initiator or JingleSenders.Responder
            ? new XAttribute("senders", WireName.Of(extension.Senders))
            : null,
        WriteParameters(HeaderExtension, extension.Parameters));

    private static XElement WriteSource(RtpSource source) => new(
        Sources + "source", Number("ssrc", source.Ssrc), WriteParameters(Sources, source.Parameters));

    private static XElement WriteSourceGroup(RtpSourceGroup group) => new(
        Sources + "ssrc-group",
        new XAttribute("semantics", group.Semantics),
        group.Sources.Select(ssrc => new XElement(Sources + "source", Number("ssrc", ssrc))));

    private static XElement WriteEncryption(RtpEncryption encryption) => new(
        Rtp + "encryption",
        encryption.Required ? new XAttribute("required", "1") : null,
        encryption.Cryptos.Select(crypto => new XElement(
            Rtp + "crypto",
            new XAttribute("crypto-suite", crypto.Suite),
            new XAttribute("key-params", crypto.KeyParams),
            Optional("session-params", crypto.SessionParams),
            Number("tag", crypto.Tag))));
}
