using System.Collections.Immutable;
using Gateway.Sip.Msrp.Connections;
using Gateway.Sip.Transactions;

namespace Gateway.Sip.Msrp.Sessions;

/// <summary>Where a session stands with its connection.</summary>
internal enum BindingState
{
    /// <summary>Descriptions are not exchanged yet.</summary>
    Idle,

    /// <summary>We are to connect, and try; or wait to try again.</summary>
    Connecting,

    /// <summary>The peer is to connect.</summary>
    Waiting,

    /// <summary>A connection is bound.</summary>
    Bound,

    /// <summary>It had one, or could not get one: only new descriptions help.</summary>
    Lost,

    /// <summary>Over.</summary>
    Closed,
}

/// <summary>What happens to it. A closed set.</summary>
internal abstract record BindingEvent
{
    private BindingEvent()
    {
    }

    /// <summary>Descriptions were exchanged.</summary>
    /// <param name="Target">Whom to connect to; null when the peer connects.</param>
    /// <param name="IsChanged">The path of either side, or the target, is another than before.</param>
    internal sealed record Described(MsrpTarget? Target, bool IsChanged) : BindingEvent;

    /// <summary>The connection asked for is open.</summary>
    internal sealed record Opened(MsrpConnection Connection) : BindingEvent;

    /// <summary>It could not be opened.</summary>
    internal sealed record NotOpened(bool IsUntrusted) : BindingEvent;

    /// <summary>A request for this session came on a connection.</summary>
    internal sealed record Found(MsrpConnection Connection) : BindingEvent;

    /// <summary>The time set last is over.</summary>
    internal sealed record Due : BindingEvent;

    /// <summary>The connection is gone.</summary>
    internal sealed record Broken : BindingEvent;

    /// <summary>Whoever is on the connection is not the one of the description.</summary>
    internal sealed record Distrusted : BindingEvent;

    /// <summary>481 or 506 from the peer (RFC 4975 section 10).</summary>
    internal sealed record Disowned : BindingEvent;

    internal sealed record Closing : BindingEvent;
}

/// <summary>What to do about it. A closed set.</summary>
internal abstract record BindingEffect
{
    private BindingEffect()
    {
    }

    internal sealed record Connect(MsrpTarget Target) : BindingEffect;

    internal sealed record SetTimer(TimeSpan After) : BindingEffect;

    internal sealed record StopTimer : BindingEffect;

    internal sealed record Attach(MsrpConnection Connection) : BindingEffect;

    internal sealed record Detach : BindingEffect;

    /// <summary>The SEND that binds the connection at the peer (section 5.4, MAPPING C-10).</summary>
    internal sealed record SendFirst : BindingEffect;

    internal sealed record TellConnected : BindingEffect;

    internal sealed record TellLost(MsrpLoss Why) : BindingEffect;
}

/// <summary>The connection of a session, from description to loss (RFC 4975 section 5.4, RFC 6135 section 4.2).</summary>
internal sealed record Binding(MsrpLimits Limits)
{
    public BindingState State { get; init; }

    public MsrpTarget? Target { get; init; }

    /// <summary>Attempts to connect so far.</summary>
    public int Attempts { get; init; }

    public Transition<Binding, BindingEffect> On(BindingEvent e) => (State, e) switch
    {
        (BindingState.Closed, _) => To(State),
        (BindingState.Bound, BindingEvent.Closing) => To(BindingState.Closed, new BindingEffect.Detach()),
        (_, BindingEvent.Closing) => To(BindingState.Closed, new BindingEffect.StopTimer()),

        // A re-offer that changes no path leaves the connection alone; so does the answer to an offer whose session the
        // peer has bound already, because its first SEND overtook the answer.
        (BindingState.Bound or BindingState.Connecting or BindingState.Waiting, BindingEvent.Described { IsChanged: false }) => To(State),
        (BindingState.Bound, BindingEvent.Described d) => Begin(d.Target, new BindingEffect.Detach()),
        (_, BindingEvent.Described d) => Begin(d.Target),

        (BindingState.Connecting, BindingEvent.Opened o) when o.Connection.Target == Target => To(
            BindingState.Bound, new BindingEffect.StopTimer(), new BindingEffect.Attach(o.Connection), new BindingEffect.SendFirst(),
            new BindingEffect.TellConnected()),
        (BindingState.Connecting, BindingEvent.NotOpened { IsUntrusted: true }) => Lose(MsrpLoss.Untrusted),
        (BindingState.Connecting, BindingEvent.NotOpened) when Attempts >= Limits.ConnectAttempts => Lose(MsrpLoss.Unreachable),
        (BindingState.Connecting, BindingEvent.NotOpened) =>
            To(State, new BindingEffect.SetTimer(TimeSpan.FromSeconds(Math.Pow(2, Attempts - 1)))),
        (BindingState.Connecting, BindingEvent.Due) => (this with { Attempts = Attempts + 1 })
            .To(State, new BindingEffect.Connect(Target!)),

        // Also where we were to connect: some peers connect whatever the descriptions say, and know the URI.
        (BindingState.Idle or BindingState.Waiting or BindingState.Connecting, BindingEvent.Found f) => To(
            BindingState.Bound, new BindingEffect.StopTimer(), new BindingEffect.Attach(f.Connection), new BindingEffect.TellConnected()),
        (BindingState.Waiting, BindingEvent.Due) => Lose(MsrpLoss.NobodyCame),

        (BindingState.Bound, BindingEvent.Broken) => Lose(MsrpLoss.Broken, new BindingEffect.Detach()),
        (BindingState.Bound, BindingEvent.Distrusted) => Lose(MsrpLoss.Untrusted, new BindingEffect.Detach()),
        (BindingState.Bound, BindingEvent.Disowned) => Lose(MsrpLoss.Disowned, new BindingEffect.Detach()),
        _ => To(State),
    };

    private Transition<Binding, BindingEffect> Begin(MsrpTarget? target, params ImmutableArray<BindingEffect> first) => target is null
        ? (this with { Target = null }).To(BindingState.Waiting, [.. first, new BindingEffect.SetTimer(Limits.Bind)])
        : (this with { Target = target, Attempts = 1 }).To(
            BindingState.Connecting, [.. first, new BindingEffect.StopTimer(), new BindingEffect.Connect(target)]);

    private Transition<Binding, BindingEffect> Lose(MsrpLoss why, params ImmutableArray<BindingEffect> first) =>
        To(BindingState.Lost, [.. first, new BindingEffect.StopTimer(), new BindingEffect.TellLost(why)]);

    private Transition<Binding, BindingEffect> To(BindingState next, params ImmutableArray<BindingEffect> todo) =>
        new(this with { State = next }, todo);
}
