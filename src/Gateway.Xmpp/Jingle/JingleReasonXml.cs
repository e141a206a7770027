using System.Collections.Frozen;
using System.Xml.Linq;
using static Gateway.Xmpp.Jingle.JingleNamespaces;

namespace Gateway.Xmpp.Jingle;

/// <summary>The <c>reason</c> of Jingle (XEP-0166 section 7.4) and of XEP-0353.</summary>
internal static class JingleReasonXml
{
    private static readonly FrozenDictionary<string, JingleReason> Conditions = Enum.GetValues<JingleReason>()
        .Where(reason => reason != JingleReason.Unknown)
        .ToFrozenDictionary(WireName.Of, StringComparer.Ordinal);

    /// <summary>
    /// The reason among the children of <paramref name="parent"/>, or null. XEP-0353 writers put it in Jingle's namespace
    /// or leave it in their own; a condition that XEP-0166 does not define (Monal's application-error) reads as Unknown.
    /// </summary>
    public static JingleReasonInfo? Find(XElement parent)
    {
        var reason = parent.Element(Core + "reason") ?? parent.Element(parent.Name.Namespace + "reason");
        if (reason is null)
        {
            return null;
        }

        bool IsOurs(XElement child) => child.Name.Namespace == reason.Name.Namespace || child.Name.Namespace == Core;

        var condition = reason.Elements().Where(IsOurs)
            .Select(child => Conditions.TryGetValue(child.Name.LocalName, out var known) ? known : (JingleReason?)null)
            .FirstOrDefault(known => known is not null);
        return new JingleReasonInfo(
            condition ?? JingleReason.Unknown,
            CleanText(reason.Elements().FirstOrDefault(child => IsOurs(child) && child.Name.LocalName == "text")?.Value))
        {
            Application = reason.Elements().FirstOrDefault(child => !IsOurs(child))?.Name,
        };
    }

    /// <summary>The element. Unknown is written general-error, because a reason must have a defined condition.</summary>
    public static XElement Write(JingleReasonInfo reason) => new(
        Core + "reason",
        new XElement(
            Core + WireName.Of(reason.Condition == JingleReason.Unknown ? JingleReason.GeneralError : reason.Condition)),
        CleanText(reason.Text) is { } text ? new XElement(Core + "text", text) : null,
        reason.Application is { } application ? new XElement(application) : null);

    /// <summary>Text for people on one line, cut to the limit; null when nothing is left.</summary>
    private static string? CleanText(string? text)
    {
        if (string.IsNullOrWhiteSpace(text))
        {
            return null;
        }

        var cut = text.Trim().EnumerateRunes().Where(rune => rune.IsBmp ? !char.IsControl((char)rune.Value) : true)
            .Take(JingleLimits.Text).Select(rune => rune.ToString());
        return string.Concat(cut) is { Length: > 0 } clean ? clean : null;
    }
}
