namespace Gateway.Sip.Transports;

/// <summary>
/// The one thread of control of an endpoint: messages, timers and commands run on it one after the other, so nothing
/// above the sockets needs a lock. Tests run it inline, in virtual time.
/// </summary>
internal interface ISipLoop
{
    TimeProvider Time { get; }

    SipMetrics Metrics { get; }

    LoopTimers Timers { get; }

    /// <summary>Queues work; callable from any thread, never blocks, in order. Nothing runs once the loop has stopped.</summary>
    void Post(Action work);

    /// <summary>Holds callers to the loop: what lives on it has no locks.</summary>
    /// <exception cref="InvalidOperationException">The caller is not work of the loop: its fault, and not that of the calls whose tables it would disorder.</exception>
    void VerifyTurn();
}
