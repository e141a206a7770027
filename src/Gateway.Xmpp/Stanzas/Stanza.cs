using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Xml.Linq;
using Gateway.Xmpp.Addresses;

namespace Gateway.Xmpp.Stanzas;

/// <summary>
/// A stanza with valid addresses on both ends (XEP-0114 section 3 demands them). A closed set: message, presence, IQ.
/// <see cref="Element"/> is shared by everyone who sees the stanza and must not be changed.
/// </summary>
public abstract record Stanza
{
    private protected Stanza(XElement element, Jid from, Jid to)
    {
        Element = element;
        From = from;
        To = to;
        Id = element.Attribute("id")?.Value;
        Type = element.Attribute("type")?.Value;
        Payloads = PayloadsOf(element);
    }

    /// <summary>The sender.</summary>
    public Jid From { get; }

    /// <summary>The address that the sender used: answers come from exactly this one .</summary>
    public Jid To { get; }

    /// <summary>The id, null when absent.</summary>
    public string? Id { get; }

    /// <summary>The type as written, null when absent.</summary>
    public string? Type { get; }

    /// <summary>The whole stanza.</summary>
    public XElement Element { get; }

    /// <summary>Children in namespaces of their own (extensions), in document order.</summary>
    public ImmutableArray<XElement> Payloads { get; }

    /// <summary>True for type='error': such a stanza is never answered (RFC 6120 section 8.3.1).</summary>
    public bool IsError => Type == "error";

    /// <summary>The first payload of that name, or null.</summary>
    public XElement? Payload(XName name)
    {
        foreach (var payload in Payloads)
        {
            if (payload.Name == name)
            {
                return payload;
            }
        }

        return null;
    }

    /// <summary>The error that a stanza of type='error' carries (undefined-condition when it names none); else null.</summary>
    public StanzaError? Error => IsError ? StanzaErrors.Read(Element) : null;

    /// <summary>The answer that refuses this stanza: addresses swapped, id kept, type='error' (RFC 6120 section 8.3.1).</summary>
    public XElement ErrorReply(StanzaError error)
    {
        var reply = Swapped("error");
        reply.Add(StanzaErrors.Write(error));
        return reply;
    }

    /// <summary>Reads a stanza; the fault quotes nothing of the input.</summary>
    public static bool TryRead(
        XElement element, [NotNullWhen(true)] out Stanza? stanza, [NotNullWhen(false)] out string? fault)
    {
        ArgumentNullException.ThrowIfNull(element);
        stanza = null;
        if (!StreamNamespaces.IsStanzaNamespace(element.Name.Namespace)
            || element.Name.LocalName is not ("message" or "presence" or "iq"))
        {
            fault = "not a stanza";
            return false;
        }

        if (!Jid.TryParse(element.Attribute("from")?.Value, out var from, out fault))
        {
            fault = $"from: {fault}";
            return false;
        }

        if (!Jid.TryParse(element.Attribute("to")?.Value, out var to, out fault))
        {
            fault = $"to: {fault}";
            return false;
        }

        stanza = element.Name.LocalName switch
        {
            "message" => new MessageStanza(element, from, to),
            "presence" => new PresenceStanza(element, from, to),
            _ => new IqStanza(element, from, to),
        };
        return true;
    }

    /// <inheritdoc/>
    public override string ToString() => $"{Element.Name.LocalName} {Type} from {From} to {To}";

    private protected XElement Swapped(string type)
    {
        var reply = new XElement(
            Element.Name.LocalName,
            new XAttribute("from", To.ToString()),
            new XAttribute("to", From.ToString()),
            new XAttribute("type", type));
        if (Id is not null)
        {
            reply.SetAttributeValue("id", Id);
        }

        return reply;
    }

    /// <summary>The first child of the stanza's own namespace with this name, after another child or from the beginning; null without.</summary>
    internal XElement? Child(string name, XElement? after = null)
    {
        for (var node = after is null ? Element.FirstNode : after.NextNode; node is not null; node = node.NextNode)
        {
            if (node is XElement child && child.Name.LocalName == name && StreamNamespaces.IsStanzaNamespace(child.Name.Namespace))
            {
                return child;
            }
        }

        return null;
    }

    private protected string? ChildText(string name) => Child(name)?.Value;

