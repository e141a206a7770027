using System.Security.Cryptography;
using System.Xml.Linq;
using Gateway.Mapping.Presence;
using Gateway.Xmpp.Addresses;
using Gateway.Xmpp.Messages;

namespace Gateway.Mapping.Messages;

/// <summary>Messages that the gateway writes.</summary>
internal static class MessageStanzas
{
    private const int IdOctets = 10;

    [ThreadStatic]
    private static byte[]? _random;

    [ThreadStatic]
    private static int _left;

    /// <summary>Words of a SIP user (RFC 7572 section 5).</summary>
    public static XElement Words(FromSip.Words words, Jid from, Jid to, string thread, bool isChat, bool withState, bool asks, bool asksDisplay)
    {
        var message = Begin(from, to, isChat);
        if (words.Language is { } language)
        {
            message.SetAttributeValue(XNamespace.Xml + "lang", language);
        }

        message.Add(
            words.Subject is { } subject ? new XElement("subject", subject) : null,
            new XElement("body", words.Text),
            new XElement("thread", thread),
            words.Formatted?.ToXhtmlIm(),
            withState ? ChatStates.Write(ChatState.Active) : null,
            asks ? Receipts.Request() : null,
            asksDisplay ? ChatMarkers.Markable() : null);
        return message;
    }

    /// <summary>A chat state alone; nothing that anybody would want to keep.</summary>
    public static XElement State(ChatState state, Jid from, Jid to, string thread)
    {
        var message = Begin(from, to, isChat: true);
        message.Add(ChatStates.Write(state), new XElement("thread", thread), MessageHints.NoStore());
        return message;
    }

    /// <summary>A receipt or a marker.</summary>
    public static XElement Confirmation(XElement payload, Jid from, Jid to)
    {
        var message = Begin(from, to, isChat: true);
        message.Add(payload, MessageHints.Store());
        return message;
    }

    // The generator takes as long for one id as for many: they are fetched together, each octet used once.
    private static string NewId()
    {
        var random = _random ??= new byte[32 * IdOctets];
        if (_left == 0)
        {
            RandomNumberGenerator.Fill(random);
            _left = random.Length;
        }

        _left -= IdOctets;
        return Convert.ToHexStringLower(random.AsSpan(_left, IdOctets));
    }

    private static XElement Begin(Jid from, Jid to, bool isChat)
    {
        var message = new XElement(
            "message",
            new XAttribute("from", from.ToString()),
            new XAttribute("to", to.ToString()),
            new XAttribute("id", NewId()));
        if (isChat)
        {
            message.SetAttributeValue("type", "chat");
        }

        return message;
    }

    /// <summary>The JID that speaks for a SIP user.</summary>
    public static Jid Speaker(Jid contact) => GatewayResource.Of(contact);
}
