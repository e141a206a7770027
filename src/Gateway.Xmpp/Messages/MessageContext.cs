using System.Globalization;
using System.Xml.Linq;
using Gateway.Xmpp.Stanzas;

namespace Gateway.Xmpp.Messages;

/// <summary>What is known about a message beside what it says: late, a copy, not to be kept.</summary>
public static class MessageContext
{
    /// <summary>Delayed delivery (XEP-0203).</summary>
    public static readonly XNamespace Delay = "urn:xmpp:delay";

    /// <summary>Carbons (XEP-0280).</summary>
    public static readonly XNamespace Carbons = "urn:xmpp:carbons:2";

    /// <summary>Message archives (XEP-0313).</summary>
    public static readonly XNamespace Archive = "urn:xmpp:mam:2";

    /// <summary>Stanza forwarding (XEP-0297).</summary>
    public static readonly XNamespace Forward = "urn:xmpp:forward:0";

    /// <summary>For the device that it is addressed to alone: no copies for the others (XEP-0280 section 9).</summary>
    public static XElement Private() => new(Carbons + "private");

    /// <summary>When the message was sent first, if it was held up; null without a delay, or with one that names no time.</summary>
    public static DateTimeOffset? SentAt(Stanza message)
    {
        ArgumentNullException.ThrowIfNull(message);
        return DateTimeOffset.TryParse(
            message.Payload(Delay + "delay")?.Attribute("stamp")?.Value, CultureInfo.InvariantCulture,
            DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var stamp)
            ? stamp
            : null;
    }

    /// <summary>Whether it was held up, by whatever time.</summary>
    public static bool IsDelayed(Stanza message)
    {
        ArgumentNullException.ThrowIfNull(message);
        return message.Payload(Delay + "delay") is not null;
    }

    /// <summary>A copy for other devices or out of an archive: nobody said it to us (MAPPING M-10).</summary>
    public static bool IsCopy(Stanza message)
    {
        ArgumentNullException.ThrowIfNull(message);
        foreach (var payload in message.Payloads)
        {
            if ((payload.Name.Namespace == Carbons && payload.Name.LocalName is "sent" or "received")
                || payload.Name == Archive + "result" || payload.Name == Forward + "forwarded")
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>A delay element.</summary>
    public static XElement WriteDelay(string from, DateTimeOffset stamp) => new(
        Delay + "delay",
        new XAttribute("from", from),
        new XAttribute("stamp", stamp.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture)));
}
