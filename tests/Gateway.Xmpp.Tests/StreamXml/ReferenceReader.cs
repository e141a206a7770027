using System.Text;
using System.Xml;
using System.Xml.Linq;

namespace Gateway.Xmpp.Tests.StreamXml;

/// <summary>What a stream holds according to <see cref="XmlReader"/>, and to RFC 6120 section 11.1 where that is stricter.</summary>
internal static class ReferenceReader
{
    /// <summary>The elements of the first level; null when the octets are no stream from header to end.</summary>
    public static IReadOnlyList<XElement>? Read(byte[] octets)
    {
        try
        {
            using var reader = XmlReader.Create(new MemoryStream(octets), new XmlReaderSettings
            {
                DtdProcessing = DtdProcessing.Prohibit, XmlResolver = null, IgnoreComments = false, IgnoreProcessingInstructions = false,
            });
            return Read(reader);
        }
        catch (XmlException)
        {
            return null;
        }
    }

    private static List<XElement>? Read(XmlReader reader)
    {
        var root = new XElement("root");
        var current = root;
        var text = new StringBuilder();
        var isHeader = true;
        while (reader.Read())
        {
            switch (reader.NodeType)
            {
                case XmlNodeType.XmlDeclaration when reader.GetAttribute("encoding") is null or "utf-8" or "UTF-8":
                    break;
                case XmlNodeType.Element when isHeader:
                    isHeader = false;
                    break;
                case XmlNodeType.Element:
                    Flush();
                    var child = new XElement(XName.Get(reader.LocalName, reader.NamespaceURI));
                    var isEmpty = reader.IsEmptyElement;
                    while (reader.MoveToNextAttribute())
                    {
                        if (reader.NamespaceURI != XNamespace.Xmlns.NamespaceName)
                        {
                            child.Add(new XAttribute(XName.Get(reader.LocalName, reader.NamespaceURI), reader.Value));
                        }
                    }

                    current.Add(child);
                    current = isEmpty ? current : child;
                    break;
                case XmlNodeType.EndElement when current == root:
                    return [.. root.Elements()];
                case XmlNodeType.EndElement:
                    Flush();
                    current = current.Parent!;
                    break;
                case XmlNodeType.Text or XmlNodeType.CDATA or XmlNodeType.Whitespace or XmlNodeType.SignificantWhitespace:
                    if (current != root)
                    {
                        text.Append(reader.Value);
                    }
                    else if (!string.IsNullOrWhiteSpace(reader.Value) || reader.NodeType == XmlNodeType.CDATA)
                    {
                        return null;
                    }

                    break;
                default:
                    return null;
            }
        }

        return null;

        void Flush()
        {
            if (text.Length > 0)
            {
                current.Add(new XText(text.ToString()));
                text.Clear();
            }
        }
    }
}
