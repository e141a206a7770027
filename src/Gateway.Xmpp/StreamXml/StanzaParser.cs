using System.Text;
using System.Xml.Linq;
using Gateway.Xmpp.Component;
using Gateway.Xmpp.Stanzas;

namespace Gateway.Xmpp.StreamXml;

/// <summary>
/// The XML of a component stream, and no more of XML than RFC 6120 section 11 allows there: no comments, processing instructions,
/// document types or entities, one encoding. Holds one stanza at a time. What it is given is the peer's; nothing of it throws.
/// </summary>
internal sealed class StanzaParser
{
    /// <summary>An XML declaration with everything in it has some sixty.</summary>
    private const int LongestDeclaration = 256;

    private readonly XmppComponentOptions _limits;
    private readonly TokenScanner _scanner = new();
    private readonly NamespaceScopes _scopes = new();
    private readonly XmlTag _tag;
    private readonly Stack<(XmlName Name, int Scope)> _open = new();
    private readonly StringBuilder _texts = new();
    private string? _text;
    private XElement? _current;
    private XmlName? _stream;
    private bool _begun;
    private long _taken;

    public StanzaParser(XmppComponentOptions limits)
    {
        _limits = limits;
        _tag = new XmlTag(new XmlNames(), _scopes, limits.MaxAttributes);
    }

    /// <summary>The next item; null when its end is not there yet: to be called again with what is left, and more.</summary>
    /// <param name="octets">What has been received and not been taken.</param>
    /// <param name="taken">How many of them are done with.</param>
    public StreamItem? Next(ReadOnlySpan<byte> octets, out int taken)
    {
        taken = 0;
        StreamItem? item = _begun ? null : Begin(octets, out taken);
        while (item is null)
        {
            var rest = octets[taken..];
            if (_current is null && _begun)
            {
                rest = rest.TrimStart(XmlSpace.Octets);
                taken = octets.Length - rest.Length;
            }

            var (token, length) = (XmlToken.Incomplete, 0);
            if (_begun && !rest.IsEmpty)
            {
                token = _scanner.Next(rest, out length);
            }

            if (token == XmlToken.Incomplete && (_current is not null || rest is [] or [(byte)'<', ..] || !_begun))
            {
                return TooLarge(rest.Length);
            }

            taken += length;
            _taken += length;
            item = TooLarge(0) ?? Take(token, rest[..length]);
        }

        _taken = 0;
        return item;
    }

    /// <summary>A stanza counts from its first octet to its last; white space between stanzas does not (RFC 6120 section 4.6.1).</summary>
    private StreamItem.Fault? TooLarge(int waiting) => _taken + waiting > _limits.MaxStanzaOctets
        ? new StreamItem.Fault("policy-violation", "a stanza exceeds the size limit")
        : null;

