using Gateway.Mapping.Addresses;
using Gateway.Sip.Messages;
using Gateway.Sip.UserAgent;

namespace Gateway.Mapping.Messages;

/// <summary>Words, or a sign such as typing, on their way as MESSAGE.</summary>
/// <param name="Target">Where they go.</param>
/// <param name="From">Who says it.</param>
/// <param name="Conversation">What the messages of a thread share.</param>
internal sealed record PageMessage(SipTarget Target, NameAddr From, SipConversation Conversation)
{
    /// <summary>The words; null for a sign.</summary>
    public string? Text { get; init; }

    /// <summary>The same words formatted, where the other side takes such; they go first, and plain ones when they are refused or too long.</summary>
    public SipBody? Formatted { get; init; }

    /// <summary>Called when formatted words are refused.</summary>
    public Action? FormattedRefused { get; init; }

    /// <summary>The sign; null for words.</summary>
    public SipBody? Sign { get; init; }

    /// <summary>Subject, cleaned.</summary>
    public string? Subject { get; init; }

    /// <summary>Language tag.</summary>
    public string? Language { get; init; }

    /// <summary>When it was said, if it was held up since.</summary>
    public DateTimeOffset? Sent { get; init; }

    /// <summary>Wraps the last part of the words, for notifications; null: no wrapper.</summary>
    public Func<SipBody, SipBody>? Wrap { get; init; }
}
