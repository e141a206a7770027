using System.Xml.Linq;
using Gateway.Xmpp.Stanzas;

namespace Gateway.Mapping.Tests.Messages;

/// <summary>Messages as they come from the stream.</summary>
internal static class Stanzas
{
    public const string Juliet = "juliet@example.org/balcony";
    public const string Romeo = "romeo%shakespeare.lit@sip.example.org";

    public static MessageStanza Read(string xml)
    {
        Assert.True(Stanza.TryRead(XElement.Parse(xml), out var stanza, out var fault), fault);
        return (MessageStanza)stanza;
    }

    public static MessageStanza Chat(string body, string? id = null, string? thread = null, string inner = "", string to = Romeo, string type = "chat") => Read(
        $"<message from='{Juliet}' to='{to}' type='{type}' id='{id ?? body}'><body>{body}</body>{(thread is null ? "" : $"<thread>{thread}</thread>")}{inner}</message>");

    public static MessageStanza Bare(string inner, string type = "chat") =>
        Read($"<message from='{Juliet}' to='{Romeo}' type='{type}'>{inner}</message>");
}
