using Gateway.Sip.Messages;
using Gateway.Sip.Transports;

namespace Gateway.Sip.Transactions;

/// <summary>What a transaction's table acts upon.</summary>
internal interface ITransactionSurroundings
{
    /// <summary>Gives a message to the transport.</summary>
    /// <param name="message">The message.</param>
    /// <param name="again">True for a retransmission.</param>
    void Send(SipMessage message, bool again);

    void PassUp(SipMessage message);

    void Fail(TransactionFailure failure);

    /// <summary>Only repetitions are awaited from now on.</summary>
    void Linger(TransactionEffect.Linger how);

    /// <summary>The transaction is over and forgotten.</summary>
    void Terminated();
}

/// <summary>Carries out what a transaction's table says: the same shell for all four.</summary>
internal sealed class TransactionRunner<TTable>(TTable initial, ISipLoop loop, ITransactionSurroundings surroundings)
    where TTable : class, ITransactionTable<TTable>
{
    private LoopTimer?[]? _timers; // most server transactions need none
    private bool _over;

    public TTable Table { get; private set; } = initial;

    public void On(TransactionEvent e) => Run(Table.On(e));

    public void Run(Transition<TTable, TransactionEffect> transition)
    {
        Table = transition.Next;
        foreach (var effect in transition.Effects)
        {
            Do(effect);
        }

        if (Table.IsTerminated && !_over)
        {
            _over = true;
            StopAll();
            surroundings.Terminated();
        }
    }

    private void Do(TransactionEffect effect)
    {
        switch (effect)
        {
            case TransactionEffect.Send send:
                surroundings.Send(send.Message, again: false);
                break;
            case TransactionEffect.Resend resend:
                surroundings.Send(resend.Message, again: true);
                break;
            case TransactionEffect.StartTimer start:
                Start(start.Timer, start.After);
                break;
            case TransactionEffect.StopTimer stop:
                Stop(stop.Timer);
                break;
            case TransactionEffect.Linger linger:
                surroundings.Linger(linger);
                break;
            case TransactionEffect.PassUp pass:
                surroundings.PassUp(pass.Message);
                break;
            case TransactionEffect.Fail fail:
                surroundings.Fail(fail.Failure);
                break;
        }
    }

    /// <summary>A user called back by an earlier effect may have ended the transaction: then nothing is armed any more.</summary>
    private void Start(TransactionTimer timer, TimeSpan after)
    {
        Stop(timer);
        if (!Table.IsTerminated)
        {
            (_timers ??= new LoopTimer?[(int)TransactionTimer.M + 1])[(int)timer] = LoopTimer.Start(loop, after, () =>
            {
                _timers[(int)timer] = null;
                On(new TransactionEvent.Fired(timer));
            });
        }
    }

    private void Stop(TransactionTimer timer)
    {
        if (_timers is not null)
        {
            _timers[(int)timer]?.Stop();
            _timers[(int)timer] = null;
        }
    }

    private void StopAll()
    {
        for (var timer = TransactionTimer.A; timer <= TransactionTimer.M; timer++)
        {
            Stop(timer);
        }
    }
}
