namespace Gateway.Mapping.Chats;

/// <summary>
/// Something on its way to a chat session. <paramref name="Make"/> runs on the session's own loop and gives the event, or null when
/// there is none: what came was for the messages alone, or came too late.
/// </summary>
internal readonly record struct ChatInput(Func<Chat, ChatEvent?> Make)
{
    /// <summary>An event that is known already.</summary>
    public static ChatInput Of(ChatEvent e) => new(_ => e);
}
