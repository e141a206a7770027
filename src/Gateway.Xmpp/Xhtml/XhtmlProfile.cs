using System.Collections.Frozen;
using System.Xml.Linq;

namespace Gateway.Xmpp.Xhtml;

/// <summary>What XHTML-IM recommends (XEP-0071 section 7.8); everything else is dropped, its text kept.</summary>
internal static class XhtmlProfile
{
    /// <summary>Nesting deeper than this is flattened.</summary>
    public const int Depth = 32;

    /// <summary>Elements of one message.</summary>
    public const int Elements = 2_000;

    /// <summary>Characters of an attribute.</summary>
    private const int AttributeLength = 2_048;

    private static readonly FrozenDictionary<string, string[]> Allowed = new Dictionary<string, string[]>
    {
        ["a"] = ["href", "style", "type"],
        ["blockquote"] = ["style"],
        ["br"] = [],
        ["cite"] = ["style"],
        ["em"] = [],
        ["img"] = ["alt", "height", "src", "style", "width"],
        ["li"] = ["style"],
        ["ol"] = ["style"],
        ["p"] = ["style"],
        ["span"] = ["style"],
        ["strong"] = [],
        ["ul"] = ["style"],
    }.ToFrozenDictionary();

    // Section 7.6.1. All of them take words and numbers; none takes an address, an expression or a quotation.
    private static readonly FrozenSet<string> Properties = FrozenSet.ToFrozenSet(
    [
        "background-color", "color", "font-family", "font-size", "font-style", "font-weight", "margin-left", "margin-right",
        "text-align", "text-decoration",
    ]);

    // Other elements of the Text Module (section 6.2), by what of the profile shows them alike.
    private static readonly FrozenDictionary<string, string> Synonyms = new Dictionary<string, string>
    {
        ["b"] = "strong",
        ["i"] = "em",
        ["div"] = "p",
        ["address"] = "p",
        ["pre"] = "p",
        ["h1"] = "p",
        ["h2"] = "p",
        ["h3"] = "p",
        ["h4"] = "p",
        ["h5"] = "p",
        ["h6"] = "p",
        ["tr"] = "p",
        ["dl"] = "ul",
        ["dt"] = "li",
        ["dd"] = "li",
        ["q"] = "cite",
        ["var"] = "em",
        ["dfn"] = "em",
    }.ToFrozenDictionary();

    /// <summary>Elements whose content is no text for people.</summary>
    private static readonly FrozenSet<string> Silent = FrozenSet.ToFrozenSet(
        ["script", "style", "head", "title", "template", "object", "applet", "iframe", "noscript", "svg", "math", "textarea", "select"]);

    /// <summary>The element of the profile that stands for this one; null when only its content stays.</summary>
    public static string? NameOf(string element) =>
        Allowed.ContainsKey(element) ? element : Synonyms.GetValueOrDefault(element);

    /// <summary>Whether the content goes too.</summary>
    public static bool IsSilent(string element) => Silent.Contains(element);

    /// <summary>Elements that have no content.</summary>
    public static bool IsVoid(string element) => element is "br" or "img" or "hr" or "meta" or "link" or "input" or "base" or "wbr" or "col";

    /// <summary>Whether the element stands on lines of its own.</summary>
    public static bool IsBlock(string element) => element is "p" or "blockquote" or "ul" or "ol" or "li" or "body";

    /// <summary>The attribute as it may stay; null when it goes.</summary>
    public static XAttribute? Attribute(string element, string name, string value)
    {
        if (!Allowed.TryGetValue(element, out var names) || !names.Contains(name) || value.Length > AttributeLength)
        {
            return null;
        }

        var clean = name switch
        {
            "href" => Address(value, ["http", "https", "mailto", "xmpp"]),
            "src" => Address(value, ["http", "https"]),
            "style" => Style(value),
            "height" or "width" => value is { Length: > 0 and <= 5 } && value.All(char.IsAsciiDigit) ? value : null,
            "type" => value.All(c => char.IsAsciiLetterOrDigit(c) || c is '/' or '-' or '+' or '.') ? value : null,
            _ => XmlText.Clean(value),
        };
        return clean is null ? null : new XAttribute(name, clean);
    }

    /// <summary>Only what has one of these schemes, written plainly: no relative reference, nothing that a reader would strip first.</summary>
    private static string? Address(string value, string[] schemes)
    {
        var address = value.Trim(' ');
        var colon = address.IndexOf(':', StringComparison.Ordinal);
        return colon > 0 && schemes.Contains(address[..colon], StringComparer.OrdinalIgnoreCase)
            && !address.Any(c => c <= ' ' || c is '\u007f' or '<' or '>' or '"' or '\\' || char.IsControl(c) || char.IsSurrogate(c))
            ? address
            : null;
    }

    private static string? Style(string value)
    {
        var kept = new List<string>();
        foreach (var declaration in value.Split(';'))
        {
            if (declaration.Split(':') is [var property, var text]
                && Properties.Contains(property.Trim().ToLowerInvariant())
                && text.Trim() is { Length: > 0 and <= 100 } clean
                && clean.All(c => char.IsAsciiLetterOrDigit(c) || c is ' ' or '#' or '.' or ',' or '%' or '-'))
            {
                kept.Add($"{property.Trim().ToLowerInvariant()}: {clean}");
            }
        }

        return kept.Count == 0 ? null : string.Join("; ", kept);
    }
}
