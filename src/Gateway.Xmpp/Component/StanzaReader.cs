using System.Runtime.CompilerServices;
using System.Text;
using System.Xml;
using System.Xml.Linq;
using Gateway.Xmpp.Stanzas;

namespace Gateway.Xmpp.Component;

/// <summary>
/// Reads a component stream element by element: never throws on what the peer sends, and holds one stanza at a time. What
/// RFC 6120 section 11 forbids and <see cref="XmlReader"/> takes (comments, processing instructions, other encodings, any depth) is refused here.
/// </summary>
internal sealed class StanzaReader : IDisposable
{
    private readonly MeteredStream _octets;
    private readonly StanzaNameTable _names = new();
    private readonly XmlReader _xml;
    private readonly int _maxDepth;
    private readonly int _maxAttributes;
    private readonly StringBuilder _text = new();
    private bool _headerRead;

    public StanzaReader(Stream stream, XmppComponentOptions limits, Action? afterRead = null)
    {
        _octets = new MeteredStream(stream, limits.MaxStanzaOctets, afterRead);
        _maxDepth = limits.MaxDepth;
        _maxAttributes = limits.MaxAttributes;
        _xml = XmlReader.Create(_octets, new XmlReaderSettings
        {
            Async = true,
            DtdProcessing = DtdProcessing.Prohibit,
            XmlResolver = null,
            NameTable = _names,
            IgnoreComments = false,
            IgnoreProcessingInstructions = false,
            CloseInput = false,
        });
    }

    /// <summary>Octets read so far.</summary>
    public long OctetsRead => _octets.OctetsRead;

    /// <summary>The next item. After <see cref="StreamItem.Closed"/>, a fault or a loss nothing more may be read.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<StreamItem> ReadAsync()
    {
        try
        {
            while (await _xml.ReadAsync().ConfigureAwait(false))
            {
                if (await TakeAsync().ConfigureAwait(false) is { } item)
                {
                    return item;
                }
            }

            return new StreamItem.Closed();
        }
        catch (XmlException) when (_octets.IsAtEnd)
        {
            return new StreamItem.Lost("the server closed the connection");
        }
        catch (XmlException e)
        {
            return HasDtd() ? new StreamItem.Fault("restricted-xml", "a document type declaration")
                : !_headerRead && !BeginsAsUtf8() ? new StreamItem.Fault("unsupported-encoding", "the stream is not UTF-8")
                : new StreamItem.Fault("not-well-formed", $"line {e.LineNumber}, position {e.LinePosition}");
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            return _octets.IsOverLimit
                ? new StreamItem.Fault("policy-violation", "a stanza exceeds the size limit")
                : new StreamItem.Lost(e.Message);
        }
    }

    public void Dispose() => _xml.Dispose();

    /// <summary>One node at the level of the stream; null when it is of no interest.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<StreamItem?> TakeAsync()
    {
        switch (_xml.NodeType)
        {
            case XmlNodeType.XmlDeclaration:
                return _xml.GetAttribute("encoding") is { } encoding && !encoding.Equals("utf-8", StringComparison.OrdinalIgnoreCase)
                    ? new StreamItem.Fault("unsupported-encoding", "the stream is not declared as UTF-8")
                    : null;
            case XmlNodeType.Whitespace or XmlNodeType.SignificantWhitespace:
                return null;
            case XmlNodeType.Element when !_headerRead:
                return Header();
            case XmlNodeType.Element:
                return await ElementAsync().ConfigureAwait(false);
            case XmlNodeType.EndElement:
                return new StreamItem.Closed();
            case XmlNodeType.Text or XmlNodeType.CDATA: // much white space comes as text
                return (await _xml.GetValueAsync().ConfigureAwait(false)).AsSpan().ContainsAnyExcept(" \t\r\n") is false
                    ? null
                    : new StreamItem.Fault("bad-format", "text between stanzas");
            default:
                return Restricted();
        }
    }

