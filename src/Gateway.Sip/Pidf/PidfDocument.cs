using System.Collections.Immutable;
using System.Xml.Linq;

namespace Gateway.Sip.Pidf;

/// <summary>Presence information: RFC 3863. It always is the full state (RFC 3856 section 6.7).</summary>
/// <param name="Entity">Whose presence: a URI, <c>pres:</c> as a rule (section 4.1.1).</param>
/// <param name="Tuples">One for each device or address.</param>
public sealed record PidfDocument(string Entity, ImmutableArray<PidfTuple> Tuples)
{
    /// <summary>The media type.</summary>
    public const string MediaType = "application/pidf+xml";

    /// <summary>Text about the whole.</summary>
    public ImmutableArray<PidfNote> Notes { get; init; } = [];

    /// <summary>Names of the activities that RPID tells of the person (RFC 4480 section 3.2), such as <c>on-the-phone</c>.</summary>
    public ImmutableArray<string> Activities { get; init; } = [];

    /// <summary>Same content.</summary>
    public bool Equals(PidfDocument? other) => other is not null && Entity == other.Entity && Tuples.SequenceEqual(other.Tuples)
        && Notes.SequenceEqual(other.Notes) && Activities.SequenceEqual(other.Activities);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Entity, Tuples.Length, Notes.Length);
}

/// <summary>One device or address of the presentity (section 4.1.2).</summary>
/// <param name="Id">Unique in the document; the same in every document about the same device.</param>
/// <param name="IsOpen">basic: open or closed; null when it says neither.</param>
public sealed record PidfTuple(string Id, bool? IsOpen)
{
    /// <summary>What else status says: elements of other namespaces that hold mere text (section 4.2.4).</summary>
    public ImmutableArray<PidfExtension> Extensions { get; init; } = [];

    /// <summary>contact: where the device is reached.</summary>
    public string? Contact { get; init; }

    /// <summary>Priority of contact in thousandths, 0 to 1000; null when it has none (section 4.1.4).</summary>
    public int? Priority { get; init; }

    /// <summary>Text about the device.</summary>
    public ImmutableArray<PidfNote> Notes { get; init; } = [];

    /// <summary>When the status changed.</summary>
    public DateTimeOffset? Timestamp { get; init; }

    /// <summary>The text of an extension of status; null when it is not there.</summary>
    public string? Extension(XName name) => Extensions.FirstOrDefault(extension => extension.Name == name)?.Text;

    /// <summary>Same content.</summary>
    public bool Equals(PidfTuple? other) => other is not null && Id == other.Id && IsOpen == other.IsOpen
        && Extensions.SequenceEqual(other.Extensions) && Contact == other.Contact && Priority == other.Priority
        && Notes.SequenceEqual(other.Notes) && Timestamp == other.Timestamp;

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Id, IsOpen, Contact, Priority);
}

/// <summary>Text for people (section 4.1.6).</summary>
/// <param name="Text">The text.</param>
/// <param name="Language">xml:lang, or null.</param>
public sealed record PidfNote(string Text, string? Language = null);

/// <summary>A status value of another namespace.</summary>
public sealed record PidfExtension(XName Name, string Text);
