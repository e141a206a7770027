using System.Diagnostics.CodeAnalysis;
using System.Xml.Linq;
using Gateway.Xmpp.Stanzas;

namespace Gateway.Xmpp.Presence;

/// <summary>What for a peer wants to see our presence.</summary>
public enum TemporaryPresenceReason
{
    /// <summary>Not said, or a word that no version defines (T-4).</summary>
    Unspecified,

    /// <summary>media.</summary>
    Media,

    /// <summary>text.</summary>
    Text,

    /// <summary>file.</summary>
    File,
}

/// <summary>XEP-0276 in its three spellings (MAPPING section 6). Only the element: what to answer is decided elsewhere.</summary>
public static class TemporaryPresence
{
    /// <summary>Version 0.1: temppres.</summary>
    public static readonly XNamespace Temppres = "urn:xmpp:temppres:0";

    /// <summary>Versions 0.2 and 0.3: decloak.</summary>
    public static readonly XNamespace Decloak = "urn:xmpp:decloak:0";

    /// <summary>Before the namespace was assigned; the element's name is in no text, so any is taken.</summary>
    public static readonly XNamespace Telepathy = "http://telepathy.freedesktop.org/xmpp/protocol/decloak";

    /// <summary>True when the presence, of whatever type, carries the extension.</summary>
    public static bool TryRead(PresenceStanza presence, out TemporaryPresenceReason reason)
    {
        ArgumentNullException.ThrowIfNull(presence);
        var request = presence.Payloads.FirstOrDefault(IsRequest);
        reason = request?.Attribute("reason")?.Value switch
        {
            "media" => TemporaryPresenceReason.Media,
            "text" => TemporaryPresenceReason.Text,
            "file" => TemporaryPresenceReason.File,
            _ => TemporaryPresenceReason.Unspecified,
        };
        return request is not null;
    }

    /// <summary>The request in all three spellings, for one presence (T-13).</summary>
    public static IEnumerable<XElement> Write(TemporaryPresenceReason reason)
    {
        var word = reason switch
        {
            TemporaryPresenceReason.Media => "media",
            TemporaryPresenceReason.Text => "text",
            TemporaryPresenceReason.File => "file",
            _ => null,
        };
        foreach (var name in (XName[])[Temppres + "temppres", Decloak + "decloak", Telepathy + "decloak"])
        {
            yield return new XElement(name, word is null ? null : new XAttribute("reason", word));
        }
    }

    private static bool IsRequest(XElement payload) => payload.Name == Temppres + "temppres" || payload.Name == Decloak + "decloak"
        || payload.Name.Namespace == Telepathy;
}
