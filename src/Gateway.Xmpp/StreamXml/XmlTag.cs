using System.Diagnostics.CodeAnalysis;
using System.Xml.Linq;

namespace Gateway.Xmpp.StreamXml;

/// <summary>Why a start tag is not taken.</summary>
internal enum TagFault
{
    None,
    Malformed,
    TooManyAttributes,
}

/// <summary>Reads start tags (XML 1.0 section 3.1). One is used for all tags of a stream, one after the other.</summary>
/// <param name="names">Names met before.</param>
/// <param name="scopes">What prefixes mean; declarations of the tag are entered.</param>
/// <param name="maxAttributes">Most attributes, declarations of namespaces among them.</param>
internal sealed class XmlTag(XmlNames names, NamespaceScopes scopes, int maxAttributes)
{
    private readonly List<(XmlName Name, string Value)> _attributes = [];

    /// <summary>Its name.</summary>
    public XmlName? Name { get; private set; }

    /// <summary>It is an end tag too.</summary>
    public bool IsEmpty { get; private set; }

    /// <summary>The element without its content, declarations left out: its names carry their namespaces. Null with a fault.</summary>
    /// <param name="tag">From bracket to bracket.</param>
    /// <param name="fault">Why it is not taken.</param>
    public XElement? Read(ReadOnlySpan<byte> tag, out TagFault fault)
    {
        IsEmpty = tag[^2] == '/';
        var inside = tag[1..(IsEmpty ? ^2 : ^1)];
        var end = EndOfName(inside);
        fault = !names.TryGet(inside[..end], out var name) ? TagFault.Malformed : ReadAttributes(inside[end..]);
        Name = name;
        return fault == TagFault.None && TryBuild(name!, out var element) ? element : Refused(ref fault);
    }

    /// <summary>The attributes of an XML declaration, in their order; null when they are not well formed.</summary>
    /// <param name="inside">What stands between its target and its end.</param>
    public (string Name, string Value)[]? Attributes(ReadOnlySpan<byte> inside) => ReadAttributes(inside) == TagFault.None
        ? [.. _attributes.Select(attribute => (attribute.Name.ToString(), attribute.Value))]
        : null;

    /// <summary>Whether an end tag ends an element of this name.</summary>
    /// <param name="tag">From bracket to bracket.</param>
    /// <param name="name">The name.</param>
    public static bool Ends(ReadOnlySpan<byte> tag, XmlName name)
    {
        var inside = tag[2..^1];
        return name.Is(inside) || name.Is(inside.TrimEnd(XmlSpace.Octets));
    }

    private static XElement? Refused(ref TagFault fault)
    {
        fault = fault == TagFault.None ? TagFault.Malformed : fault;
        return null;
    }

    private TagFault ReadAttributes(ReadOnlySpan<byte> rest)
    {
        _attributes.Clear();
        while (rest.TrimStart(XmlSpace.Octets) is { IsEmpty: false } next)
        {
            if (_attributes.Count == maxAttributes)
            {
                return TagFault.TooManyAttributes;
            }

            if (next.Length == rest.Length || !TryAttribute(next, out rest))
            {
                return TagFault.Malformed;
            }
        }

        return TagFault.None;
    }

    private bool TryAttribute(ReadOnlySpan<byte> octets, out ReadOnlySpan<byte> rest)
    {
        rest = default;
        var end = EndOfName(octets);
        if (!names.TryGet(octets[..end], out var name)
            || octets[end..].TrimStart(XmlSpace.Octets) is not [(byte)'=', .. var equated]
            || equated.TrimStart(XmlSpace.Octets) is not [var quote, .. var quoted]
            || quote is not ((byte)'"' or (byte)'\''))
        {
            return false;
        }

        var length = quoted.IndexOf(quote);
        if (length < 0 || !XmlCharacters.TryValue(quoted[..length], out var value))
        {
            return false;
        }

        _attributes.Add((name, value));
        rest = quoted[(length + 1)..];
        return true;
    }

    private bool TryBuild(XmlName name, [NotNullWhen(true)] out XElement? element)
    {
        element = null;
        var depth = scopes.Depth;
        foreach (var (attribute, value) in _attributes)
        {
            if (IsDeclaration(attribute, out var prefix) && !scopes.TryDeclare(depth, prefix, value))
            {
                return false;
            }
        }

        var ns = scopes.Default;
        if (name.Prefix.Length > 0 && !scopes.TryFind(name.Prefix, out ns))
        {
            return false;
        }

        element = new XElement(name.In(ns));
        foreach (var (attribute, value) in _attributes)
        {
            if (!IsDeclaration(attribute, out _) && !TryAdd(element, attribute, value))
            {
                return false;
            }
        }

        return true;
    }

    private bool TryAdd(XElement element, XmlName attribute, string value)
    {
        var ns = XNamespace.None;
        if (attribute.Prefix.Length > 0 && !scopes.TryFind(attribute.Prefix, out ns))
        {
            return false;
        }

        var name = attribute.In(ns);
        if (element.Attribute(name) is not null)
        {
            return false;
        }

        element.Add(new XAttribute(name, value));
        return true;
    }

    private static bool IsDeclaration(XmlName name, out string prefix)
    {
        prefix = name.Prefix.Length == 0 ? "" : name.Local;
        return name.Prefix == "xmlns" || (name.Prefix.Length == 0 && name.Local == "xmlns");
    }

    private static int EndOfName(ReadOnlySpan<byte> octets) => octets.IndexOfAny(XmlSpace.OrEquals) is >= 0 and var end ? end : octets.Length;
}
