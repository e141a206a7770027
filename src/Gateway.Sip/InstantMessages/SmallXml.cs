using System.Collections.Frozen;
using System.Diagnostics.CodeAnalysis;
using System.Xml;
using System.Xml.Linq;

namespace Gateway.Sip.InstantMessages;

/// <summary>
/// Reads the small documents that peers send beside messages: no DTD, no entities, bounded. Elements that are not named in the
/// question are left out with what is in them, and all attributes: the runtime keeps each name that a tree has for as long as its
/// namespace is used, which ours are for ever, and peers can make up names without end.
/// </summary>
internal static class SmallXml
{
    private const int Longest = 8_192;
    private const int Deepest = 16;

    private static readonly XmlReaderSettings Settings = new()
    {
        DtdProcessing = DtdProcessing.Prohibit,
        XmlResolver = null,
        MaxCharactersInDocument = Longest,
    };

    /// <param name="body">The document.</param>
    /// <param name="root">What its root must be; its namespace is that of the <paramref name="words"/>.</param>
    /// <param name="words">Elements to read.</param>
    /// <param name="element">The document.</param>
    public static bool TryRead(
        ReadOnlyMemory<byte> body, XName root, FrozenSet<string> words, [NotNullWhen(true)] out XElement? element)
    {
        element = null;
        if (body.Length > Longest || !IsShallow(body.Span))
        {
            return false;
        }

        try
        {
            using var stream = new MemoryStream(body.ToArray());
            using var reader = XmlReader.Create(stream, Settings);
            element = reader.MoveToContent() == XmlNodeType.Element && reader.LocalName == root.LocalName && reader.NamespaceURI == root.NamespaceName
                ? Read(reader, root, words) : null;
            while (element is not null && reader.Read())
            {
                // To the end: what comes behind the root must be well-formed too.
            }
        }
        catch (XmlException)
        {
            element = null;
        }

        return element is not null;
    }

    public static XmlWriterSettings Writing { get; } = new() { Encoding = new System.Text.UTF8Encoding(false), OmitXmlDeclaration = false };

    public static byte[] Write(XElement element)
    {
        using var stream = new MemoryStream();
        using (var writer = XmlWriter.Create(stream, Writing))
        {
            element.Save(writer);
        }

        return stream.ToArray();
    }

    /// <summary>The element at which the reader is; afterwards it is at its end.</summary>
    private static XElement Read(XmlReader reader, XName name, FrozenSet<string> words)
    {
        var element = new XElement(name);
        var isOpen = !reader.IsEmptyElement;
        for (var strange = 0; isOpen && reader.Read();)
        {
            switch (reader.NodeType)
            {
                case XmlNodeType.Element when strange == 0 && reader.NamespaceURI == name.NamespaceName && words.Contains(reader.LocalName):
                    element.Add(Read(reader, name.Namespace + reader.LocalName, words));
                    break;
                case XmlNodeType.Element:
                    strange += reader.IsEmptyElement ? 0 : 1;
                    break;
                case XmlNodeType.EndElement:
                    isOpen = strange-- > 0;
                    break;
                case XmlNodeType.Text or XmlNodeType.CDATA or XmlNodeType.SignificantWhitespace when strange == 0:
                    element.Add(reader.Value);
                    break;
                default:
                    break;
            }
        }

        return element;
    }

    // The recursion above is as deep as the document at most. A tree of XElement is read by recursion nowhere here, but later readers might.
    private static bool IsShallow(ReadOnlySpan<byte> body)
    {
        var depth = 0;
        for (var i = 0; i + 1 < body.Length; i++)
        {
            if (body[i] == '<' && body[i + 1] is not ((byte)'?' or (byte)'!'))
            {
                depth += body[i + 1] == '/' ? -1 : 1;
            }
            else if (body[i] == '/' && body[i + 1] == '>')
            {
                depth--;
            }

            if (depth > Deepest)
            {
                return false;
            }
        }

        return true;
    }
}