    private static ImmutableArray<XElement> PayloadsOf(XElement element)
    {
        ImmutableArray<XElement>.Builder? payloads = null; // most messages have words only
        for (var node = element.FirstNode; node is not null; node = node.NextNode)
        {
            if (node is XElement child && !StreamNamespaces.IsStanzaNamespace(child.Name.Namespace))
            {
                (payloads ??= ImmutableArray.CreateBuilder<XElement>()).Add(child);
            }
        }

        return payloads?.DrainToImmutable() ?? [];
    }
}

/// <summary>A message.</summary>
public sealed record MessageStanza : Stanza
{
    internal MessageStanza(XElement element, Jid from, Jid to)
        : base(element, from, to)
    {
    }

    /// <summary>Text of the first body, null when there is none.</summary>
    public string? Body => ChildText("body");

    /// <summary>The conversation's id, null when absent.</summary>
    public string? Thread => ChildText("thread");

    /// <summary>The subject, null when absent.</summary>
    public string? Subject => ChildText("subject");

    /// <summary>Text for logs: addresses, never the body.</summary>
    public override string ToString() => base.ToString();
}

/// <summary>What a presence says (RFC 6121 section 4.7.1).</summary>
public enum PresenceKind
{
    /// <summary>No type: available.</summary>
    Available,

    /// <summary>unavailable.</summary>
    Unavailable,

    /// <summary>subscribe.</summary>
    Subscribe,

    /// <summary>subscribed.</summary>
    Subscribed,

    /// <summary>unsubscribe.</summary>
    Unsubscribe,

    /// <summary>unsubscribed.</summary>
    Unsubscribed,

    /// <summary>probe.</summary>
    Probe,

    /// <summary>error.</summary>
    Error,

    /// <summary>A type that RFC 6121 does not know: ignored.</summary>
    Unknown,
}

/// <summary>A presence.</summary>
public sealed record PresenceStanza : Stanza
{
    internal PresenceStanza(XElement element, Jid from, Jid to)
        : base(element, from, to)
    {
    }

    /// <summary>What it says.</summary>
    public PresenceKind Kind => Type switch
    {
        null => PresenceKind.Available,
        "unavailable" => PresenceKind.Unavailable,
        "subscribe" => PresenceKind.Subscribe,
        "subscribed" => PresenceKind.Subscribed,
        "unsubscribe" => PresenceKind.Unsubscribe,
        "unsubscribed" => PresenceKind.Unsubscribed,
        "probe" => PresenceKind.Probe,
        "error" => PresenceKind.Error,
        _ => PresenceKind.Unknown,
    };

    /// <summary>away, chat, dnd, xa; null when absent.</summary>
    public string? Show => ChildText("show");

    /// <summary>Text for people, null when absent.</summary>
    public string? Status => ChildText("status");

    /// <summary>-128 to 127; 0 when absent or no number (RFC 6121 section 4.7.2.3).</summary>
    public int Priority => sbyte.TryParse(
        ChildText("priority"), System.Globalization.NumberStyles.Integer, System.Globalization.CultureInfo.InvariantCulture, out var value)
        ? value
        : 0;

    /// <summary>Text for logs.</summary>
    public override string ToString() => base.ToString();
}

/// <summary>Kinds of IQ (RFC 6120 section 8.2.3).</summary>
public enum IqKind
{
    /// <summary>get.</summary>
    Get,

    /// <summary>set.</summary>
    Set,

    /// <summary>result.</summary>
    Result,

    /// <summary>error.</summary>
    Error,

    /// <summary>No type, or one that does not exist.</summary>
    Unknown,
}

/// <summary>An IQ.</summary>
public sealed record IqStanza : Stanza
{
    internal IqStanza(XElement element, Jid from, Jid to)
        : base(element, from, to)
    {
    }

    /// <summary>What it is.</summary>
    public IqKind Kind => Type switch
    {
        "get" => IqKind.Get,
        "set" => IqKind.Set,
        "result" => IqKind.Result,
        "error" => IqKind.Error,
        _ => IqKind.Unknown,
    };

    /// <summary>True for get and set: exactly one answer is owed (K-3).</summary>
    public bool IsRequest => Kind is IqKind.Get or IqKind.Set;

    /// <summary>The answer type='result' to this request.</summary>
    public XElement ResultReply(XElement? payload)
    {
        var reply = Swapped("result");
        reply.Add(payload);
        return reply;
    }

    /// <summary>Text for logs.</summary>
    public override string ToString() => base.ToString();
}
