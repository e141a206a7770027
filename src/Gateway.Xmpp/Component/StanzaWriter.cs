using System.Buffers;
using System.Text;
using System.Xml.Linq;
using Gateway.Xmpp.Stanzas;

namespace Gateway.Xmpp.Component;

/// <summary>
/// Writes a stanza as it stands on a component stream. The stanza and its own children take the stream's default namespace
/// whether they were made without one or as <c>jabber:client</c>; characters that XML cannot hold become U+FFFD, so that no text
/// of another network can break the stream.
/// </summary>
public static class StanzaWriter
{
    private static readonly SearchValues<char> TextSpecials = SearchValues.Create(SpecialsWith("&<>\r"));
    private static readonly SearchValues<char> AttributeSpecials = SearchValues.Create(SpecialsWith("&<>'\"\t\n\r"));

    /// <summary>Above the largest Jingle offer; a stanza that makes it grow further leaves it to the collector.</summary>
    private const int KeptOctets = 16 * 1024;

    [ThreadStatic]
    private static ArrayBufferWriter<byte>? _scratch;

    /// <summary>The stanza in UTF-8; the namespace of the stream goes without saying.</summary>
    public static byte[] Write(XElement stanza) => WriteShared(stanza).ToArray();

    /// <summary>The same in memory that this thread uses for every stanza: valid until it writes the next.</summary>
    public static ReadOnlySpan<byte> WriteShared(XElement stanza)
    {
        ArgumentNullException.ThrowIfNull(stanza);
        var output = _scratch ??= new ArrayBufferWriter<byte>(KeptOctets);
        output.ResetWrittenCount();
        Write(output, stanza, StreamNamespaces.Component, isStanzaLevel: true);
        _scratch = output.Capacity > KeptOctets ? null : output;
        return output.WrittenSpan;
    }

    /// <param name="output">Takes the octets.</param>
    /// <param name="element">What to write.</param>
    /// <param name="inScope">The default namespace where the element stands.</param>
    /// <param name="isStanzaLevel">True while every element on the way here was the stanza's own.</param>
    private static void Write(ArrayBufferWriter<byte> output, XElement element, XNamespace inScope, bool isStanzaLevel)
    {
        isStanzaLevel &= StreamNamespaces.IsStanzaNamespace(element.Name.Namespace);
        var ns = isStanzaLevel ? StreamNamespaces.Component : element.Name.Namespace;

        Raw(output, "<"u8);
        Raw(output, element.Name.LocalName);
        if (ns != inScope)
        {
            Raw(output, " xmlns='"u8);
            Escaped(output, ns.NamespaceName, AttributeSpecials);
            Raw(output, "'"u8);
        }

        WriteAttributes(output, element);
        if (IsEmpty(element))
        {
            Raw(output, "/>"u8);
            return;
        }

        Raw(output, ">"u8);
        for (var node = element.FirstNode; node is not null; node = node.NextNode)
        {
            switch (node)
            {
                case XElement child:
                    Write(output, child, ns, isStanzaLevel);
                    break;
                case XText text:
                    Escaped(output, text.Value, TextSpecials);
                    break;
            }
        }

        Raw(output, "</"u8);
        Raw(output, element.Name.LocalName);
        Raw(output, ">"u8);
    }

    private static bool IsEmpty(XElement element)
    {
        for (var node = element.FirstNode; node is not null; node = node.NextNode)
        {
            if (node is XElement or XText { Value.Length: > 0 })
            {
                return false;
            }
        }

        return true;
    }

    private static void WriteAttributes(ArrayBufferWriter<byte> output, XElement element)
    {
        var prefixes = 0;
        for (var attribute = element.FirstAttribute; attribute is not null; attribute = attribute.NextAttribute)
        {
            if (attribute.IsNamespaceDeclaration)
            {
                continue;
            }

            var prefix = string.Empty;
            if (attribute.Name.Namespace == XNamespace.Xml)
            {
                prefix = "xml:";
            }
            else if (attribute.Name.Namespace != XNamespace.None)
            {
                prefix = $"a{prefixes++}";
                Raw(output, $" xmlns:{prefix}='");
                Escaped(output, attribute.Name.NamespaceName, AttributeSpecials);
                Raw(output, "'"u8);
                prefix += ":";
            }

            Raw(output, " "u8);
            Raw(output, prefix);
            Raw(output, attribute.Name.LocalName);
            Raw(output, "='"u8);
            Escaped(output, attribute.Value, AttributeSpecials);
            Raw(output, "'"u8);
        }
    }

    private static void Escaped(ArrayBufferWriter<byte> output, ReadOnlySpan<char> text, SearchValues<char> specials)
    {
        while (text.IndexOfAny(specials) is >= 0 and var at)
        {
            Raw(output, text[..at]);
            Raw(output, text[at] switch
            {
                '&' => "&amp;"u8,
                '<' => "&lt;"u8,
                '>' => "&gt;"u8,
                '\'' => "&apos;"u8,
                '"' => "&quot;"u8,
                '\t' => "&#9;"u8,
                '\n' => "&#10;"u8,
                '\r' => "&#13;"u8,
                _ => "\ufffd"u8,
            });
            text = text[(at + 1)..];
        }

        Raw(output, text);
    }

    /// <summary>The encoder writes U+FFFD for a lone surrogate.</summary>
    private static void Raw(ArrayBufferWriter<byte> output, ReadOnlySpan<char> text) => Encoding.UTF8.GetBytes(text, output);

    private static void Raw(ArrayBufferWriter<byte> output, ReadOnlySpan<byte> octets) => output.Write(octets);

    /// <summary>XML 1.0 section 2.2: no control characters but tab, line feed and carriage return, and no U+FFFE, U+FFFF.</summary>
    private static string SpecialsWith(string markup) => markup
        + string.Concat(Enumerable.Range(0, ' ').Where(c => c is not ('\t' or '\n' or '\r')).Select(c => (char)c))
        + "\ufffe\uffff";
}
