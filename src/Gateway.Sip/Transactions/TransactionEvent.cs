using Gateway.Sip.Messages;

namespace Gateway.Sip.Transactions;

/// <summary>What happens to a transaction. A closed set.</summary>
internal abstract record TransactionEvent
{
    private TransactionEvent()
    {
    }

    /// <summary>A timer ran out.</summary>
    public sealed record Fired(TransactionTimer Timer) : TransactionEvent;

    /// <summary>Client: a response arrived.</summary>
    public sealed record Received(SipResponse Response) : TransactionEvent;

    /// <summary>Server: the request arrived once more.</summary>
    public sealed record Repeated : TransactionEvent;

    /// <summary>INVITE server: an ACK arrived.</summary>
    public sealed record Acked(SipRequest Ack) : TransactionEvent;

    /// <summary>Server: the user answers.</summary>
    public sealed record Respond(SipResponse Response) : TransactionEvent;

    /// <summary>The transport could not send.</summary>
    public sealed record TransportFailed : TransactionEvent;

    /// <summary>The user no longer waits: a cancelled INVITE without final response, a request that nobody will answer.</summary>
    public sealed record GivenUp : TransactionEvent;
}
