using System.Collections.Immutable;
using System.Xml.Linq;

namespace Gateway.Xmpp.Jingle;

/// <summary>A <c>jingle</c> element (XEP-0166 section 7.1).</summary>
/// <param name="Action">What is asked.</param>
/// <param name="Sid">Session id, at most 255 characters; scoped to the pair of parties.</param>
public sealed record JingleElement(JingleAction Action, string Sid)
{
    /// <summary>Who began the session, as claimed: clients leave it out or write a bare JID, so nothing is routed by it.</summary>
    public string? Initiator { get; init; }

    /// <summary>Who answered the session, as claimed.</summary>
    public string? Responder { get; init; }

    /// <summary>The contents in document order.</summary>
    public ImmutableArray<JingleContent> Contents { get; init; } = [];

    /// <summary>The reason; of a session-terminate, content-remove, content-reject or transport-reject.</summary>
    public JingleReasonInfo? Reason { get; init; }

    /// <summary>Groups of contents (XEP-0338).</summary>
    public ImmutableArray<JingleGroup> Groups { get; init; } = [];

    /// <summary>The payload of a session-info; null for the other actions.</summary>
    public JingleSessionInfo? Info { get; init; }

    /// <summary>The content of that name (unique within a creator; the first one wins), or null.</summary>
    public JingleContent? Content(string name) => Contents.FirstOrDefault(content => content.Name == name);

    /// <summary>Whether both are written the same.</summary>
    public bool Equals(JingleElement? other) =>
        ReferenceEquals(this, other)
        || (other is not null && XNode.DeepEquals(JingleWriter.Write(this), JingleWriter.Write(other)));

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Action, Sid, Contents.Length);
}

/// <summary>A group of contents (XEP-0338); the names are those of contents.</summary>
/// <param name="Semantics"><c>BUNDLE</c>, <c>LS</c>, …</param>
/// <param name="Names">Content names in order.</param>
public sealed record JingleGroup(string Semantics, ImmutableArray<string> Names)
{
    /// <summary>RFC 9143: one transport for all.</summary>
    public const string Bundle = "BUNDLE";
}
