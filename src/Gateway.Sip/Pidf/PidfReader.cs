using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Xml;
using System.Xml.Linq;

namespace Gateway.Sip.Pidf;

/// <summary>Reads what peers send as presence (RFC 3863). What it does not know it passes over (section 4.2.3).</summary>
public static class PidfReader
{
    /// <summary>The namespace of the format.</summary>
    public static readonly XNamespace Namespace = "urn:ietf:params:xml:ns:pidf";

    private static readonly XNamespace Rpid = "urn:ietf:params:xml:ns:pidf:rpid";

    /// <summary>False, with the reason, when it is no such document, or more than anybody needs. No entity and no DTD is ever read.</summary>
    public static bool TryRead(ReadOnlyMemory<byte> body, [NotNullWhen(true)] out PidfDocument? document, [NotNullWhen(false)] out string? fault)
    {
        document = null;
        if (body.Length > PidfLimits.Octets)
        {
            fault = $"more than {PidfLimits.Octets} octets";
            return false;
        }

        try
        {
            fault = FindExcess(body);
            document = fault is null ? Document(XElement.Load(Open(body)), out fault) : null;
        }
        catch (XmlException)
        {
            fault = "not well-formed, or with a DTD";
        }
        catch (ArgumentException) // an encoding that there is not
        {
            fault = "unreadable";
        }

        return document is not null && fault is null;
    }

    private static XmlReader Open(ReadOnlyMemory<byte> body) => XmlReader.Create(
        new MemoryStream(body.ToArray(), writable: false),
        new XmlReaderSettings
        {
            DtdProcessing = DtdProcessing.Prohibit,
            XmlResolver = null,
            MaxCharactersInDocument = PidfLimits.Octets,
            IgnoreComments = true,
            IgnoreProcessingInstructions = true,
            CloseInput = true,
        });

    private static string? FindExcess(ReadOnlyMemory<byte> body)
    {
        using var reader = Open(body);
        for (var nodes = 0; reader.Read();)
        {
            nodes += 1 + reader.AttributeCount;
            if (reader.Depth > PidfLimits.Depth)
            {
                return $"more than {PidfLimits.Depth} elements within each other";
            }

            if (nodes > PidfLimits.Nodes)
            {
                return $"more than {PidfLimits.Nodes} parts";
            }
        }

        return null;
    }

    private static PidfDocument? Document(XElement root, out string? fault)
    {
        var tuples = root.Elements(Namespace + "tuple").Take(PidfLimits.Tuples + 1).ToArray();
        fault = root.Name != Namespace + "presence" ? "no presence of RFC 3863"
            : root.Attribute("entity")?.Value is not { Length: > 0 and <= PidfLimits.TextLength } ? "no entity"
            : tuples.Length > PidfLimits.Tuples ? $"more than {PidfLimits.Tuples} tuples"
            : null;
        if (fault is not null)
        {
            return null;
        }

        var read = new List<PidfTuple>(tuples.Length);
        foreach (var tuple in tuples)
        {
            if (TupleOf(tuple) is not { } one)
            {
                fault = "a tuple without id or status, or too long";
                return null;
            }

            if (!read.Exists(other => other.Id == one.Id)) // ids are unique in a valid document; of two the first counts
            {
                read.Add(one);
            }
        }

        return new PidfDocument(root.Attribute("entity")!.Value.Trim(), [.. read]) { Notes = Notes(root), Activities = Activities(root) };
    }

    private static PidfTuple? TupleOf(XElement tuple)
    {
        var status = tuple.Element(Namespace + "status");
        var contact = tuple.Element(Namespace + "contact");
        var uri = contact?.Value.Trim();
        return status is null || tuple.Attribute("id")?.Value.Trim() is not { Length: > 0 and <= PidfLimits.TextLength } id
            || uri?.Length > PidfLimits.TextLength
                ? null
                : new PidfTuple(id, status.Element(Namespace + "basic")?.Value.Trim() switch { "open" => true, "closed" => false, _ => null })
                {
                    Extensions = Extensions(status),
                    Contact = string.IsNullOrEmpty(uri) ? null : uri,
                    Priority = string.IsNullOrEmpty(uri) ? null : PriorityOf(contact!.Attribute("priority")?.Value),
                    Notes = Notes(tuple),
                    Timestamp = TimestampOf(tuple.Element(Namespace + "timestamp")?.Value),
                };
    }

    private static ImmutableArray<PidfExtension> Extensions(XElement status) =>
    [
        .. status.Elements().Where(e => e.Name.Namespace != Namespace && !e.HasElements && e.Value.Length <= PidfLimits.TextLength)
            .Take(PidfLimits.Parts).Select(e => new PidfExtension(e.Name, e.Value.Trim())),
    ];

    private static ImmutableArray<PidfNote> Notes(XElement parent) =>
    [
        .. parent.Elements(Namespace + "note").Where(note => !string.IsNullOrWhiteSpace(note.Value)).Take(PidfLimits.Parts)
            .Select(note => new PidfNote(Cut(note.Value.Trim()), Language(note))),
    ];

    private static ImmutableArray<string> Activities(XElement root) =>
    [
        .. root.Descendants(Rpid + "activities").SelectMany(activities => activities.Elements())
            .Where(activity => activity.Name.Namespace == Rpid).Select(activity => activity.Name.LocalName)
            .Distinct().Take(PidfLimits.Parts),
    ];

    private static string? Language(XElement note) =>
        note.Attribute(XNamespace.Xml + "lang")?.Value.Trim() is { Length: > 0 and <= 35 } language ? language : null; // RFC 5646 section 4.4.1

    /// <summary>qvalue: at most three decimals.</summary>
    private static int? PriorityOf(string? text) =>
        decimal.TryParse(text?.Trim(), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var value) && value is >= 0 and <= 1
            ? (int)(value * 1000)
            : null;

    private static DateTimeOffset? TimestampOf(string? text) => DateTimeOffset.TryParse(
        text?.Trim(), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) ? time : null;

    private static string Cut(string text) => text.Length <= PidfLimits.NoteLength ? text
        : text[..(PidfLimits.NoteLength - (char.IsHighSurrogate(text[PidfLimits.NoteLength - 1]) ? 1 : 0))];
}
