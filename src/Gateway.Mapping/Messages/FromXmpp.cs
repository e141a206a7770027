using Gateway.Mapping.Configuration;
using Gateway.Xmpp.Messages;
using Gateway.Xmpp.Stanzas;

namespace Gateway.Mapping.Messages;

/// <summary>What a message of an XMPP user asks of us. A closed set.</summary>
internal abstract record FromXmpp
{
    private FromXmpp()
    {
    }

    /// <summary>Words for the SIP side.</summary>
    public sealed record Words(
        string Body, string? Language, string? Subject, string? Thread, bool IsChat, bool WantsReceipt, bool IsMarkable, DateTimeOffset? Sent)
        : FromXmpp;

    /// <summary>A chat state alone.</summary>
    public sealed record State(ChatState Kind, string? Thread) : FromXmpp;

    /// <summary>A receipt for, or a marker of, a message that we brought.</summary>
    public sealed record Confirmation(string Id, bool IsDisplayed) : FromXmpp;

    /// <summary>Nothing for the SIP side (MAPPING M-10).</summary>
    public sealed record Nothing : FromXmpp;

    /// <summary>An error to the sender.</summary>
    public sealed record Refused(StanzaError Error) : FromXmpp;

    /// <summary>Reads a message that no extension took.</summary>
    /// <param name="message">The message; of any type but error.</param>
    /// <param name="options">What is refused as too old.</param>
    /// <param name="now">The time.</param>
    public static FromXmpp Read(MessageStanza message, MessageOptions options, DateTimeOffset now)
    {
        if (MessageContext.IsCopy(message))
        {
            return new Nothing();
        }

        if (message.Type == "groupchat")
        {
            return new Refused(new StanzaError(StanzaErrorCondition.ServiceUnavailable, "SIP users are not in rooms"));
        }

        if (!MessageText.TryThread(message, out var thread, out var fault))
        {
            return new Refused(new StanzaError(StanzaErrorCondition.BadRequest, fault)); // MAPPING N-45
        }

        if (MessageText.Body(message) is not { Text.Length: > 0 } body)
        {
            return Wordless(message, thread);
        }

        var sent = MessageContext.SentAt(message);
        return now - sent > options.MaxAge
            ? new Refused(new StanzaError(StanzaErrorCondition.RemoteServerTimeout, "held up for too long on its way", "wait"))
            : new Words(
                body.Text, body.Language, MessageText.Subject(message)?.Text, thread, message.Type == "chat",
                Receipts.IsRequested(message), ChatMarkers.IsMarkable(message), sent);
    }

    private static FromXmpp Wordless(MessageStanza message, string? thread) =>
        Receipts.ReceivedId(message) is { } received ? new Confirmation(received, IsDisplayed: false)
        : ChatMarkers.DisplayedId(message) is { } displayed ? new Confirmation(displayed, IsDisplayed: true)
        : ChatStates.Of(message) is { } state ? new State(state, thread)
        : new Nothing();
}
