namespace Gateway.Sip.Msrp.Sessions;

/// <summary>What became of a message that was received whole.</summary>
internal enum MessageFate
{
    Undecided,
    Succeeded,
    Failed,
}

/// <summary>
/// The last messages received, by Message-ID: a sender whose connection broke sends again what it is not sure of
/// (RFC 4975 section 5.4). The oldest are forgotten.
/// </summary>
internal sealed class KnownMessages(int most)
{
    private readonly Dictionary<string, (MessageFate Fate, int Length)> _fates = [];
    private readonly Queue<string> _order = new();

    public bool TryGet(string messageId, out MessageFate fate, out int length)
    {
        var isKnown = _fates.TryGetValue(messageId, out var known);
        (fate, length) = known;
        return isKnown;
    }

    public void Add(string messageId, int length)
    {
        if (_fates.TryAdd(messageId, (MessageFate.Undecided, length)))
        {
            _order.Enqueue(messageId);
            if (_order.Count > most)
            {
                _fates.Remove(_order.Dequeue());
            }
        }
    }

    public void Set(string messageId, MessageFate fate)
    {
        if (_fates.TryGetValue(messageId, out var known))
        {
            _fates[messageId] = known with { Fate = fate };
        }
    }
}
