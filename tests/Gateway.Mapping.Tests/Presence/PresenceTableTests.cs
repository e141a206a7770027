using Gateway.Mapping.Presence;
using Gateway.Xmpp.Stanzas;
using static Gateway.Mapping.Presence.PresenceEffect;
using static Gateway.Xmpp.Stanzas.PresenceKind;

namespace Gateway.Mapping.Tests.Presence;

public sealed class PresenceTableTests
{
    private static readonly StanzaError Forbidden = new(StanzaErrorCondition.Forbidden);

    public static TheoryData<string, PresenceFactsRow> Rows => new()
    {
        { "T-1 request", new(Available, Temporary: true, [new Share(), new Show()]) },
        { "T-10 subscriber asks", new(Available, Temporary: true, [new Show()]) { Subscribed = true } },
        { "T-16 of the gateway", new(Available, Temporary: true, [new Show()]) { ToGateway = true } },
        { "T-12 refused", new(Available, Temporary: true, [new Refuse(Forbidden)]) { Refused = true } },
        { "T-12 refused though subscribed", new(Available, Temporary: true, [new Refuse(Forbidden)]) { Refused = true, Subscribed = true } },
        { "directed presence without request", new(Available, Temporary: false, []) },
        { "directed presence of a stranger", new(Available, Temporary: false, []) { Refused = true } },
        { "T-8 goes offline", new(Unavailable, Temporary: false, [new Unshare()]) },
        { "T-1 the request has no type", new(Unavailable, Temporary: true, [new Unshare()]) },
        { "cannot be reached", new(Error, Temporary: false, [new Unshare()]) },
        { "T-15 no loop with an error that holds our request", new(Error, Temporary: true, [new Unshare()]) { Refused = true } },
        { "P-16 subscribe", new(Subscribe, Temporary: false, [new AddSubscriber(), new Answer(Subscribed), new ShowSubscriber()]) },
        { "P-17 subscribe again", new(Subscribe, Temporary: false, [new AddSubscriber(), new Answer(Subscribed), new ShowSubscriber()]) { Subscribed = true } },
        { "T-9 subscribe with request", new(Subscribe, Temporary: true, [new AddSubscriber(), new Answer(Subscribed), new ShowSubscriber()]) },
        { "subscribe to the gateway", new(Subscribe, Temporary: false, [new AddSubscriber(), new Answer(Subscribed), new ShowSubscriber()]) { ToGateway = true } },
        { "subscribe refused", new(Subscribe, Temporary: false, [new Refuse(Forbidden), new Answer(Unsubscribed)]) { Refused = true } },
        { "unsubscribe", new(Unsubscribe, Temporary: false, [new RemoveSubscriber(), new Answer(Unsubscribed), new Hide()]) { Subscribed = true } },
        { "unsubscribe of one no longer allowed", new(Unsubscribe, Temporary: false, [new RemoveSubscriber(), new Answer(Unsubscribed), new Hide()]) { Subscribed = true, Refused = true } },
        { "unsubscribe of none", new(Unsubscribe, Temporary: false, [new Answer(Unsubscribed)]) },
        { "K-5 probe", new(Probe, Temporary: false, [new AddSubscriber(), new Show()]) { Subscribed = true } },
        { "K-5 probe of one forgotten", new(Probe, Temporary: false, [new AddSubscriber(), new Show()]) },
        { "K-5 probe refused", new(Probe, Temporary: false, [new RemoveSubscriber(), new Answer(Unsubscribed)]) { Refused = true, Subscribed = true } },
        { "approval of what was not asked", new(Subscribed, Temporary: false, []) },
        { "denial", new(Unsubscribed, Temporary: false, []) },
        { "unknown type", new(Unknown, Temporary: true, []) },
    };

    [Theory]
    [MemberData(nameof(Rows))]
    public void Each_situation_has_its_row(string clause, PresenceFactsRow row)
    {
        Assert.NotEmpty(clause);
        Assert.Equal<object>(
            row.Effects,
            PresenceTable.Decide(new PresenceFacts(row.Kind, row.Temporary, row.ToGateway, row.Refused ? Forbidden : null, row.Subscribed)));
    }

    [Fact] // two gateways must not keep each other busy
    public void No_answer_is_answered()
    {
        foreach (var kind in (PresenceKind[])[Subscribed, Unsubscribed, Unavailable, Error, Unknown])
        {
            foreach (var facts in Every(kind))
            {
                Assert.DoesNotContain(PresenceTable.Decide(facts), effect => effect is Show or ShowSubscriber or Hide or Answer or Refuse);
            }
        }
    }

    [Fact] // nothing is shown to those who may not see it
    public void Whoever_is_refused_sees_nothing_and_is_kept_nowhere()
    {
        foreach (var facts in Enum.GetValues<PresenceKind>().SelectMany(Every).Where(facts => facts.Refusal is not null))
        {
            Assert.DoesNotContain(PresenceTable.Decide(facts), effect => effect is Show or ShowSubscriber or Share or AddSubscriber);
        }
    }

    private static IEnumerable<PresenceFacts> Every(PresenceKind kind) =>
        from temporary in (bool[])[false, true]
        from gateway in (bool[])[false, true]
        from refused in (bool[])[false, true]
        from subscribed in (bool[])[false, true]
        select new PresenceFacts(kind, temporary, gateway, refused ? Forbidden : null, subscribed);

    public sealed record PresenceFactsRow(PresenceKind Kind, bool Temporary, object[] Effects)
    {
        public bool Refused { get; init; }

        public bool Subscribed { get; init; }

        public bool ToGateway { get; init; }

        public override string ToString() => $"{Kind}";
    }
}
