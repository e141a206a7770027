using System.Diagnostics.CodeAnalysis;
using System.Text;
using System.Xml;
using System.Xml.Linq;

namespace Gateway.Xmpp.StreamXml;

/// <summary>A qualified name as it stands in a tag (Namespaces in XML 1.0 section 4), before anybody has looked what its prefix means.</summary>
internal sealed class XmlName
{
    private readonly byte[] _octets;
    private XNamespace? _lastNamespace;
    private XName? _last;

    private XmlName(byte[] octets, string prefix, string local) => (_octets, Prefix, Local) = (octets, prefix, local);

    /// <summary>Empty without.</summary>
    public string Prefix { get; }

    public string Local { get; }

    /// <summary>Whether these octets are this name.</summary>
    public bool Is(ReadOnlySpan<byte> octets) => octets.SequenceEqual(_octets);

    /// <summary>The name in a namespace, which is the same as last time as a rule.</summary>
    public XName In(XNamespace ns)
    {
        if (_last is null || !ReferenceEquals(ns, _lastNamespace))
        {
            (_lastNamespace, _last) = (ns, InventedNames.Get(ns, Local));
        }

        return _last;
    }

    /// <summary>As it stands in a tag.</summary>
    public override string ToString() => Prefix.Length == 0 ? Local : $"{Prefix}:{Local}";

    /// <summary>Reads one; false when it is none.</summary>
    public static bool TryRead(ReadOnlySpan<byte> octets, [NotNullWhen(true)] out XmlName? name)
    {
        name = null;
        if (!System.Text.Unicode.Utf8.IsValid(octets))
        {
            return false;
        }

        var text = Encoding.UTF8.GetString(octets);
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        if (IsPlain(text.AsSpan(colon + 1)) && (colon < 0 || IsPlain(text.AsSpan(0, colon))))
        {
            name = new XmlName(octets.ToArray(), colon < 0 ? "" : text[..colon], text[(colon + 1)..]);
        }

        return name is not null;
    }

    private static bool IsPlain(ReadOnlySpan<char> text)
    {
        if (text.IsEmpty || !XmlConvert.IsStartNCNameChar(text[0]))
        {
            return false;
        }

        foreach (var character in text[1..])
        {
            if (!XmlConvert.IsNCNameChar(character))
            {
                return false;
            }
        }

        return true;
    }
}
