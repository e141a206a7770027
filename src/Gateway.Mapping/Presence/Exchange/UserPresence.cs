using System.Collections.Immutable;
using System.Xml.Linq;
using Gateway.Mapping.Addresses;
using Gateway.Xmpp.Stanzas;

namespace Gateway.Mapping.Presence.Exchange;

/// <summary>What an XMPP user's presence says that SIP can say too (RFC 8048 section 6.2).</summary>
internal static class UserPresence
{
    private const int MostLanguages = 8;
    private const int LongestLanguage = 35; // RFC 5646 section 4.4.1
    private const int LongestText = 1_024;

    public static Availability Of(PresenceStanza presence)
    {
        var isOpen = presence.Kind == PresenceKind.Available;
        return new Availability(isOpen)
        {
            Show = isOpen ? Availability.ShowOf(presence.Show) : null,
            Statuses = Statuses(presence),
            Priority = isOpen ? presence.Priority : null,
        };
    }

    private static ImmutableArray<StatusText> Statuses(PresenceStanza presence)
    {
        var whole = LanguageOf(presence.Element, null);
        return
        [
            .. presence.Element.Elements().Where(child => child.Name.LocalName == "status" && child.Name.Namespace == presence.Element.Name.Namespace)
                .Select(status => new StatusText(Cut(status.Value.Trim()), LanguageOf(status, whole)))
                .Where(status => status.Text.Length > 0).DistinctBy(status => status.Language).Take(MostLanguages),
        ];
    }

    private static string? LanguageOf(XElement element, string? inherited) =>
        element.Attribute(XNamespace.Xml + "lang")?.Value is { Length: > 0 and <= LongestLanguage } language
            && SafeText.IsSafe(language) ? language : inherited;

    private static string Cut(string text) => text.Length <= LongestText ? text
        : text[..(LongestText - (char.IsHighSurrogate(text[LongestText - 1]) ? 1 : 0))];
}
