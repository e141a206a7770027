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
        if (HoldsControl(value))
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

    /// <summary>Reads every child of this name, leaving out those that read as null; more than the limit is a fault.</summary>
    public ImmutableArray<T> Each<T>(XElement parent, XName name, int limit, Func<XElement, ElementReading, T?> read)
        where T : class
    {
        if (!parent.HasElements)
        {
            return []; // most elements of a description have no children
        }

        var result = ImmutableArray.CreateBuilder<T>(0);
        var seen = 0;
        for (var node = parent.FirstNode; node is not null; node = node.NextNode)
        {
            if (node is XElement element && element.Name == name && !TryTake(element, ++seen, limit, read, result))
            {
                break;
            }
        }

        return result.Count == 0 ? [] : result.DrainToImmutable();
    }

    /// <summary>The same for elements that are not told by one name.</summary>
    public ImmutableArray<T> Each<T>(IEnumerable<XElement> elements, int limit, Func<XElement, ElementReading, T?> read)
        where T : class
    {
        var result = ImmutableArray.CreateBuilder<T>(0);
        var seen = 0;
        foreach (var element in elements)
        {
            if (!TryTake(element, ++seen, limit, read, result))
            {
                break;
            }
        }

        return result.Count == 0 ? [] : result.DrainToImmutable();
    }

    /// <summary>Children named <c>parameter</c>, whatever their namespace: extensions differ in where they put it.</summary>
    public ImmutableArray<RtpParameter> Parameters(XElement parent) => parent.HasElements
        ? Each(parent.Elements().Where(child => child.Name.LocalName == "parameter"), JingleLimits.Parameters, ReadParameter)
        : [];

    private static RtpParameter ReadParameter(XElement parameter, ElementReading reading) => new(
        reading.Text(parameter, "name", JingleLimits.Value) ?? "", reading.Text(parameter, "value", JingleLimits.Value));

    private bool TryTake<T>(
        XElement element, int number, int limit, Func<XElement, ElementReading, T?> read, ImmutableArray<T>.Builder result)
        where T : class
    {
        if (number > limit)
        {
            Refuse(StanzaErrorCondition.PolicyViolation, $"more than {limit} {element.Name.LocalName} elements");
            return false;
        }

        if (Fault is null && read(element, this) is { } item)
        {
            result.Add(item);
        }

        return true;
    }

    private static bool HoldsControl(string text)
    {
        foreach (var character in text)
        {
            if (char.IsControl(character))
            {
                return true;
            }
        }

        return false;
    }
}