    /// <summary>RFC 6120 section 11.6: no byte order mark, no other encoding. ASCII or white space must come first.</summary>
    private StreamItem.Fault? Begin(ReadOnlySpan<byte> octets, out int taken)
    {
        taken = 0;
        if (octets.Length < 2)
        {
            return null;
        }

        if (octets is not [(byte)'<' or (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n', not 0, ..])
        {
            return new StreamItem.Fault("unsupported-encoding", "the stream is not UTF-8");
        }

        if ("<?xml"u8.StartsWith(octets))
        {
            return null;
        }

        if (octets is not [(byte)'<', (byte)'?', (byte)'x', (byte)'m', (byte)'l', (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n', .. var rest])
        {
            _begun = true;
            return null;
        }

        var end = rest[..Math.Min(rest.Length, LongestDeclaration)].IndexOf("?>"u8);
        if (end < 0)
        {
            return rest.Length < LongestDeclaration ? null : NotWellFormed();
        }

        _begun = true;
        taken = octets.Length - rest.Length + end + 2;
        return OfDeclaration(octets["<?xml"u8.Length..(taken - 2)]);
    }

    /// <summary>XML 1.0 section 2.8.</summary>
    private StreamItem.Fault? OfDeclaration(ReadOnlySpan<byte> inside)
    {
        if (inside.Contains((byte)'&') || _tag.Attributes(inside) is not [("version", "1.0"), .. var others])
        {
            return NotWellFormed();
        }

        if (others is [("encoding", var encoding), ..])
        {
            if (!encoding.Equals("utf-8", StringComparison.OrdinalIgnoreCase))
            {
                return new StreamItem.Fault("unsupported-encoding", "the stream is not declared as UTF-8");
            }

            others = others[1..];
        }

        return others is [] or [("standalone", "yes" or "no")] ? null : NotWellFormed();
    }

    private StreamItem? Take(XmlToken token, ReadOnlySpan<byte> octets) => token switch
    {
        XmlToken.StartTag when _stream is null => Header(octets),
        XmlToken.StartTag => StartTag(octets),
        XmlToken.EndTag => EndTag(octets),
        XmlToken.Text or XmlToken.CData or XmlToken.Incomplete when _stream is null => NotWellFormed(),
        XmlToken.Text or XmlToken.CData or XmlToken.Incomplete when _current is null =>
            new StreamItem.Fault("bad-format", "text between stanzas"),
        XmlToken.Text => XmlCharacters.TryText(octets, out var text) ? Append(text) : NotWellFormed(),
        XmlToken.CData => XmlCharacters.TryCData(octets[9..^3], out var text) ? Append(text) : NotWellFormed(),
        XmlToken.Comment or XmlToken.Instruction or XmlToken.DocumentType =>
            new StreamItem.Fault("restricted-xml", "a comment, processing instruction or document type declaration"),
        _ => NotWellFormed(),
    };

    private StreamItem Header(ReadOnlySpan<byte> octets)
    {
        if (_tag.Read(octets, out var fault) is not { } header)
        {
            return FaultOf(fault);
        }

        if (header.Name != StreamNamespaces.Streams + "stream" || _scopes.Default != StreamNamespaces.Component)
        {
            return new StreamItem.Fault("invalid-namespace", "not a component stream");
        }

        _stream = _tag.Name;
        return _tag.IsEmpty ? new StreamItem.Closed() : new StreamItem.Header(header.Attribute("id")?.Value);
    }

    private StreamItem? StartTag(ReadOnlySpan<byte> octets)
    {
        var scope = _scopes.Depth;
        if (_tag.Read(octets, out var fault) is not { } element)
        {
            return FaultOf(fault);
        }

        FlushText();
        _current?.Add(element);
        if (!_tag.IsEmpty)
        {
            _open.Push((_tag.Name!, scope));
            _current = element;
            return _open.Count > _limits.MaxDepth
                ? new StreamItem.Fault("policy-violation", $"elements deeper than {_limits.MaxDepth} levels")
                : null;
        }

        _scopes.Leave(scope);
        return _current is null ? new StreamItem.Element(element) : null;
    }

    private StreamItem? EndTag(ReadOnlySpan<byte> octets)
    {
        if (_current is null)
        {
            return _stream is not null && XmlTag.Ends(octets, _stream) ? new StreamItem.Closed() : NotWellFormed();
        }

        var (name, scope) = _open.Pop();
        if (!XmlTag.Ends(octets, name))
        {
            return NotWellFormed();
        }

        FlushText();
        _scopes.Leave(scope);
        var ended = _current;
        _current = ended.Parent;
        return _current is null ? new StreamItem.Element(ended) : null;
    }

    /// <summary>Text is one node, in however many pieces it comes.</summary>
    private StreamItem? Append(string text)
    {
        if (_text is not null)
        {
            _texts.Append(_text);
        }

        _text = text;
        return null;
    }

    private void FlushText()
    {
        if (_texts.Length > 0)
        {
            _text = _texts.Append(_text).ToString();
            _texts.Clear();
        }

        if (_text is { Length: > 0 })
        {
            _current!.Add(_text);
        }

        _text = null;
    }

    private StreamItem.Fault FaultOf(TagFault fault) => fault == TagFault.TooManyAttributes
        ? new StreamItem.Fault("policy-violation", $"an element with more than {_limits.MaxAttributes} attributes")
        : NotWellFormed();

    private static StreamItem.Fault NotWellFormed() => new("not-well-formed", "no XML, or none that a stream may hold");
}
