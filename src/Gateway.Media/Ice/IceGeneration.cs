using Gateway.Media.Io;
using Gateway.Media.Stun;

namespace Gateway.Media.Ice;

/// <summary>
/// Everything that lives and dies with one pair of credentials: candidates, checks, the chosen pair and the peer's consent
/// to it. A restart (RFC 8445 section 9) makes a new one beside it.
/// </summary>
internal sealed class IceGeneration
{
    /// <summary>Checks remembered until the peer's credentials come.</summary>
    private const int MaxEarlyChecks = 16;

    /// <summary>A nomination that the peer has not repeated for this long gives way to that of a lesser pair.</summary>
    private const long NominationStands = 3_000;

    private readonly IceContext _context;
    private readonly IceChecks _checks;
    private readonly Action<IceGeneration> _selected;
    private readonly List<EarlyCheck> _early = [];
    private IcePair? _nominating;
    private long _validSince = long.MaxValue;
    private long _giveUpAt = long.MaxValue;
    private bool _hasAllRemotes;

    public IceGeneration(IceContext context, Action<IceGeneration> selected)
    {
        (_context, _selected) = (context, selected);
        Local = IceCredentials.Fresh(context);
        Checklist = new IceChecklist(context);
        _checks = new IceChecks(context, Local);
        Consent = new IceConsent(context.Options);
    }

    private sealed record EarlyCheck(IceBase Base, PeerAddress From, uint Priority, bool UseCandidate, uint Nomination, byte[] Ufrag);

    public IceCredentials Local { get; }

    /// <summary>Null until they are signalled.</summary>
    public IceCredentials? Remote { get; private set; }

    public IceChecklist Checklist { get; }

    /// <summary>The pair that media takes.</summary>
    public IcePair? Selected { get; private set; }

    public IceConsent Consent { get; }

    /// <summary>No way to the peer was found in time, or consent was lost.</summary>
    public bool IsEnded { get; private set; }

    /// <summary>Whether there ever was a pair to lose.</summary>
    public bool WasSelected { get; private set; }

    public bool IsStarted { get; set; }

    private bool MayNominate => _context.Role == IceRole.Controlling && _nominating is null && Selected is null;

    private bool IsChecking => IsStarted && Remote is not null && !IsEnded;

    public long NextDue
    {
        get
        {
            if (!IsChecking)
            {
                return long.MaxValue;
            }

            var due = Math.Min(_checks.NextDue, Selected is null ? _giveUpAt : Consent.NextDue);
            if (Checklist.HasTriggered || (Selected is null && Checklist.NextOrdinary() is not null))
            {
                due = Math.Min(due, _context.NextCheckAt);
            }

            return MayNominate && Checklist.BestValid(out _) is not null
                ? Math.Min(due, _validSince + _context.Options.NominationDelay)
                : due;
        }
    }

    public void SetRemote(IceCredentials remote, long now)
    {
        Remote = remote;
        foreach (var check in _early)
        {
            if (remote.UfragOctets.SequenceEqual(check.Ufrag))
            {
                Take(check.Base, check.From, check.Priority, check.UseCandidate, check.Nomination, now);
            }
        }

        _early.Clear();
    }

    /// <summary>Whether a check with our credentials came from this address, which need not be known yet for the peer's.</summary>
    public bool HasChecked(in PeerAddress from)
    {
        foreach (var check in _early)
        {
            if (check.From == from)
            {
                return true;
            }
        }

        return Checklist.HasChecked(from);
    }

    public void NoMoreRemotes() => _hasAllRemotes = true;

    /// <summary>A request with our credentials came and was answered (RFC 8445 section 7.3.1).</summary>
    /// <param name="base">Where it came in.</param>
    /// <param name="from">Where it came from.</param>
    /// <param name="message">The request.</param>
    /// <param name="sender">The sender's own fragment, of USERNAME.</param>
    /// <param name="now">The time.</param>
    public void OnCheck(IceBase @base, in PeerAddress from, scoped in StunMessage message, ReadOnlySpan<byte> sender, long now)
    {
        if (IsEnded)
        {
            return;
        }

        if (Remote is null)
        {
            if (_early.Count < MaxEarlyChecks)
            {
                _early.Add(new EarlyCheck(
                    @base, from, message.Priority, message.UseCandidate, message.Nomination, sender.ToArray()));
            }
        }
        else if (sender.SequenceEqual(Remote.UfragOctets))
        {
            Take(@base, from, message.Priority, message.UseCandidate, message.Nomination, now);
        }
    }