    private StreamItem Header()
    {
        if (!BeginsAsUtf8())
        {
            return new StreamItem.Fault("unsupported-encoding", "the stream is not UTF-8");
        }

        if (_xml.AttributeCount > _maxAttributes)
        {
            return TooManyAttributes();
        }

        if (_xml.LocalName != "stream" || _xml.NamespaceURI != StreamNamespaces.Streams.NamespaceName
            || _xml.LookupNamespace(string.Empty) != StreamNamespaces.Component.NamespaceName)
        {
            return new StreamItem.Fault("invalid-namespace", "not a component stream");
        }

        _headerRead = true;
        var item = new StreamItem.Header(_xml.GetAttribute("id"));
        _names.HeaderEnded();
        _octets.StanzaEnded();
        return _xml.IsEmptyElement ? new StreamItem.Closed() : item;
    }

    /// <summary>Builds one element with everything in it, without recursion: the depth is the peer's choice.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<StreamItem> ElementAsync()
    {
        XElement? current = null;
        var text = _text.Clear();
        var depth = 0;
        do
        {
            switch (_xml.NodeType)
            {
                case XmlNodeType.Element:
                    if (_xml.AttributeCount > _maxAttributes)
                    {
                        return TooManyAttributes();
                    }

                    FlushText();
                    var isEmpty = _xml.IsEmptyElement;
                    var child = ReadStartTag();
                    current?.Add(child);
                    if (!isEmpty)
                    {
                        if (++depth > _maxDepth)
                        {
                            return new StreamItem.Fault("policy-violation", $"elements deeper than {_maxDepth} levels");
                        }

                        current = child;
                    }
                    else if (current is null)
                    {
                        return Completed(child);
                    }

                    break;
                case XmlNodeType.EndElement:
                    FlushText();
                    if (current!.Parent is not { } parent)
                    {
                        return Completed(current);
                    }

                    current = parent;
                    depth--;
                    break;
                case XmlNodeType.Text or XmlNodeType.CDATA or XmlNodeType.Whitespace or XmlNodeType.SignificantWhitespace:
                    text.Append(await _xml.GetValueAsync().ConfigureAwait(false));
                    break;
                default:
                    return Restricted();
            }
        }
        while (await _xml.ReadAsync().ConfigureAwait(false));

        return new StreamItem.Lost("the server closed the connection");

        void FlushText()
        {
            if (text.Length > 0)
            {
                current!.Add(new XText(text.ToString()));
                text.Clear();
            }
        }
    }

    private XElement ReadStartTag()
    {
        var element = new XElement((XNamespace)_xml.NamespaceURI + _xml.LocalName);
        while (_xml.MoveToNextAttribute())
        {
            // Names carry their namespaces, so the declarations themselves may go.
            if (_xml.NamespaceURI != XNamespace.Xmlns.NamespaceName)
            {
                element.Add(new XAttribute((XNamespace)_xml.NamespaceURI + _xml.LocalName, _xml.Value));
            }
        }

        _xml.MoveToElement();
        return element;
    }

    private StreamItem.Element Completed(XElement element)
    {
        _octets.StanzaEnded();
        _names.StanzaEnded();
        return new StreamItem.Element(element);
    }

    private StreamItem.Fault TooManyAttributes() =>
        new("policy-violation", $"an element with more than {_maxAttributes} attributes");

    private static StreamItem.Fault Restricted() =>
        new("restricted-xml", "a comment, processing instruction or entity reference");

    /// <summary>RFC 6120 section 11.6: no byte order mark, no other encoding. ASCII or white space must come first.</summary>
    private bool BeginsAsUtf8() => _octets.Prologue is [(byte)'<' or (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n', not 0, ..];

    private bool HasDtd() => !_headerRead && _octets.Prologue.IndexOf("<!DOCTYPE"u8) >= 0;
}
