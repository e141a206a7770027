using System.Xml.Linq;

namespace Gateway.Xmpp.JingleMessage;

/// <summary>
/// Message stanzas that carry XEP-0353: type chat, the store hint of XEP-0334 and no body (MAPPING J-5). Replies go to the
/// proposer's full JID: the Conversations family and Dino ignore what is addressed to the bare one.
/// </summary>
public static class JingleMessageStanzas
{
    private static readonly XNamespace Hints = "urn:xmpp:hints";
    private static readonly XNamespace Receipts = "urn:xmpp:receipts";

    /// <summary>The stanza. Its id is <c>jm-VERB-SESSION</c>, so that an error or a receipt names the session.</summary>
    public static XElement Build(string from, string to, JingleMessage message, params ReadOnlySpan<JingleMessageNamespace> dialects)
    {
        ArgumentNullException.ThrowIfNull(message);
        var stanza = new XElement(
            "message",
            new XAttribute("from", from),
            new XAttribute("to", to),
            new XAttribute("type", "chat"),
            new XAttribute("id", StanzaId(message)));
        foreach (var dialect in dialects)
        {
            stanza.Add(JingleMessageWriter.Write(message, dialect));
        }

        stanza.Add(new XElement(Hints + "store"));
        return stanza;
    }

    /// <summary>
    /// A propose that asks for a delivery receipt: what a device acknowledges it has shown (Conversations takes the receipt of
    /// a propose for ringing, and so may we).
    /// </summary>
    public static XElement BuildProposeWithReceipt(
        string from, string to, JingleMessage.Propose propose, params ReadOnlySpan<JingleMessageNamespace> dialects)
    {
        var stanza = Build(from, to, propose, dialects);
        stanza.Add(new XElement(Receipts + "request"));
        return stanza;
    }

    /// <summary>The id of the stanza that carries this message.</summary>
    public static string StanzaId(JingleMessage message)
    {
        ArgumentNullException.ThrowIfNull(message);
        return $"jm-{JingleMessageWriter.NameOf(message)}-{message.Id}";
    }
}
