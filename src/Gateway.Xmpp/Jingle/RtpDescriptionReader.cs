using System.Collections.Immutable;
using System.Globalization;
using System.Xml.Linq;
using static Gateway.Xmpp.Jingle.JingleNamespaces;

namespace Gateway.Xmpp.Jingle;

/// <summary>Reads the description of Jingle RTP.</summary>
internal static class RtpDescriptionReader
{
    // Looked for in each of a description's twenty payload types.
    private static readonly XName PayloadType = Rtp + "payload-type";
    private static readonly XName FeedbackMessage = Feedback + "rtcp-fb";
    private static readonly XName FeedbackInterval = Feedback + "rtcp-fb-trr-int";

    public static RtpDescription Read(XElement description, ElementReading reading) => new(reading.Required(description, "media"))
    {
        Ssrc = reading.Text(description, "ssrc"),
        Payloads = reading.Each(description, PayloadType, JingleLimits.Payloads, ReadPayload),
        RtcpMux = description.Element(Rtp + "rtcp-mux") is not null,
        Encryption = description.Element(Rtp + "encryption") is { } encryption ? ReadEncryption(encryption, reading) : null,
        Bandwidths = reading.Each(description, Rtp + "bandwidth", JingleLimits.Others, ReadBandwidth),
        Feedback = ReadFeedback(description, reading),
        HeaderExtensions = reading.Each(description, HeaderExtension + "rtp-hdrext", JingleLimits.Others, ReadExtension),
        ExtmapAllowMixed = description.Element(HeaderExtension + "extmap-allow-mixed") is not null,
        Sources = reading.Each(description, JingleNamespaces.Sources + "source", JingleLimits.Others, ReadSource),
        SourceGroups = reading.Each(description, JingleNamespaces.Sources + "ssrc-group", JingleLimits.Others, ReadGroup),
    };

    private static RtpPayloadType ReadPayload(XElement payload, ElementReading reading) => new(
        (int)reading.RequiredNumber(payload, "id", 0, 127),
        reading.Text(payload, "name"),
        (int?)ElementReading.NumberOrNull(payload, "clockrate", 1, int.MaxValue),
        (int)(ElementReading.NumberOrNull(payload, "channels", 1, 255) ?? 1))
    {
        Ptime = (int?)ElementReading.NumberOrNull(payload, "ptime", 1, 10_000),
        MaxPtime = (int?)ElementReading.NumberOrNull(payload, "maxptime", 1, 10_000),
        Parameters = reading.Parameters(payload),
        Feedback = ReadFeedback(payload, reading),
    };

    private static RtpFeedback ReadFeedback(XElement parent, ElementReading reading)
    {
        if (!parent.HasElements)
        {
            return RtpFeedback.None;
        }

        var messages = reading.Each(parent, FeedbackMessage, JingleLimits.Others, ReadMessage);
        var interval = parent.Element(FeedbackInterval) is { } trr
            ? (int?)(ElementReading.NumberOrNull(trr, "value", 0, int.MaxValue) ?? 0)
            : null;
        return messages.IsEmpty && interval is null ? RtpFeedback.None : new RtpFeedback(messages, interval);
    }

    private static RtpFeedbackMessage ReadMessage(XElement message, ElementReading reading) =>
        new(reading.Required(message, "type"), reading.Text(message, "subtype")) { Parameters = reading.Parameters(message) };

    // The attributes tag and session-params are optional in practice; a suite without key cannot be used.
    private static RtpEncryption ReadEncryption(XElement encryption, ElementReading reading) => new(
        encryption.Attribute("required")?.Value is "1" or "true",
        reading.Each(encryption, Rtp + "crypto", JingleLimits.Others, ReadCrypto));

    private static RtpCrypto ReadCrypto(XElement crypto, ElementReading reading) => new(
        (int)(ElementReading.NumberOrNull(crypto, "tag", 0, 999_999_999) ?? 1),
        reading.Required(crypto, "crypto-suite"),
        reading.Required(crypto, "key-params", JingleLimits.Value),
        reading.Text(crypto, "session-params", JingleLimits.Value));

    private static RtpBandwidth? ReadBandwidth(XElement bandwidth, ElementReading reading) =>
        long.TryParse(bandwidth.Value.Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var value)
            && reading.Text(bandwidth, "type") is { Length: > 0 } type
            ? new RtpBandwidth(type, value)
            : null;

    // MAPPING R-24: a missing or odd direction means both.
    private static RtpHeaderExtension ReadExtension(XElement extension, ElementReading reading) => new(
        (int)reading.RequiredNumber(extension, "id", 1, 4351),
        reading.Required(extension, "uri", JingleLimits.Value),
        extension.Attribute("senders")?.Value switch
        {
            "initiator" => JingleSenders.Initiator,
            "responder" => JingleSenders.Responder,
            _ => JingleSenders.Both,
        })
    {
        Parameters = reading.Parameters(extension),
    };

    private static RtpSource? ReadSource(XElement source, ElementReading reading) =>
        ElementReading.NumberOrNull(source, "ssrc", 0, uint.MaxValue) is { } ssrc
            ? new RtpSource((uint)ssrc, reading.Parameters(source))
            : null;

    private static RtpSourceGroup ReadGroup(XElement group, ElementReading reading) => new(
        reading.Required(group, "semantics"),
        [
            .. group.Elements(JingleNamespaces.Sources + "source").Take(JingleLimits.Others)
                .Select(source => ElementReading.NumberOrNull(source, "ssrc", 0, uint.MaxValue))
                .OfType<long>().Select(ssrc => (uint)ssrc),
        ]);
}
