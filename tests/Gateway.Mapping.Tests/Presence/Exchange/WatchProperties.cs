using System.Collections.Immutable;
using FsCheck;
using FsCheck.Fluent;
using Gateway.Mapping.Presence.Exchange;
using Gateway.Sip.Subscriptions;
using Gateway.Xmpp.Addresses;
using Gateway.Xmpp.Stanzas;

namespace Gateway.Mapping.Tests.Presence.Exchange;

/// <summary>Whatever happens in whatever order, both tables keep their promises.</summary>
public sealed class WatchProperties
{
    private static readonly ImmutableArray<WatchEvent> WatchEvents =
    [
        new WatchEvent.Asked(), new WatchEvent.Left(), new WatchEvent.Probed(Jid.Parse("a@b")), new WatchEvent.Probed(Jid.Parse("a@b/c")),
        new WatchEvent.Restored(), new WatchEvent.Seen(true), new WatchEvent.Seen(false), new WatchEvent.ProbeRefused(),
        new WatchEvent.Notified(true, new Availability(true)), new WatchEvent.Notified(true, null), new WatchEvent.Notified(false, null),
        new WatchEvent.Refused(403), new WatchEvent.Refused(500), new WatchEvent.Confirmed(), new WatchEvent.RefreshDue(),
        new WatchEvent.LinkBack(), new WatchEvent.Fired(WatchTimer.Answer), new WatchEvent.Fired(WatchTimer.Retry),
        new WatchEvent.Fired(WatchTimer.Quiet), new WatchEvent.Fetched(Jid.Parse("a@b/c"), new Availability(true)),
        .. Enum.GetValues<TerminationReason>().Select(reason => new WatchEvent.Ended(new SubscriptionEnding(reason))),
    ];

    [Fact] // P-2, P-3, P-5, P-17
    public void Subscriber_sees_nothing_unapproved_and_is_kept_exactly_while_approved() => Prop.ForAll(
        Sequences(WatchEvents.Length),
        sequence =>
        {
            var (watch, isKept, isShown) = (new Watch(WatchState.None), false, false);
            foreach (var e in sequence.Select(i => WatchEvents[i]))
            {
                var wasRestored = watch.State == WatchState.None && e is WatchEvent.Restored;
                (watch, var effects) = watch.On(e);
                isKept |= wasRestored;
                foreach (var effect in effects)
                {
                    switch (effect)
                    {
                        case WatchEffect.Show { To: null } show:
                            Assert.True(isKept || !show.Known.IsOpen, $"shown unapproved after {e}");
                            isShown = show.Known.IsOpen;
                            break;
                        case WatchEffect.Keep:
                            isKept = true;
                            break;
                        case WatchEffect.Forget:
                            isKept = false;
                            break;
                        case WatchEffect.Say { Kind: PresenceKind.Unsubscribed }:
                            Assert.False(isShown, $"unsubscribed while still shown, after {e}");
                            break;
                    }
                }

                Assert.Equal(watch.IsApproved, isKept);
                Assert.True(watch.State != WatchState.None || !isShown, $"nobody watches, yet something is shown, after {e}");
            }
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(3000));

    private static readonly ImmutableArray<WatchedEvent> WatchedEvents =
    [
        new WatchedEvent.Joined(1, false), new WatchedEvent.Joined(2, false), new WatchedEvent.Joined(3, true), new WatchedEvent.Left(1),
        new WatchedEvent.Left(2), new WatchedEvent.Gone(1), new WatchedEvent.Gone(3), new WatchedEvent.Authorized(), new WatchedEvent.Denied(),
        new WatchedEvent.Told("a", new Availability(true)), new WatchedEvent.Told("b", new Availability(true)),
        new WatchedEvent.Told("a", Availability.Closed), new WatchedEvent.Bounced(StanzaErrorCondition.Forbidden), new WatchedEvent.LinkLost(),
        new WatchedEvent.LinkBack(),
    ];

    [Fact] // P-14, P-15
    public void Sip_users_are_told_of_approved_presence_only_and_of_the_full_state() => Prop.ForAll(
        Sequences(WatchedEvents.Length),
        sequence =>
        {
            var watched = new Watched();
            foreach (var e in sequence.Select(i => WatchedEvents[i]))
            {
                (watched, var effects) = watched.On(e);
                foreach (var notify in effects.OfType<WatchedEffect.Notify>())
                {
                    Assert.True(watched.IsApproved || notify.Only == 3, $"told unapproved after {e}");
                    Assert.True(notify.Devices.Values.All(d => d.IsOpen) || notify.Devices.Count == 1, "a closed device among open ones");
                }
            }
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(3000));

    private static Arbitrary<int[]> Sequences(int events) => Arb.From(Gen.ArrayOf(Gen.Choose(0, events - 1), 25));
}
