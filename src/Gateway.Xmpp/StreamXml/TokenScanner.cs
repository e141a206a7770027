namespace Gateway.Xmpp.StreamXml;

/// <summary>
/// Finds where a token ends (XML 1.0 section 2). However slowly the octets trickle in, none is looked at twice: it remembers how far
/// it has seen.
/// </summary>
internal sealed class TokenScanner
{
    private int _seen;
    private byte _quote;

    /// <summary>The token at the beginning, and its length. To be called again with the same octets and more while it is incomplete.</summary>
    public XmlToken Next(ReadOnlySpan<byte> octets, out int length)
    {
        length = 0;
        var token = octets switch
        {
            [] or [(byte)'<'] => XmlToken.Incomplete,
            [(byte)'<', (byte)'/', ..] => Until(octets, 2, ">"u8, XmlToken.EndTag, out length),
            [(byte)'<', (byte)'?', ..] => XmlToken.Instruction,
            [(byte)'<', (byte)'!', ..] => Declaration(octets, out length),
            [(byte)'<', ..] => StartTag(octets, out length),
            _ => Text(octets, out length),
        };
        if (token != XmlToken.Incomplete)
        {
            (_seen, _quote) = (0, 0);
        }

        return token;
    }

    private XmlToken Text(ReadOnlySpan<byte> octets, out int length)
    {
        var at = octets[_seen..].IndexOf((byte)'<');
        length = at < 0 ? 0 : _seen + at;
        _seen = octets.Length;
        return at < 0 ? XmlToken.Incomplete : XmlToken.Text;
    }

    /// <summary>A tag ends at the first <c>></c> outside its quoted values.</summary>
    private XmlToken StartTag(ReadOnlySpan<byte> octets, out int length)
    {
        length = 0;
        for (var at = Math.Max(_seen, 1); ;)
        {
            var found = _quote == 0 ? octets[at..].IndexOfAny(">\"'<"u8) : octets[at..].IndexOf(_quote);
            if (found < 0)
            {
                _seen = octets.Length;
                return XmlToken.Incomplete;
            }

            at += found + 1;
            switch (octets[at - 1])
            {
                case var quote when _quote != 0:
                    _quote ^= quote;
                    break;
                case (byte)'>':
                    length = at;
                    return XmlToken.StartTag;
                case (byte)'<':
                    return XmlToken.Malformed;
                case var quote:
                    _quote = quote;
                    break;
            }
        }
    }

    private XmlToken Declaration(ReadOnlySpan<byte> octets, out int length)
    {
        length = 0;
        return octets.StartsWith("<![CDATA["u8) ? Until(octets, 9, "]]>"u8, XmlToken.CData, out length)
            : octets.StartsWith("<!--"u8) ? XmlToken.Comment
            : octets.StartsWith("<!DOCTYPE"u8) ? XmlToken.DocumentType
            : "<![CDATA["u8.StartsWith(octets) || "<!--"u8.StartsWith(octets) || "<!DOCTYPE"u8.StartsWith(octets) ? XmlToken.Incomplete
            : XmlToken.Malformed;
    }

    private XmlToken Until(ReadOnlySpan<byte> octets, int from, ReadOnlySpan<byte> end, XmlToken token, out int length)
    {
        from = Math.Max(_seen, from);
        var at = octets[from..].IndexOf(end);
        length = at < 0 ? 0 : from + at + end.Length;
        _seen = Math.Max(from, octets.Length - end.Length + 1); // the end may have begun
        return at < 0 ? XmlToken.Incomplete : token;
    }
}
