using Gateway.Media.Io;
using Gateway.Media.Stun;

namespace Gateway.Media.Ice;

/// <summary>The checks of one generation that are on their way: sent, sent again, answered or given up.</summary>
internal sealed class IceChecks(IceContext context, IceCredentials local)
{
    /// <summary>The longest wait between two transmissions: RFC 3489 section 9.3 stopped doubling there, and media waits for this.</summary>
    private const int LongestWait = 1_600;

    /// <summary>How long the answer to a check that is not repeated any more still counts.</summary>
    private const int LateAnswer = 10_000;

    private readonly List<IceTransaction> _transactions = [];

    public long NextDue
    {
        get
        {
            var due = long.MaxValue;
            foreach (var transaction in _transactions)
            {
                due = Math.Min(due, transaction.Due);
            }

            return due;
        }
    }

    public IceTransaction? Find(StunTransactionId id)
    {
        foreach (var transaction in _transactions)
        {
            if (transaction.Id == id)
            {
                return transaction;
            }
        }

        return null;
    }

    public void Remove(IceTransaction transaction) => _transactions.Remove(transaction);

    /// <summary>A connectivity check (RFC 8445 section 7.2.4).</summary>
    public void Send(IcePair pair, IceCredentials remote, long now)
    {
        StopRepeating(pair, now);
        var nominates = pair.ToBeNominated && context.Role == IceRole.Controlling;
        var transaction = Make(pair, remote, nominates, nominates);
        transaction.Wait = Math.Min(LongestWait, Math.Max(context.Options.Rto, context.Options.Pacing * Pending()));
        transaction.Due = now + transaction.Wait;
        if (pair.State != IcePairState.Succeeded)
        {
            pair.State = IcePairState.InProgress;
        }
    }

    /// <summary>
    /// A consent check: sent once only (RFC 7675 section 5.1). The controlling agent repeats its choice in it, as libwebrtc does: a
    /// peer that heard several nominations learns which one stands.
    /// </summary>
    public void AskConsent(IcePair pair, IceCredentials remote, long now)
    {
        var transaction = Make(pair, remote, context.Role == IceRole.Controlling, nominates: false);
        transaction.IsFinal = true;
        transaction.Due = now + LateAnswer;
    }

    /// <summary>A later check takes over; the answers to the earlier ones still count (RFC 8445 section 7.3.1.4).</summary>
    public void StopRepeating(IcePair pair, long now)
    {
        foreach (var transaction in _transactions)
        {
            if (transaction.Pair == pair)
            {
                Finish(transaction, now);
            }
        }
    }

    public void StopAllBut(IcePair pair, long now)
    {
        foreach (var transaction in _transactions)
        {
            if (transaction.Pair != pair)
            {
                Finish(transaction, now);
            }
        }
    }

    /// <summary>Sends again what is due, and returns one that was sent often enough, if there is one.</summary>
    public IceTransaction? Repeat(long now)
    {
        for (var i = _transactions.Count - 1; i >= 0; i--)
        {
            var transaction = _transactions[i];
            if (now < transaction.Due)
            {
                continue;
            }

            if (transaction.IsFinal)
            {
                _transactions.RemoveAt(i);
            }
            else if (transaction.Sent >= context.Options.Transmissions)
            {
                _transactions.RemoveAt(i);
                return transaction;
            }
            else
            {
                transaction.Sent++;
                transaction.Wait = Math.Min(LongestWait, transaction.Wait * 2);
                transaction.Due = now + transaction.Wait;
                context.Send(transaction.Pair.Base, transaction.Datagram, transaction.Pair.Remote.Address);
            }
        }

        return null;
    }

    private static void Finish(IceTransaction transaction, long now)
    {
        if (!transaction.IsFinal)
        {
            transaction.IsFinal = true;
            transaction.Due = now + LateAnswer;
        }
    }

    private int Pending()
    {
        var count = 1;
        foreach (var transaction in _transactions)
        {
            count += transaction.IsFinal ? 0 : 1;
        }

        return count;
    }

    private IceTransaction Make(IcePair pair, IceCredentials remote, bool useCandidate, bool nominates)
    {
        var id = context.NewTransactionId();
        Span<byte> octets = stackalloc byte[StunFormat.TransactionIdLength];
        id.Write(octets);
        var writer = new StunWriter(stackalloc byte[StunFormat.MaxLength], StunClass.Request, StunFormat.Binding, octets);
        writer.Username(remote.UfragOctets, local.UfragOctets);
        writer.Number(StunAttribute.Priority, pair.Base.CheckPriority);
        writer.Number(
            context.Role == IceRole.Controlling ? StunAttribute.IceControlling : StunAttribute.IceControlled, context.TieBreaker);
        if (useCandidate)
        {
            writer.Flag(StunAttribute.UseCandidate);
        }

        var datagram = writer.Signed(remote.Key).ToArray();
        var transaction = new IceTransaction(id, pair, context.Role, nominates, datagram);
        _transactions.Add(transaction);
        context.Send(pair.Base, datagram, pair.Remote.Address);
        return transaction;
    }
}
