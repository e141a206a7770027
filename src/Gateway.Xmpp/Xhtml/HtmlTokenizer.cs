using System.Net;

namespace Gateway.Xmpp.Xhtml;

/// <summary>Kinds of pieces of an HTML text.</summary>
internal enum HtmlTokenKind
{
    /// <summary>Text, entities resolved.</summary>
    Text,

    /// <summary>A start tag.</summary>
    Start,

    /// <summary>An end tag.</summary>
    End,
}

/// <summary>A piece of an HTML text.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Text">The text, or the tag's name in lower case.</param>
/// <param name="Attributes">Of a start tag.</param>
/// <param name="IsClosed">A start tag that says it is empty.</param>
internal readonly record struct HtmlToken(
    HtmlTokenKind Kind, string Text, IReadOnlyList<KeyValuePair<string, string>> Attributes, bool IsClosed);

/// <summary>
/// Takes HTML apart, well-formed or not: what a phone calls text/html is seldom XML. Never throws; every character is looked at a
/// bounded number of times.
/// </summary>
internal sealed class HtmlTokenizer(string html)
{
    private const int AttributesLimit = 32;

    private int _at;

    /// <summary>The next piece; false at the end.</summary>
    public bool TryRead(out HtmlToken token)
    {
        while (_at < html.Length)
        {
            if (html[_at] != '<' || _at + 1 >= html.Length)
            {
                token = Text();
                return true;
            }

            var next = html[_at + 1];
            if (next is '!' or '?')
            {
                SkipDeclaration();
            }
            else if (next == '/' || char.IsAsciiLetter(next))
            {
                token = Tag();
                return true;
            }
            else
            {
                token = Text(); // a lone <
                return true;
            }
        }

        token = default;
        return false;
    }

    /// <summary>Leaves out everything up to the end tag of an element whose content is raw.</summary>
    public void SkipRaw(string element)
    {
        var end = html.IndexOf($"</{element}", _at, StringComparison.OrdinalIgnoreCase);
        _at = end < 0 ? html.Length : end;
    }

    private HtmlToken Text()
    {
        var end = html.IndexOf('<', _at + 1);
        end = end < 0 ? html.Length : end;
        var text = WebUtility.HtmlDecode(html[_at..end]);
        _at = end;
        return new HtmlToken(HtmlTokenKind.Text, text, [], false);
    }

    private void SkipDeclaration()
    {
        var isComment = string.CompareOrdinal(html, _at, "<!--", 0, 4) == 0;
        var end = html.IndexOf(isComment ? "-->" : ">", Math.Min(html.Length, _at + (isComment ? 4 : 2)), StringComparison.Ordinal);
        _at = end < 0 ? html.Length : end + (isComment ? 3 : 1);
    }

    private HtmlToken Tag()
    {
        _at++;
        var isEnd = html[_at] == '/';
        _at += isEnd ? 1 : 0;
        var name = Name();
        var attributes = new List<KeyValuePair<string, string>>();
        var isClosed = false;
        while (_at < html.Length && html[_at] != '>')
        {
            if (char.IsWhiteSpace(html[_at]) || html[_at] == '/')
            {
                isClosed = html[_at] == '/';
                _at++;
                continue;
            }

            isClosed = false;
            var attribute = Attribute();
            if (attributes.Count < AttributesLimit && attribute.Key.Length > 0)
            {
                attributes.Add(attribute);
            }
        }

        _at = Math.Min(html.Length, _at + 1);
        return new HtmlToken(isEnd ? HtmlTokenKind.End : HtmlTokenKind.Start, name, attributes, isClosed);
    }

    private KeyValuePair<string, string> Attribute()
    {
        var start = _at;
        var name = Name();
        if (_at == start)
        {
            _at++; // a character that no name begins with
            return new KeyValuePair<string, string>("", "");
        }

        SkipSpace();
        if (_at >= html.Length || html[_at] != '=')
        {
            return new KeyValuePair<string, string>(name, "");
        }

        _at++;
        SkipSpace();
        return new KeyValuePair<string, string>(name, WebUtility.HtmlDecode(Value()));
    }

    private string Value()
    {
        if (_at < html.Length && html[_at] is '"' or '\'')
        {
            var end = html.IndexOf(html[_at], _at + 1);
            end = end < 0 ? html.Length : end;
            var quoted = html[(_at + 1)..end];
            _at = Math.Min(html.Length, end + 1);
            return quoted;
        }

        var start = _at;
        while (_at < html.Length && html[_at] != '>' && !char.IsWhiteSpace(html[_at]))
        {
            _at++;
        }

        return html[start.._at];
    }

    private string Name()
    {
        var start = _at;
        while (_at < html.Length && html[_at] is not ('>' or '/' or '=' or '<' or '"' or '\'') && !char.IsWhiteSpace(html[_at]))
        {
            _at++;
        }

        return html[start.._at].ToLowerInvariant();
    }

    private void SkipSpace()
    {
        while (_at < html.Length && char.IsWhiteSpace(html[_at]))
        {
            _at++;
        }
    }
}
