using System.Xml.Linq;
using Gateway.Xmpp.Jingle;

namespace Gateway.Xmpp.JingleMessage;

/// <summary>Writes the elements of XEP-0353 in the shape of version 0.8, which older readers understand.</summary>
public static class JingleMessageWriter
{
    /// <summary>The element, in the namespace of the dialect.</summary>
    public static XElement Write(JingleMessage message, JingleMessageNamespace dialect)
    {
        ArgumentNullException.ThrowIfNull(message);
        var ns = JingleMessageNamespaces.Of(dialect);
        return new XElement(ns + NameOf(message), new XAttribute("id", message.Id), Children(message, ns));
    }

    /// <summary>The element's name, which is also the verb in message ids.</summary>
    internal static string NameOf(JingleMessage message) => message.GetType().Name.ToLowerInvariant();

    private static IEnumerable<XElement?> Children(JingleMessage message, XNamespace ns) => message switch
    {
        JingleMessage.Propose propose => propose.Media.Select<string, XElement?>(
            media => new XElement(JingleNamespaces.Rtp + "description", new XAttribute("media", media))),
        JingleMessage.Reject reject => [Reason(reject.Reason), TieBreak(reject.TieBreak, ns)],
        JingleMessage.Retract retract => [Reason(retract.Reason), TieBreak(retract.TieBreak, ns)],
        JingleMessage.Finish finish =>
        [
            Reason(finish.Reason),
            finish.MigratedTo is { } to ? new XElement(ns + "migrated", new XAttribute("to", to)) : null,
        ],
        _ => [],
    };

    private static XElement? Reason(JingleReasonInfo? reason) => reason is null ? null : JingleReasonXml.Write(reason);

    private static XElement? TieBreak(bool tieBreak, XNamespace ns) => tieBreak ? new XElement(ns + "tie-break") : null;
}
