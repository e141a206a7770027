using System.Collections.Immutable;
using System.Globalization;
using System.Xml.Linq;
using Gateway.Xmpp.Stanzas;

namespace Gateway.Xmpp.Jingle;

/// <summary>
/// Reads attributes of one stanza and remembers the first fault, so that readers stay free of checks after each step.
/// Fault texts name elements, attributes and limits, never the values.
/// </summary>
internal sealed class ElementReading
{
    /// <summary>The first fault; null while all is well.</summary>
    public StanzaError? Fault { get; private set; }

    public void Refuse(StanzaErrorCondition condition, string text) => Fault ??= new StanzaError(condition, text);

    public void BadRequest(string text) => Refuse(StanzaErrorCondition.BadRequest, text);

    /// <summary>The attribute's text, or null when it is absent.</summary>
    public string? Text(XElement element, string attribute, int limit = JingleLimits.Name)
    {
        if (element.Attribute(attribute)?.Value is not { } value)
        {
            return null;
        }

        if (value.Length > limit)
        {
            BadRequest($"{element.Name.LocalName}/{attribute} is longer than {limit} characters");
            return null;
        }

        // An escaped line break survives XML's normalization of attributes; no line-based protocol may ever see it.
        if (value.Any(char.IsControl))
        {
            BadRequest($"{element.Name.LocalName}/{attribute} holds a control character");
            return null;
        }

        return value;
    }

    /// <summary>The attribute's text; absent or empty is a fault (and gives an empty string).</summary>
    public string Required(XElement element, string attribute, int limit = JingleLimits.Name)
    {
        var value = Text(element, attribute, limit);
        if (string.IsNullOrEmpty(value))
        {
            BadRequest($"{element.Name.LocalName} without {attribute}");
            return "";
        }

        return value;
    }

    /// <summary>A number within bounds; null when absent, malformed or out of bounds, which is not a fault.</summary>
    public static long? NumberOrNull(XElement element, string attribute, long least, long most) =>
        long.TryParse(element.Attribute(attribute)?.Value.Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            && number >= least && number <= most
            ? number
            : null;

    /// <summary>A number within bounds; everything else is a fault (and gives the least).</summary>
    public long RequiredNumber(XElement element, string attribute, long least, long most)
    {
        if (NumberOrNull(element, attribute, least, most) is { } number)
        {
            return number;
        }

        BadRequest($"{element.Name.LocalName}/{attribute} is not a number from {least} to {most}");
        return least;
    }

    /// <summary>One of a few words; <paramref name="absent"/> when the attribute is missing, a fault when it is another.</summary>
    public T? Word<T>(XElement element, string attribute, T? absent, params ReadOnlySpan<(string Word, T Value)> words)
        where T : struct
    {
        if (Text(element, attribute) is not { } text)
        {
            return absent;
        }

        foreach (var (word, value) in words)
        {
            if (word == text)
            {
                return value;
            }
        }

        BadRequest($"{element.Name.LocalName}/{attribute} has an unknown value");
        return absent;
    }

    /// <summary>Reads every element, leaving out those that read as null; more than the limit is a fault.</summary>
    public ImmutableArray<T> Each<T>(IEnumerable<XElement> elements, int limit, Func<XElement, T?> read)
        where T : class
    {
        var result = ImmutableArray.CreateBuilder<T>(0);
        var seen = 0;
        foreach (var element in elements)
        {
            if (++seen > limit)
            {
                Refuse(StanzaErrorCondition.PolicyViolation, $"more than {limit} {element.Name.LocalName} elements");
                break;
            }

            if (Fault is null && read(element) is { } item)
            {
                result.Add(item);
            }
        }

        return result.Count == 0 ? [] : result.DrainToImmutable();
    }

    /// <summary>Children named <c>parameter</c>, whatever their namespace: extensions differ in where they put it.</summary>
    public ImmutableArray<RtpParameter> Parameters(XElement parent) =>
        Each(
            parent.Elements().Where(child => child.Name.LocalName == "parameter"),
            JingleLimits.Parameters,
            child => new RtpParameter(
                Text(child, "name", JingleLimits.Value) ?? "", Text(child, "value", JingleLimits.Value)));
}
