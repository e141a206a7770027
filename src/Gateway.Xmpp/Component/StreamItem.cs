using System.Xml.Linq;

namespace Gateway.Xmpp.Component;

/// <summary>What the reader found next on the stream. A closed set.</summary>
internal abstract record StreamItem
{
    private StreamItem()
    {
    }

    /// <summary>The server's stream header.</summary>
    public sealed record Header(string? Id) : StreamItem;

    /// <summary>A whole element at the stream's first level: stanza, handshake or stream error.</summary>
    public sealed record Element(XElement Content) : StreamItem;

    /// <summary>The server's closing tag.</summary>
    public sealed record Closed : StreamItem;

    /// <summary>Octets that no XMPP stream may hold. <paramref name="Condition"/>: RFC 6120 section 4.9.3, sent before closing.</summary>
    public sealed record Fault(string Condition, string Text) : StreamItem;

    /// <summary>The connection ended without a closing tag.</summary>
    public sealed record Lost(string Reason) : StreamItem;
}