    /// <summary>False when the response answers nothing of this generation's.</summary>
    public bool OnResponse(
        IceBase @base, in PeerAddress from, scoped in StunMessage message, long now, out StunRefusal? refusal)
    {
        refusal = null;
        if (_checks.Find(StunTransactionId.Read(message.TransactionId)) is not { } transaction)
        {
            return false;
        }

        // Forged or not, what is not signed is taken for lost (RFC 8489 section 9.1.4).
        if (!message.IsSignedWith(Remote!.Key))
        {
            refusal = StunRefusal.Integrity;
            return true;
        }

        _checks.Remove(transaction);
        var pair = transaction.Pair;
        if (message.Class == StunClass.Error)
        {
            OnError(transaction, message.ErrorCode, now);
        }
        else if (pair.Base.Index != @base.Index || pair.Remote.Address != from || !message.HasMappedAddress)
        {
            Fail(transaction, forGood: true); // section 7.2.5.2.1
        }
        else
        {
            OnSuccess(transaction, now);
        }

        return true;
    }

    /// <summary>A conflict changed the role (section 7.3.1.1): priorities change with it, and what was nominated so far is void.</summary>
    public void OnRoleChanged()
    {
        _nominating = null;
        foreach (var pair in Checklist.Pairs)
        {
            pair.ToBeNominated = false;
        }

        Checklist.Reprioritize();
    }

    public void OnTimer(long now)
    {
        if (!IsChecking)
        {
            return;
        }

        if (_giveUpAt == long.MaxValue)
        {
            _giveUpAt = now + _context.Options.Patience;
        }

        for (var lost = _checks.Repeat(now); lost is not null; lost = _checks.Repeat(now))
        {
            Fail(lost, forGood: false);
        }

        if (Selected is null)
        {
            Nominate(now);
            IsEnded = now >= _giveUpAt;
        }
        else if (Consent.IsLost(now))
        {
            End();
        }
        else if (Consent.IsDue(now))
        {
            Consent.Asked(now, _context);
            _checks.AskConsent(Selected, Remote!, now);
            Renominate(Selected, now);
        }

        SendNext(now);
    }

    private void SendNext(long now)
    {
        while (!IsEnded && now >= _context.NextCheckAt)
        {
            if (!Checklist.TryTriggered(out var pair) && Selected is null)
            {
                pair = Checklist.NextOrdinary();
            }

            if (pair is null)
            {
                return;
            }

            _context.NextCheckAt = now + _context.Options.Pacing;
            _checks.Send(pair, Remote!, now);
        }
    }

    private void Take(IceBase @base, in PeerAddress from, uint priority, bool useCandidate, uint nomination, long now)
    {
        if (Checklist.Reveal(@base, from, priority, Selected) is not { } pair)
        {
            return;
        }

        if (useCandidate && _context.Role == IceRole.Controlled)
        {
            (pair.IsNominated, pair.NominatedAt, pair.Nomination) = (true, now, nomination);
        }

        if (pair.State != IcePairState.Succeeded || IsDoubtful(pair, now))
        {
            _checks.StopRepeating(pair, now);
            Checklist.Trigger(pair);
        }
        else if (useCandidate)
        {
            Consider(pair, now);
        }
    }

    /// <summary>
    /// A pair that worked once is asked again when the one in use may not work any more: the peer may be back, here or there, and the
    /// next question for consent might come too late. So is one whose answer is too old for consent (RFC 7675 section 5.1): the peer
    /// may have gone from there, and the check may be a repeated one.
    /// </summary>
    private bool IsDoubtful(IcePair pair, long now) => (Selected is not null && Consent.IsInDoubt(now))
        || (pair != Selected && now - pair.ValidAt >= _context.Options.ConsentLifetime);

