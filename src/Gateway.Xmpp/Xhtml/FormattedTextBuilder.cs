using System.Xml.Linq;

namespace Gateway.Xmpp.Xhtml;

/// <summary>Builds a body of the profile out of tags as they come: unknown ones vanish, their text stays, open ones are closed.</summary>
internal sealed class FormattedTextBuilder
{
    private readonly XNamespace _xhtml;
    private readonly XElement _body;
    private readonly Stack<(string Source, XElement Element)> _open = new();
    private int _count;

    public FormattedTextBuilder(XNamespace xhtml)
    {
        _xhtml = xhtml;
        _body = new XElement(xhtml + "body");
    }

    private XElement Current => _open.TryPeek(out var top) ? top.Element : _body;

    public void Text(string text)
    {
        if (text.Length > 0)
        {
            Current.Add(new XText(XmlText.Clean(text)));
        }
    }

    public void Start(string source, IReadOnlyList<KeyValuePair<string, string>> attributes, bool isClosed)
    {
        if (XhtmlProfile.NameOf(source) is not { } name || _count >= XhtmlProfile.Elements || _open.Count >= XhtmlProfile.Depth)
        {
            return;
        }

        _count++;
        var element = new XElement(_xhtml + name);
        foreach (var (attribute, value) in attributes)
        {
            if (XhtmlProfile.Attribute(name, attribute, value) is { } kept)
            {
                element.SetAttributeValue(kept.Name, kept.Value);
            }
        }

        if (name == "img" && (element.Attribute("src") is null || element.Attribute("alt") is null))
        {
            // Both are required (section 7.7.2): without an address it shows nothing, without words it says nothing.
            if (element.Attribute("src") is null)
            {
                Text((string?)element.Attribute("alt") ?? "");
                return;
            }

            element.SetAttributeValue("alt", "");
        }

        Current.Add(element);
        if (!isClosed && !XhtmlProfile.IsVoid(name))
        {
            _open.Push((source, element));
        }
    }

    public void End(string source)
    {
        if (_open.All(open => open.Source != source))
        {
            return; // closes nothing that is open
        }

        while (_open.Pop().Source != source)
        {
            // what was left open inside ends with it
        }
    }

    public XElement Finish() => _body;
}
