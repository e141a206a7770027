using System.Collections.Frozen;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Xml.Linq;
using Gateway.Sip.Messages;

namespace Gateway.Sip.InstantMessages;

/// <summary>That somebody types, or has stopped (RFC 3994).</summary>
/// <param name="IsActive">Types; tokens of other states count as idle (section 3.5).</param>
/// <param name="Refresh">How long the state holds without another one; null: 120 s (section 3.3).</param>
public sealed record IsComposing(bool IsActive, TimeSpan? Refresh = null)
{
    /// <summary>The media type.</summary>
    public const string MediaType = "application/im-iscomposing+xml";

    /// <summary>What holds without refresh (section 3.3).</summary>
    public static readonly TimeSpan DefaultRefresh = TimeSpan.FromSeconds(120);

    private static readonly XNamespace Namespace = "urn:ietf:params:xml:ns:im-iscomposing";
    private static readonly FrozenSet<string> Words = ["isComposing", "state", "refresh"];
    private static readonly TimeSpan Shortest = TimeSpan.FromSeconds(60); // section 3.2
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(10);

    /// <summary>Reads the document; false when it is none.</summary>
    public static bool TryParse(ReadOnlyMemory<byte> body, [NotNullWhen(true)] out IsComposing? read)
    {
        read = null;
        if (!SmallXml.TryRead(body, Namespace + "isComposing", Words, out var root) || root.Element(Namespace + "state") is not { } state)
        {
            return false;
        }

        var refresh = int.TryParse(root.Element(Namespace + "refresh")?.Value.Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var seconds)
            ? TimeSpan.FromSeconds(Math.Clamp(seconds, Shortest.TotalSeconds, Longest.TotalSeconds))
            : (TimeSpan?)null;
        read = new IsComposing(state.Value.Trim() == "active", refresh);
        return true;
    }

    /// <summary>The document as a body.</summary>
    public SipBody ToBody() => new(
        MediaType,
        SmallXml.Write(new XElement(
            Namespace + "isComposing",
            new XElement(Namespace + "state", IsActive ? "active" : "idle"),
            new XElement(Namespace + "contenttype", "text/plain"),
            IsActive && Refresh is { } refresh ? new XElement(Namespace + "refresh", (int)refresh.TotalSeconds) : null)));
}