    private void OnSuccess(IceTransaction transaction, long now)
    {
        var pair = transaction.Pair;
        (pair.State, pair.ValidAt) = (IcePairState.Succeeded, now);
        if (pair == Selected)
        {
            Consent.Given(now);
        }

        if (transaction.Nominates && _context.Role == IceRole.Controlling)
        {
            Select(pair, now); // section 7.2.5.3.4
        }
        else if (_context.Role == IceRole.Controlled)
        {
            Consider(pair, now); // section 7.3.1.5
        }

        if (Selected is null)
        {
            _validSince = Math.Min(_validSince, now);
            Nominate(now);
        }
    }

    private void OnError(IceTransaction transaction, int code, long now)
    {
        if (code == 487)
        {
            if (_context.Role == transaction.Role)
            {
                _context.SwitchRole(refused: true);
            }

            Checklist.Trigger(transaction.Pair);
        }
        else if (code == 403 && transaction.Pair == Selected)
        {
            End(); // RFC 7675 section 5.2
        }
        else if (transaction.Pair != Selected)
        {
            Fail(transaction, forGood: true);
        }
    }

    /// <summary>
    /// As controlled agent. Under aggressive nomination (RFC 5245) several pairs are nominated and the best one counts; a
    /// renominating peer numbers them; one that has moved on just stops repeating the old one.
    /// </summary>
    private void Consider(IcePair pair, long now)
    {
        if (_context.Role != IceRole.Controlled || !pair.IsNominated || pair == Selected)
        {
            return;
        }

        if (Selected is null || !Selected.IsNominated || pair.Nomination > Selected.Nomination
            || (pair.Nomination == Selected.Nomination && pair.Priority > Selected.Priority)
            || (pair.Nomination == Selected.Nomination && now - Selected.NominatedAt > NominationStands))
        {
            Select(pair, now);
        }
    }

    /// <summary>As controlling agent: regular nomination (section 8.1.1) of the best pair that works, once there is no better to come.</summary>
    private void Nominate(long now)
    {
        if (!MayNominate || Checklist.BestValid(out var mayImprove) is not { } best)
        {
            return;
        }

        mayImprove |= best.Remote.Type == IceCandidateType.Relayed && !_hasAllRemotes;
        if (mayImprove && now < _validSince + _context.Options.NominationDelay)
        {
            return;
        }

        Nominate(best);
    }

    /// <summary>
    /// The peer's NAT gave it another address: its checks come from there, and it answers at the old one no more. RFC 8445 would
    /// let the call run out of consent (section 8.1.1); libwebrtc and aioice follow a new nomination.
    /// </summary>
    private void Renominate(IcePair selected, long now)
    {
        if (_context.Role == IceRole.Controlling && _nominating is null && Consent.IsInDoubt(now)
            && Checklist.ValidSince(Consent.GivenAt, but: selected) is { } other)
        {
            Nominate(other);
        }
    }

    private void Nominate(IcePair pair)
    {
        _nominating = pair;
        pair.ToBeNominated = true;
        Checklist.Trigger(pair);
    }

    private void Select(IcePair pair, long now)
    {
        if (pair == Selected)
        {
            return;
        }

        (Selected, WasSelected, _nominating) = (pair, true, null);
        pair.ToBeNominated = false;
        Consent.Begin(now, _context);
        if (_context.Role == IceRole.Controlling)
        {
            _checks.StopAllBut(pair, now); // section 8.1.2
        }

        _selected(this);
    }

    /// <summary>No answer came in time, or one that rules the pair out.</summary>
    private void Fail(IceTransaction transaction, bool forGood)
    {
        var pair = transaction.Pair;
        if (transaction.Nominates)
        {
            pair.ToBeNominated = false;
            _nominating = _nominating == pair ? null : _nominating;
        }

        // As long as nothing is chosen it is tried again: the peer may be told of us later than we of it (RFC 8863 section 3).
        if (pair != Selected && (transaction.Nominates || pair.State == IcePairState.InProgress))
        {
            pair.State = forGood || Selected is not null ? IcePairState.Failed : IcePairState.Waiting;
        }
    }

    private void End()
    {
        IsEnded = true;
        Selected = null;
    }
}
