using System.Collections.Immutable;
using Gateway.Mapping.Sessions;
using Gateway.Sip.Subscriptions;
using Gateway.Xmpp.Stanzas;
using static Gateway.Mapping.Presence.Exchange.WatchedEffect;
using static Gateway.Mapping.Presence.Exchange.WatchedEvent;

namespace Gateway.Mapping.Presence.Exchange;

/// <summary>What happens between the devices of a SIP user and the XMPP user that they watch. A closed set.</summary>
internal abstract record WatchedEvent
{
    private WatchedEvent()
    {
    }

    /// <summary>SUBSCRIBE outside a dialog, accepted: another device, or a single question.</summary>
    public sealed record Joined(long Device, bool IsFetch) : WatchedEvent;

    /// <summary>SUBSCRIBE with Expires 0 in the dialog.</summary>
    public sealed record Left(long Device) : WatchedEvent;

    /// <summary>The dialog is over without our doing: expired, or the device is lost.</summary>
    public sealed record Gone(long Device) : WatchedEvent;

    /// <summary>subscribed.</summary>
    public sealed record Authorized : WatchedEvent;

    /// <summary>unsubscribed.</summary>
    public sealed record Denied : WatchedEvent;

    /// <summary>Presence of one of her devices.</summary>
    public sealed record Told(string Resource, Availability Availability) : WatchedEvent;

    /// <summary>She cannot be asked: an error came back.</summary>
    public sealed record Bounced(StanzaErrorCondition Condition) : WatchedEvent;

    /// <summary>The link to her server has been down for longer than its grace.</summary>
    public sealed record LinkLost : WatchedEvent;

    /// <summary>The link is back.</summary>
    public sealed record LinkBack : WatchedEvent;
}

/// <summary>What is done about it. A closed set.</summary>
internal abstract record WatchedEffect
{
    private WatchedEffect()
    {
    }

    /// <summary>NOTIFY active with what is known of her, to one device or to all.</summary>
    public sealed record Notify(ImmutableSortedDictionary<string, Availability> Devices, long? Only = null) : WatchedEffect;

    /// <summary>The last NOTIFY, to one device or to all.</summary>
    /// <param name="Reason">Why.</param>
    /// <param name="IsClosed">With a document that says closed.</param>
    /// <param name="Only">The device; null: all.</param>
    public sealed record Terminate(TerminationReason Reason, bool IsClosed = false, long? Only = null) : WatchedEffect;

    /// <summary>subscribe or probe, from the SIP user to her, bare to bare.</summary>
    public sealed record Say(PresenceKind Kind) : WatchedEffect;

    /// <summary>The SIP user does not want to see her any more, and is unavailable to her (RFC 8048 section 5.3.3).</summary>
    public sealed record Withdraw : WatchedEffect;
}

/// <summary>A SIP user who watches an XMPP user: RFC 8048 section 5.3, MAPPING P-6 to P-9, P-14, P-15, P-19.</summary>
internal sealed record Watched
{
    private const int MostResources = 32;

    /// <summary>She has said <c>subscribed</c>. What her roster says is not kept here: asked again, her server says it again (P-17).</summary>
    public bool IsApproved { get; init; }

    /// <summary>What is known of her devices; when none is there, the last one, as closed. Empty: nothing is known.</summary>
    public ImmutableSortedDictionary<string, Availability> Resources { get; init; } =
        ImmutableSortedDictionary.Create<string, Availability>(StringComparer.Ordinal);

    /// <summary>The SIP user's dialogs.</summary>
    public ImmutableHashSet<long> Devices { get; init; } = [];

    /// <summary>Single questions that wait for what she answers.</summary>
    public ImmutableHashSet<long> Questions { get; init; } = [];

    /// <summary>Whether anybody would be told.</summary>
    public bool IsWatched => !Devices.IsEmpty || !Questions.IsEmpty;

    /// <summary>Whether something can be said at once: to those whom she authorized, and to nobody else (P-15).</summary>
    public bool IsKnown => IsApproved && !Resources.IsEmpty;

