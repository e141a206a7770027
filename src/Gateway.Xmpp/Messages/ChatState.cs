using System.Xml.Linq;
using Gateway.Xmpp.Stanzas;

namespace Gateway.Xmpp.Messages;

/// <summary>States of a chat (XEP-0085 section 2).</summary>
public enum ChatState
{
    /// <summary>Attends to the conversation.</summary>
    Active,

    /// <summary>Has not for a while.</summary>
    Inactive,

    /// <summary>Has left it; a new one needs a new thread (section 5.7).</summary>
    Gone,

    /// <summary>Types.</summary>
    Composing,

    /// <summary>Has typed and stopped.</summary>
    Paused,
}

/// <summary>Reads and writes chat states.</summary>
public static class ChatStates
{
    /// <summary>The namespace.</summary>
    public static readonly XNamespace Namespace = "http://jabber.org/protocol/chatstates";

    /// <summary>The state that a message carries: the first one known; null without one.</summary>
    public static ChatState? Of(Stanza message)
    {
        ArgumentNullException.ThrowIfNull(message);
        foreach (var payload in message.Payloads)
        {
            if (payload.Name.Namespace == Namespace && Named(payload.Name.LocalName) is { } state)
            {
                return state;
            }
        }

        return null;
    }

    /// <summary>The element.</summary>
    public static XElement Write(ChatState state) => new(Namespace + NameOf(state));

    private static string NameOf(ChatState state) => state switch
    {
        ChatState.Inactive => "inactive",
        ChatState.Gone => "gone",
        ChatState.Composing => "composing",
        ChatState.Paused => "paused",
        _ => "active",
    };

    private static ChatState? Named(string name) => name switch
    {
        "active" => ChatState.Active,
        "inactive" => ChatState.Inactive,
        "gone" => ChatState.Gone,
        "composing" => ChatState.Composing,
        "paused" => ChatState.Paused,
        _ => null,
    };
}
