using System.Collections.Immutable;
using Gateway.Sip.Transactions;
using Gateway.Sip.UserAgent;
using static Gateway.Sip.Registrations.RegistrationEffect;
using static Gateway.Sip.Registrations.RegistrationInput;
using static Gateway.Sip.Registrations.RegistrationState;
using static Gateway.Sip.Registrations.RegistrationTimer;

namespace Gateway.Sip.Registrations;

/// <summary>Where the work stands.</summary>
internal enum RegistrationState
{
    Idle,

    /// <summary>REGISTER is out.</summary>
    Asking,

    /// <summary>Bound; the next REGISTER is due later.</summary>
    Resting,

    /// <summary>Failed; tried again later.</summary>
    Waiting,

    /// <summary>REGISTER with Expires 0 is out.</summary>
    Ending,

    Ended,
}

internal enum RegistrationTimer
{
    /// <summary>The next REGISTER.</summary>
    Next,

    /// <summary>The binding has ended.</summary>
    Expiry,
}

/// <summary>What happens to a registration. A closed set.</summary>
internal abstract record RegistrationInput
{
    private RegistrationInput()
    {
    }

    public sealed record Begin : RegistrationInput;

    public sealed record End : RegistrationInput;

    /// <summary>2xx, and how long our binding lasts.</summary>
    public sealed record Succeeded(TimeSpan Expires) : RegistrationInput;

    public sealed record Failed(SipFailure Failure, TimeSpan? MinExpires = null) : RegistrationInput;

    public sealed record Fired(RegistrationTimer Timer) : RegistrationInput;
}

/// <summary>What is done about it. A closed set.</summary>
internal abstract record RegistrationEffect
{
    private RegistrationEffect()
    {
    }

    public sealed record SendRegister(TimeSpan Expires) : RegistrationEffect;

    public sealed record Arm(RegistrationTimer Timer, TimeSpan After) : RegistrationEffect;

    /// <summary>The time is the longest; the shell takes half of it at least, by chance (RFC 5626 section 4.5).</summary>
    public sealed record ArmByChance(RegistrationTimer Timer, TimeSpan After) : RegistrationEffect;

    public sealed record Disarm(RegistrationTimer Timer) : RegistrationEffect;

    /// <summary>The outside learns.</summary>
    public sealed record Say(RegistrationPhase Phase, SipFailure? Failure = null) : RegistrationEffect;
}

/// <summary>One binding at one registrar: RFC 3261 section 10.2, back-off of RFC 5626 section 4.5, MAPPING U-39.</summary>
/// <param name="State">State.</param>
/// <param name="Expires">How long is asked for.</param>
internal sealed record Registrar(RegistrationState State, TimeSpan Expires)
{
    private const int MostExtensions = 2;

    private static readonly TimeSpan FirstWait = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(30);
    private static readonly TimeSpan LongestBinding = TimeSpan.FromDays(7);
    private static readonly TimeSpan LeastRest = TimeSpan.FromSeconds(5);

    /// <summary>The registrar knows us, as far as it has said.</summary>
    public bool IsBound { get; init; }

    /// <summary>Failures in a row.</summary>
    public int Failures { get; init; }

    /// <summary>How often 423 has made us ask for more.</summary>
    public int Extensions { get; init; }

    /// <summary>The end was asked for while REGISTER was out: two at once could overtake each other (section 10.2).</summary>
    public bool WantsEnd { get; init; }

    public Transition<Registrar, RegistrationEffect> On(RegistrationInput input) => (State, input) switch
    {
        (Idle, Begin) or (Resting or Waiting, Fired(Next)) => To(Asking, new SendRegister(Expires)),
        (Idle, RegistrationInput.End) => To(Ended, new Say(RegistrationPhase.Ended)),
        (Waiting, RegistrationInput.End) when !IsBound => To(Ended, new Disarm(Next), new Say(RegistrationPhase.Ended)),
        (Resting or Waiting, RegistrationInput.End) => TakeBack(),
        (Asking, RegistrationInput.End) => (this with { WantsEnd = true }).To(State),

        (Asking, Succeeded or Failed) when WantsEnd => TakeBack(),
        (Asking, Succeeded s) => (this with { IsBound = true, Failures = 0, Extensions = 0 }).To(
            Resting, new Arm(Next, RestOf(s.Expires)), new Arm(Expiry, s.Expires), new Say(RegistrationPhase.Registered)),
        (Asking, Failed { Failure.Status: 423, MinExpires: { } least }) when least > Expires && least <= LongestBinding && Extensions < MostExtensions =>
            (this with { Expires = least, Extensions = Extensions + 1 }).To(State, new SendRegister(least)),

        // Bound as long as the last answer said: calls may still come (section 10.2.4).
        (Asking, Failed f) => (this with { Failures = Failures + 1 }).To(
            Waiting, WaitOf(f.Failure), IsBound ? new Say(RegistrationPhase.Registered, f.Failure) : new Say(RegistrationPhase.Failed, f.Failure)),
        (not (Ending or Ended), Fired(Expiry)) => (this with { IsBound = false }).To(
            State, new Say(RegistrationPhase.Failed, SipFailures.Local(408))),
        (Ending, Succeeded or Failed) => To(Ended, new Say(RegistrationPhase.Ended)),
        _ => To(State),
    };

    private Transition<Registrar, RegistrationEffect> TakeBack() =>
        To(Ending, new Disarm(Next), new Disarm(Expiry), new SendRegister(TimeSpan.Zero));

    /// <summary>Nine tenths of the time, less when the rest would not do for another attempt.</summary>
    private static TimeSpan RestOf(TimeSpan expires)
    {
        var rest = expires < TimeSpan.FromSeconds(640) ? expires / 2 : expires * 0.9;
        return rest > LeastRest ? rest : LeastRest;
    }

    private RegistrationEffect WaitOf(SipFailure failure)
    {
        if (failure.RetryAfter is { } seconds)
        {
            return new Arm(Next, TimeSpan.FromSeconds(Math.Clamp(seconds, 1, (int)LongestWait.TotalSeconds)));
        }

        var wait = FirstWait * Math.Pow(2, Math.Min(Failures, 6));
        return new ArmByChance(Next, wait < LongestWait ? wait : LongestWait);
    }

    private Transition<Registrar, RegistrationEffect> To(RegistrationState next, params ImmutableArray<RegistrationEffect> todo) =>
        new(this with { State = next }, todo);
}
