namespace Gateway.Sip.Msrp.Sessions;

/// <summary>
/// The messages sent that REPORTs may still come for, with what the success reports cover so far (RFC 4975 sections 7.1.3 and
/// 7.3.2, MAPPING C-17, C-18). The oldest are forgotten.
/// </summary>
internal sealed class AwaitedReports(int most)
{
    private readonly Dictionary<string, Awaited> _awaited = [];
    private readonly Queue<string> _order = new();

    public void Add(MsrpOutgoingMessage message)
    {
        if (_awaited.TryAdd(message.MessageId, new Awaited(message.Body.Length, message.SuccessReport)))
        {
            _order.Enqueue(message.MessageId);
            if (_order.Count > most)
            {
                _awaited.Remove(_order.Dequeue());
            }
        }
    }

    /// <summary>Takes a report; null when it is about nothing known.</summary>
    public MsrpReport? Take(string messageId, int status, MsrpByteRange? range)
    {
        if (!_awaited.TryGetValue(messageId, out var awaited))
        {
            return null;
        }

        var isComplete = false;
        if (status == 200 && awaited.WantsSuccess)
        {
            awaited.Covered.Add(range?.Start ?? 1, Math.Min(range?.End ?? awaited.Length, awaited.Length));
            isComplete = awaited.Covered.CoversAll(awaited.Length);
            if (awaited.Covered.Count > 64)
            {
                return null; // reports on single octets here and there: nobody means that well
            }
        }

        if (isComplete || status != 200)
        {
            _awaited.Remove(messageId);
        }

        return new MsrpReport(messageId, status, range, isComplete);
    }

    public void Forget(string messageId) => _awaited.Remove(messageId);

    private sealed class Awaited(long length, bool wantsSuccess)
    {
        public long Length { get; } = length;

        public bool WantsSuccess { get; } = wantsSuccess;

        public OctetRanges Covered { get; } = new();
    }
}
