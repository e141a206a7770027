using System.Globalization;
using System.Xml.Linq;
using Gateway.Xmpp.Stanzas;
using static Gateway.Xmpp.Jingle.JingleNamespaces;

namespace Gateway.Xmpp.Jingle;

/// <summary>Payloads of session-info: XEP-0167 section 8 and XEP-0181.</summary>
internal static class SessionInfoXml
{
    private const string DtmfCodes = "0123456789*#ABCD";

    public static JingleSessionInfo Read(XElement jingle, ElementReading reading)
    {
        if (jingle.Elements().FirstOrDefault() is not { } payload)
        {
            return new JingleSessionInfo.Ping();
        }

        if (payload.Name == Dtmf + "dtmf")
        {
            return ReadDtmf(payload, reading);
        }

        return (payload.Name.Namespace == RtpInfo ? payload.Name.LocalName : null) switch
        {
            "ringing" => new JingleSessionInfo.Ringing(),
            "active" => new JingleSessionInfo.Active(),
            "hold" => new JingleSessionInfo.Hold(),
            "unhold" => new JingleSessionInfo.Unhold(),
            "mute" => new JingleSessionInfo.Mute(reading.Text(payload, "name"), JingleReader.ReadCreator(payload, reading)),
            "unmute" => new JingleSessionInfo.Unmute(reading.Text(payload, "name"), JingleReader.ReadCreator(payload, reading)),
            _ => new JingleSessionInfo.Unknown(payload.Name),
        };
    }

    public static XElement? Write(JingleSessionInfo info) => info switch
    {
        JingleSessionInfo.Ringing => new XElement(RtpInfo + "ringing"),
        JingleSessionInfo.Active => new XElement(RtpInfo + "active"),
        JingleSessionInfo.Hold => new XElement(RtpInfo + "hold"),
        JingleSessionInfo.Unhold => new XElement(RtpInfo + "unhold"),
        JingleSessionInfo.Mute mute => About("mute", mute.Name, mute.Creator),
        JingleSessionInfo.Unmute unmute => About("unmute", unmute.Name, unmute.Creator),
        JingleSessionInfo.Dtmf dtmf => new XElement(
            Dtmf + "dtmf",
            new XAttribute("code", dtmf.Code),
            new XAttribute("duration", dtmf.Duration.ToString(CultureInfo.InvariantCulture)),
            dtmf.Volume is { } volume ? new XAttribute("volume", volume.ToString(CultureInfo.InvariantCulture)) : null),
        JingleSessionInfo.Unknown unknown => new XElement(unknown.Name),
        _ => null,
    };

    private static XElement About(string name, string? content, JingleCreator? creator) => new(
        RtpInfo + name,
        creator is { } known ? new XAttribute("creator", WireName.Of(known)) : null,
        content is null ? null : new XAttribute("name", content));

    // XEP-0181 section 2: an unknown code is feature-not-implemented; zero duration is for the user of the event to ignore.
    private static JingleSessionInfo.Dtmf ReadDtmf(XElement dtmf, ElementReading reading)
    {
        var code = reading.Required(dtmf, "code").ToUpperInvariant();
        if (code.Length != 1 || !DtmfCodes.Contains(code[0], StringComparison.Ordinal))
        {
            reading.Refuse(StanzaErrorCondition.FeatureNotImplemented, "unknown dtmf code");
            code = "0";
        }

        return new JingleSessionInfo.Dtmf(
            code[0],
            (int)(ElementReading.NumberOrNull(dtmf, "duration", 0, 60_000) ?? 100),
            (int?)ElementReading.NumberOrNull(dtmf, "volume", 0, 63));
    }
}
