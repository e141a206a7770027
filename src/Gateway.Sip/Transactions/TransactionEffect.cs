using Gateway.Sip.Messages;

namespace Gateway.Sip.Transactions;

/// <summary>What a transaction wants done. A closed set.</summary>
internal abstract record TransactionEffect
{
    private TransactionEffect()
    {
    }

    /// <summary>Give the message to the transport.</summary>
    public sealed record Send(SipMessage Message) : TransactionEffect;

    /// <summary>Give it to the transport once more.</summary>
    public sealed record Resend(SipMessage Message) : TransactionEffect;

    /// <summary>Only repetitions are awaited from now on, for as long as the timer says: nothing else of the transaction is needed.</summary>
    /// <param name="Timer">Its name.</param>
    /// <param name="Stay">How long.</param>
    /// <param name="Answer">What a repetition is answered with; null: it is absorbed.</param>
    public sealed record Linger(TransactionTimer Timer, TimeSpan Stay, SipResponse? Answer = null) : TransactionEffect;

    /// <summary>Give the message to the user.</summary>
    public sealed record PassUp(SipMessage Message) : TransactionEffect;

    /// <summary>Arm a timer.</summary>
    public sealed record StartTimer(TransactionTimer Timer, TimeSpan After) : TransactionEffect;

    /// <summary>Disarm a timer.</summary>
    public sealed record StopTimer(TransactionTimer Timer) : TransactionEffect;

    /// <summary>Tell the user that nothing more comes.</summary>
    public sealed record Fail(TransactionFailure Failure) : TransactionEffect;
}

/// <summary>Why a transaction failed without a message.</summary>
internal enum TransactionFailure
{
    /// <summary>Timer B, F or H.</summary>
    Timeout,

    /// <summary>The transport reported an error (RFC 3261 section 17.1.4).</summary>
    Transport,
}
