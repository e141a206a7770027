namespace Gateway.Sip.Transactions;

/// <summary>The timers of RFC 3261 table 4 and RFC 6026, by their names there.</summary>
internal enum TransactionTimer
{
    /// <summary>INVITE retransmission, datagrams only.</summary>
    A,

    /// <summary>INVITE transaction timeout.</summary>
    B,

    /// <summary>How long response retransmissions to an INVITE are awaited.</summary>
    D,

    /// <summary>Non-INVITE retransmission, datagrams only.</summary>
    E,

    /// <summary>Non-INVITE transaction timeout.</summary>
    F,

    /// <summary>INVITE final response retransmission.</summary>
    G,

    /// <summary>How long an ACK is awaited.</summary>
    H,

    /// <summary>How long ACK retransmissions are awaited.</summary>
    I,

    /// <summary>How long non-INVITE request retransmissions are awaited.</summary>
    J,

    /// <summary>How long non-INVITE response retransmissions are awaited.</summary>
    K,

    /// <summary>How long retransmissions of an INVITE answered by 2xx are absorbed (RFC 6026 section 7.1).</summary>
    L,

    /// <summary>How long further 2xx are passed up (RFC 6026 section 7.2).</summary>
    M,
}
