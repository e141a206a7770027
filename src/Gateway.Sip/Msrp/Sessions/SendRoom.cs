namespace Gateway.Sip.Msrp.Sessions;

/// <summary>How much a session may still queue. Callable from any thread.</summary>
internal sealed class SendRoom(MsrpLimits limits)
{
    private int _messages;
    private long _octets;

    /// <summary>False when full; a single message may be larger than the bound on octets, as the peer's limit has allowed it.</summary>
    public bool TryEnter(int octets)
    {
        var messages = Interlocked.Increment(ref _messages);
        var all = Interlocked.Add(ref _octets, octets);
        if (messages <= limits.UnsentMessages && (all <= limits.UnsentOctets || all == octets))
        {
            return true;
        }

        Leave(octets);
        return false;
    }

    public void Leave(int octets)
    {
        Interlocked.Decrement(ref _messages);
        Interlocked.Add(ref _octets, -octets);
    }
}
