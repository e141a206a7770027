using System.Diagnostics.CodeAnalysis;
using System.Xml;
using System.Xml.Linq;

namespace Gateway.Sip.InstantMessages;

/// <summary>Reads the small documents that peers send beside messages: no DTD, no entities, bounded.</summary>
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

    public static bool TryRead(ReadOnlyMemory<byte> body, XName root, [NotNullWhen(true)] out XElement? element)
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
            element = XElement.Load(reader);
        }
        catch (XmlException)
        {
            return false;
        }

        return element.Name == root;
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

    // A tree of XElement is read by recursion nowhere here, but later readers might.
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
