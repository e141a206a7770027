using System.Net;
using System.Text;
using System.Xml.Linq;

namespace Gateway.Xmpp.Xhtml;

/// <summary>
/// Formatted text within the profile of XHTML-IM (XEP-0071 section 7.8), and the same as plain text. However it was written, nothing
/// outside the profile is in it: no script, no foreign address, no class.
/// </summary>
public sealed class FormattedText
{
    private static readonly XNamespace Xhtml = "http://www.w3.org/1999/xhtml";

    private readonly XElement _body;

    private FormattedText(XElement body) => _body = body;

    /// <summary>The namespace of the html element.</summary>
    public static readonly XNamespace Namespace = "http://jabber.org/protocol/xhtml-im";

    /// <summary>The html element of a message; a copy of its own.</summary>
    public XElement ToXhtmlIm() => new(Namespace + "html", new XElement(_body));

    /// <summary>Plain text that says the same (section 8, rule 2).</summary>
    public string ToPlainText()
    {
        var text = new StringBuilder();
        WritePlain(_body, text);
        return text.ToString().Trim('\n', ' ');
    }

    /// <summary>text/html, complete in itself.</summary>
    public string ToHtml()
    {
        var html = new StringBuilder("<html><body>");
        foreach (var node in _body.Nodes())
        {
            WriteHtml(node, html);
        }

        return html.Append("</body></html>").ToString();
    }

    /// <summary>Reads the html element of a message; null when it has no body, or nothing of it remains.</summary>
    public static FormattedText? OfXhtmlIm(XElement html)
    {
        ArgumentNullException.ThrowIfNull(html);
        var source = html.Elements(Xhtml + "body").FirstOrDefault();
        if (source is null)
        {
            return null;
        }

        var builder = new FormattedTextBuilder(Xhtml);
        Feed(source, builder, 0);
        return Of(builder);
    }

    /// <summary>Reads text/html, however badly written; null when nothing remains.</summary>
    public static FormattedText? OfHtml(string html)
    {
        ArgumentNullException.ThrowIfNull(html);
        var builder = new FormattedTextBuilder(Xhtml);
        var tokens = new HtmlTokenizer(html);
        while (tokens.TryRead(out var token))
        {
            switch (token.Kind)
            {
                case HtmlTokenKind.Text:
                    builder.Text(token.Text);
                    break;
                case HtmlTokenKind.End:
                    builder.End(token.Text);
                    break;
                case HtmlTokenKind.Start when XhtmlProfile.IsSilent(token.Text):
                    if (!token.IsClosed)
                    {
                        tokens.SkipRaw(token.Text);
                    }

                    break;
                default:
                    builder.Start(token.Text, token.Attributes, token.IsClosed);
                    break;
            }
        }

        return Of(builder);
    }

    private static FormattedText? Of(FormattedTextBuilder builder)
    {
        var body = builder.Finish();
        return body.IsEmpty || (!body.Descendants(Xhtml + "img").Any() && string.IsNullOrWhiteSpace(body.Value)) ? null : new FormattedText(body);
    }

    private static void Feed(XElement element, FormattedTextBuilder builder, int depth)
    {
        foreach (var node in element.Nodes())
        {
            switch (node)
            {
                case XText text:
                    builder.Text(text.Value);
                    break;
                case XElement child when child.Name.Namespace != Xhtml || XhtmlProfile.IsSilent(child.Name.LocalName) || depth > 4 * XhtmlProfile.Depth:
                    break;
                case XElement child:
                    builder.Start(
                        child.Name.LocalName,
                        [.. child.Attributes().Where(a => a.Name.Namespace == XNamespace.None)
                            .Select(a => KeyValuePair.Create(a.Name.LocalName, a.Value))],
                        isClosed: false);
                    Feed(child, builder, depth + 1);
                    builder.End(child.Name.LocalName);
                    break;
            }
        }
    }

    private static void WritePlain(XElement element, StringBuilder text)
    {
        var name = element.Name.LocalName;
        if (XhtmlProfile.IsBlock(name) && text.Length > 0 && text[^1] != '\n')
        {
            text.Append('\n');
        }

        switch (name)
        {
            case "br":
                text.Append('\n');
                break;
            case "li":
                text.Append("- ");
                break;
            case "img":
                text.Append((string?)element.Attribute("alt") ?? (string?)element.Attribute("src"));
                break;
        }

        var start = text.Length;
        foreach (var node in element.Nodes())
        {
            if (node is XElement child)
            {
                WritePlain(child, text);
            }
            else if (node is XText words)
            {
                text.Append(words.Value);
            }
        }

        // An address that its text does not show would be lost.
        if (name == "a" && (string?)element.Attribute("href") is { } href && !text.ToString(start, text.Length - start).Contains(href, StringComparison.Ordinal))
        {
            text.Append(" <").Append(href).Append('>');
        }

        if (XhtmlProfile.IsBlock(name) && text.Length > 0 && text[^1] != '\n')
        {
            text.Append('\n');
        }
    }

    private static void WriteHtml(XNode node, StringBuilder html)
    {
        if (node is XText text)
        {
            html.Append(WebUtility.HtmlEncode(text.Value));
        }
        else if (node is XElement element)
        {
            var name = element.Name.LocalName;
            html.Append('<').Append(name);
            foreach (var attribute in element.Attributes().Where(attribute => !attribute.IsNamespaceDeclaration))
            {
                html.Append(' ').Append(attribute.Name.LocalName).Append("=\"").Append(WebUtility.HtmlEncode(attribute.Value)).Append('"');
            }

            html.Append('>');
            if (!XhtmlProfile.IsVoid(name))
            {
                foreach (var child in element.Nodes())
                {
                    WriteHtml(child, html);
                }

                html.Append("</").Append(name).Append('>');
            }
        }
    }
}
