namespace Gateway.Mapping.Sessions.Traces;

/// <summary>The last messages of all sessions, within a fixed amount of memory: the oldest go first.</summary>
internal sealed class TraceRing(long capacity)
{
    /// <summary>What an entry costs beside its text.</summary>
    private const int Overhead = 128;

    private readonly Queue<TracedMessage> _messages = new();
    private readonly Lock _gate = new();
    private long _size;

    /// <summary>Takes one in, and forgets as many old ones as it needs.</summary>
    public void Add(TracedMessage message)
    {
        lock (_gate)
        {
            _messages.Enqueue(message);
            _size += Overhead + message.Content.Length;
            while (_size > capacity && _messages.TryDequeue(out var oldest))
            {
                _size -= Overhead + oldest.Content.Length;
            }
        }
    }

    /// <summary>Those of a session, in the order of the wire.</summary>
    public IReadOnlyList<TracedMessage> Of(Func<TracedMessage, bool> session)
    {
        lock (_gate)
        {
            return [.. _messages.Where(session)];
        }
    }
}

/// <summary>One message as it was.</summary>
/// <param name="At">When.</param>
/// <param name="Protocol">Which side.</param>
/// <param name="IsSent">By us.</param>
/// <param name="Key">The sid of a stanza, the Call-ID of a SIP message.</param>
/// <param name="Content">UTF-8, secrets still in it.</param>
internal sealed record TracedMessage(
    DateTimeOffset At, SessionTraceProtocol Protocol, bool IsSent, string Key, ReadOnlyMemory<byte> Content);
