using System.Collections.Immutable;

namespace Gateway.Mapping.Presence.Exchange;

/// <summary>What someone, or one device, says of being there: what both protocols can say.</summary>
/// <param name="IsOpen">There (no type; basic open) or not (unavailable; closed): RFC 8048 section 6.2 note 4.</param>
internal sealed record Availability(bool IsOpen)
{
    /// <summary>Not there, and nothing else known.</summary>
    public static readonly Availability Closed = new(false);

    /// <summary>away, chat, dnd or xa; null for plainly there.</summary>
    public string? Show { get; init; }

    /// <summary>Text for people, one a language.</summary>
    public ImmutableArray<StatusText> Statuses { get; init; } = [];

    /// <summary>-128 to 127 in XMPP; null where the other side said none.</summary>
    public int? Priority { get; init; }

    public bool Equals(Availability? other) => other is not null && IsOpen == other.IsOpen && Show == other.Show
        && Priority == other.Priority && Statuses.SequenceEqual(other.Statuses);

    public override int GetHashCode() => HashCode.Combine(IsOpen, Show, Priority, Statuses.Length);

    /// <summary>The four words that RFC 6121 section 4.7.2.1 knows; anything else is nothing.</summary>
    public static string? ShowOf(string? word) => word is "away" or "chat" or "dnd" or "xa" ? word : null;
}

/// <summary>A status text in one language.</summary>
/// <param name="Text">The text.</param>
/// <param name="Language">Language tag, or null.</param>
internal sealed record StatusText(string Text, string? Language);
