using System.Globalization;
using System.Text;
using System.Xml;
using System.Xml.Linq;
using Gateway.Sip.Messages;

namespace Gateway.Sip.Pidf;

/// <summary>Writes presence information, in the order of the schema (RFC 3863 section 4.4).</summary>
public static class PidfWriter
{
    private static readonly XNamespace Pidf = PidfReader.Namespace;

    /// <summary>The document as a body, in UTF-8. Characters that XML does not know are left out.</summary>
    public static SipBody Write(PidfDocument document)
    {
        ArgumentNullException.ThrowIfNull(document);
        var root = new XElement(
            Pidf + "presence",
            new XAttribute("entity", Clean(document.Entity)),
            document.Tuples.Select(Tuple),
            document.Notes.Select(Note));
        var bytes = new MemoryStream();
        using (var writer = XmlWriter.Create(bytes, new XmlWriterSettings { Encoding = new UTF8Encoding(false) }))
        {
            root.Save(writer);
        }

        return new SipBody(PidfDocument.MediaType, bytes.ToArray());
    }

    private static XElement Tuple(PidfTuple tuple) => new(
        Pidf + "tuple",
        new XAttribute("id", Clean(tuple.Id)),
        new XElement(
            Pidf + "status",
            tuple.IsOpen is { } isOpen ? new XElement(Pidf + "basic", isOpen ? "open" : "closed") : null,
            tuple.Extensions.Select(extension => new XElement(extension.Name, Clean(extension.Text)))),
        tuple.Contact is null ? null : new XElement(Pidf + "contact", PriorityOf(tuple), Clean(tuple.Contact)),
        tuple.Notes.Select(Note),
        tuple.Timestamp is { } time ? new XElement(Pidf + "timestamp", XmlConvert.ToString(time)) : null);

    private static XAttribute? PriorityOf(PidfTuple tuple) => tuple.Priority is { } thousandths
        ? new XAttribute("priority", (thousandths / 1000m).ToString("0.000", CultureInfo.InvariantCulture))
        : null;

    private static XElement Note(PidfNote note) => new(
        Pidf + "note", note.Language is null ? null : new XAttribute(XNamespace.Xml + "lang", Clean(note.Language)), Clean(note.Text));

    private static string Clean(string text)
    {
        if (text.All(XmlConvert.IsXmlChar))
        {
            return text;
        }

        var clean = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes()) // a lone surrogate becomes U+FFFD
        {
            if (rune.Value > 0xFFFF || XmlConvert.IsXmlChar((char)rune.Value))
            {
                clean.Append(rune);
            }
        }

        return clean.ToString();
    }
}