    public Transition<Watched, WatchedEffect> On(WatchedEvent e) => e switch
    {
        // P-9, RFC 8048 section 7.2: only if we know nothing.
        Joined { IsFetch: true } j when !IsKnown => (this with { Questions = Questions.Add(j.Device) }).To(new Say(PresenceKind.Probe)),
        Joined { IsFetch: true } => To(),
        Joined j when IsApproved => (this with { Devices = Devices.Add(j.Device) }).To(IsKnown ? [] : [new Say(PresenceKind.Probe)]),
        Joined j => (this with { Devices = Devices.Add(j.Device) }).To(new Say(PresenceKind.Subscribe)), // P-6

        // P-8.
        Left l when Devices.Contains(l.Device) => Without(l.Device, new Terminate(TerminationReason.Timeout, IsClosed: true, l.Device)),
        Gone g when Devices.Contains(g.Device) => Without(g.Device),
        Gone g => (this with { Questions = Questions.Remove(g.Device) }).To(),

        // P-6. Her server answers for her when she agreed earlier, and then sends no presence by itself.
        Authorized when IsApproved => To(),
        Authorized when Devices.IsEmpty => To(), // nobody asked
        Authorized => (this with { IsApproved = true }).To(new Notify(Resources), new Say(PresenceKind.Probe)),
        Denied when IsWatched || IsApproved => Ended(TerminationReason.Rejected),

        Told t => OnTold(t),
        Bounced b when IsWatched && !IsApproved => Ended(b.Condition switch
        {
            StanzaErrorCondition.ItemNotFound or StanzaErrorCondition.Gone or StanzaErrorCondition.JidMalformed => TerminationReason.NoResource,
            StanzaErrorCondition.Forbidden or StanzaErrorCondition.NotAllowed or StanzaErrorCondition.NotAuthorized
                or StanzaErrorCondition.PolicyViolation => TerminationReason.Rejected,
            _ => TerminationReason.GiveUp,
        }),

        // P-19.
        LinkLost when IsKnown => (this with { Resources = Closed() }).To(new Notify(Closed())),
        LinkBack when !IsWatched => To(),
        LinkBack => To(new Say(IsApproved ? PresenceKind.Probe : PresenceKind.Subscribe)),
        _ => To(),
    };

    private Transition<Watched, WatchedEffect> OnTold(Told told)
    {
        if (!IsWatched && !IsApproved)
        {
            return To(); // nobody to tell, and nothing to keep for others (P-15)
        }

        var others = Resources.Where(r => r.Value.IsOpen && r.Key != told.Resource).ToImmutableSortedDictionary(StringComparer.Ordinal);
        var next = told.Availability.IsOpen
            ? others.Count < MostResources ? others.SetItem(told.Resource, told.Availability) : others
            : others.IsEmpty ? others.SetItem(told.Resource, told.Availability) : others;
        var known = this with { Resources = next };
        if (!Questions.IsEmpty)
        {
            // An answer to a probe comes to authorized ones only (RFC 6121 section 4.3.2), so it may be passed on.
            var answers = Questions.Select(WatchedEffect (device) => new Notify(next, device));
            return (known with { Questions = [] }).To([.. answers, .. known.Announce(this)]);
        }

        return known.To(known.Announce(this));
    }

    private ImmutableArray<WatchedEffect> Announce(Watched before) =>
        IsApproved && !Devices.IsEmpty && !Resources.SequenceEqual(before.Resources) ? [new Notify(Resources)] : [];

    private Transition<Watched, WatchedEffect> Without(long device, params ImmutableArray<WatchedEffect> todo)
    {
        var left = this with { Devices = Devices.Remove(device) };
        return left.To(left.Devices.IsEmpty ? [.. todo, new Withdraw()] : todo);
    }

    private static Transition<Watched, WatchedEffect> Ended(TerminationReason reason) => new(new Watched(), [new Terminate(reason)]);

    private ImmutableSortedDictionary<string, Availability> Closed() => ImmutableSortedDictionary.Create<string, Availability>(StringComparer.Ordinal)
        .Add(Resources.Keys.First(), Availability.Closed);

    private Transition<Watched, WatchedEffect> To(params ImmutableArray<WatchedEffect> todo) => new(this, todo);
}
