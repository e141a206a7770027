using System.Xml.Linq;
using FsCheck;
using FsCheck.Fluent;
using Gateway.Xmpp.Xhtml;

namespace Gateway.Xmpp.Tests.Xhtml;

public sealed class FormattedTextTests // M-4, XEP-0071
{
    [Theory]
    [InlineData("<p>Hey, are you licensed to <a href='http://www.jabber.org/'>Jabber</a>?</p>", "Hey, are you licensed to Jabber <http://www.jabber.org/>?")]
    [InlineData("<p style='font-size:large'><em>Wow</em>, I&apos;m <strong style='x'>green</strong> with envy!</p>", "Wow, I'm green with envy!")]
    [InlineData("<ol><li>one</li><li>two</li></ol>", "- one\n- two")]
    [InlineData("<p>a</p><p>b<br/>c</p>", "a\nb\nc")]
    public void Examples_of_the_specification_read_as_plain_text(string body, string text) =>
        Assert.Equal(text, Im(body)!.ToPlainText());

    [Theory]
    [InlineData("<p style='font-size:large; position:fixed'>x</p>", "<p style=\"font-size: large\">x</p>")]
    [InlineData("<p class='c' id='i' onclick='x()'>x</p>", "<p>x</p>")]
    [InlineData("<a href='javascript:x()'>x</a>", "<a>x</a>")]
    [InlineData("<a href='xmpp:romeo@montague.net'>x</a>", "<a href=\"xmpp:romeo@montague.net\">x</a>")]
    [InlineData("<a href='mailto:a@b?subject=c&amp;d'>x</a>", "<a href=\"mailto:a@b?subject=c&amp;d\">x</a>")]
    [InlineData("<img src='data:image/png;base64,AAAA' alt='pic'/>", "pic")]
    [InlineData("<img src='https://h/i.png' alt='p' width='10' height='1e9'/>", "<img src=\"https://h/i.png\" alt=\"p\" width=\"10\">")]
    [InlineData("<h1>big</h1><table><tr><td>cell</td></tr></table>", "<p>big</p><p>cell</p>")]
    public void Only_the_profile_remains_of_what_a_user_wrote(string body, string html) =>
        Assert.Equal($"<html><body>{html}</body></html>", Im(body)!.ToHtml());

    [Theory]
    [InlineData("<b>Hi</b> <i>there", "<strong>Hi</strong> <em>there</em>")]
    [InlineData("<p>a<p>b</b></p>", "<p>a<p>b</p></p>")]
    [InlineData("<script>alert('<b>')</script>x", "x")]
    [InlineData("<STYLE>p{}</STYLE >x", "x")]
    [InlineData("<!-- <b> -->x<!DOCTYPE html>", "x")]
    [InlineData("1 < 2 &amp; 3 &lt; 4", "1 &lt; 2 &amp; 3 &lt; 4")]
    [InlineData("<a href=\"http://h/\" onmouseover='x'>l</a>", "<a href=\"http://h/\">l</a>")]
    [InlineData("<a href=' java\nscript:x'>l</a>", "<a>l</a>")]
    [InlineData("<a href='//evil.example/'>l</a>", "<a>l</a>")]
    [InlineData("<span style='background-color:url(http://x)'>l</span>", "<span>l</span>")]
    [InlineData("<span style='color:red;color:expression(1)'>l</span>", "<span style=\"color: red\">l</span>")]
    [InlineData("x<br>y<hr>z", "x<br>yz")]
    [InlineData("<svg><p>hidden</p></svg>x", "x")]
    public void Html_however_badly_written_is_brought_into_the_profile(string html, string clean) =>
        Assert.Equal($"<html><body>{clean}</body></html>", FormattedText.OfHtml(html)!.ToHtml());

    [Theory]
    [InlineData("")]
    [InlineData("<script>x</script>")]
    [InlineData("<p> </p>")]
    public void Html_that_shows_nothing_is_nothing(string html) => Assert.Null(FormattedText.OfHtml(html));

    [Fact]
    public void Xhtml_without_a_body_is_nothing() => Assert.Null(FormattedText.OfXhtmlIm(new XElement(FormattedText.Namespace + "html")));

    [Fact]
    public void Bottomless_nesting_is_flattened_and_its_text_kept()
    {
        var deep = FormattedText.OfHtml(string.Concat(Enumerable.Repeat("<p>", 50_000)) + "x")!;

        Assert.Equal("x", deep.ToPlainText());
        Assert.True(deep.ToXhtmlIm().Descendants().Count() < 50);
    }

    [Fact]
    public void Whatever_comes_in_only_the_profile_comes_out()
    {
        string[] allowed = ["body", "a", "blockquote", "br", "cite", "em", "img", "li", "ol", "p", "span", "strong", "ul"];
        var pieces = Gen.Elements(
            "<", ">", "</", "/>", "p", "script", "a href=", "\"", "'", "javascript:", "http://x/", " onload=", "<b>", "</b>", "<img src=http://h/ alt=1>",
            "&#0;", "&lt;", "\u0001", "\ud800", "style='color:red'", "<!--", "-->", "text", "<ul><li>", "=", "<p", " ");
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(2_000), Prop.ForAll(Gen.ListOf(pieces).ToArbitrary(), parts =>
        {
            var text = FormattedText.OfHtml(string.Concat(parts));
            if (text is null)
            {
                return true;
            }

            var body = XElement.Parse(text.ToXhtmlIm().ToString()).Elements().Single();
            _ = text.ToPlainText();
            var again = FormattedText.OfHtml(text.ToHtml())?.ToHtml();
            return body.DescendantsAndSelf().All(element => allowed.Contains(element.Name.LocalName)
                    && element.Attributes().All(attribute => attribute.IsNamespaceDeclaration || attribute.Name.LocalName is "href" or "src" or "style" or "alt" or "type" or "width" or "height")
                    && ((string?)element.Attribute("href") ?? "http://").StartsWith("http", StringComparison.Ordinal))
                && again == text.ToHtml();
        }));
    }

    [Theory] // M-20
    [InlineData("a\u0000b\u000bc", "a\uFFFDb\uFFFDc")]
    [InlineData("😀\t\r\n\uffff", "😀\t\r\n\uFFFD")]
    [InlineData("plain", "plain")]
    public void What_XML_cannot_hold_is_replaced(string text, string clean) => Assert.Equal(clean, XmlText.Clean(text));

    [Fact] // M-20
    public void Half_a_character_is_replaced() => Assert.Equal("\uFFFDx\uFFFD", XmlText.Clean(new string(['\ud800', 'x', '\udc00'])));

    private static FormattedText? Im(string body) => FormattedText.OfXhtmlIm(XElement.Parse(
        $"<html xmlns='http://jabber.org/protocol/xhtml-im'><body xmlns='http://www.w3.org/1999/xhtml'>{body}</body></html>"));
}
