using Gateway.Mapping.Calls;
using Gateway.Mapping.State;
using Gateway.Media.Relay;
using Gateway.Sip.UserAgent;

namespace Gateway.Mapping.Tests.Calls;

/// <summary>What a media relay holds is deleted there: by the call, later when nobody answered, by the next process after a crash.</summary>
public sealed class HeldMediaTests
{
    [Fact]
    public async Task Session_is_kept_from_its_first_offer_until_the_relay_has_deleted_it()
    {
        await using var bench = new CallBench();
        bench.Relay.KeepsSessions = true;
        bench.Propose();
        await bench.Sip.Invited;
        var kept = Assert.Single(bench.Journal.MediaSessions);
        Assert.Equal(Assert.Single(bench.Relay.Offers).SessionId, kept);

        bench.Service.HangUpAll();
        (await bench.Sip.Invited).Sink.TryPost(new SipCallEvent.Refused(new SipFailure(487, "Request Terminated", false)));
        await bench.WhenIdle();

        Assert.Equal([kept], bench.Relay.Deleted);
        Assert.Empty(bench.Journal.MediaSessions);
    }

    [Fact]
    public async Task Session_of_a_relay_that_ends_with_the_process_is_not_kept()
    {
        await using var bench = new CallBench();
        bench.Propose();
        await bench.Sip.Invited;

        Assert.DoesNotContain(bench.Journal.Changes, change => change is StoreChange.KeepMedia);
    }

    [Fact]
    public async Task Call_that_never_asked_for_media_has_none_deleted()
    {
        await using var bench = new CallBench();
        bench.Relay.KeepsSessions = true;
        var (_, call) = bench.Invite();
        await bench.WhenIn(CallState.Proposing);
        bench.Service.HangUpAll();
        await bench.WhenIdle();

        Assert.Contains("480", call.Done);
        Assert.Empty(bench.Relay.Done);
        Assert.Empty(bench.Journal.MediaSessions);
    }

    [Fact]
    public async Task Relay_that_is_silent_is_asked_again_until_it_has_deleted_what_it_holds()
    {
        await using var bench = new CallBench();
        bench.Relay.KeepsSessions = true;
        bench.Relay.DeleteFault = MediaFault.Unavailable;
        bench.Propose();
        await bench.Sip.Invited;
        bench.Service.HangUpAll();
        (await bench.Sip.Invited).Sink.TryPost(new SipCallEvent.Refused(new SipFailure(487, "Request Terminated", false)));
        await bench.WhenIdle();
        var kept = Assert.Single(bench.Journal.MediaSessions);

        bench.Time.Advance(HeldMedia.Again);
        Assert.Single(bench.Journal.MediaSessions);

        bench.Relay.DeleteFault = MediaFault.None;
        bench.Time.Advance(HeldMedia.Again);
        Assert.Equal([kept], bench.Relay.Deleted);
        Assert.Empty(bench.Journal.MediaSessions);
        bench.Time.Advance(HeldMedia.Again);
        Assert.Single(bench.Relay.Deleted);
    }

    [Theory] // of an embedded relay, too: the operator may have changed Media.Engine meanwhile
    [InlineData(true)]
    [InlineData(false)]
    public async Task What_an_earlier_process_left_is_deleted_and_forgotten(bool keepsSessions)
    {
        await using var bench = new CallBench();
        bench.Relay.KeepsSessions = keepsSessions;

        bench.Service.Recover([], ["c-a", "c-b"]);

        Assert.Equal(["c-a", "c-b"], bench.Relay.Deleted.Order());
        Assert.Equal(
            [new StoreChange.ForgetMedia("c-a"), new StoreChange.ForgetMedia("c-b")],
            bench.Journal.Changes.OrderBy(change => ((StoreChange.ForgetMedia)change).SessionId));
    }

    [Fact]
    public async Task What_an_earlier_process_left_stays_known_while_the_relay_is_silent()
    {
        await using var bench = new CallBench();
        bench.Relay.KeepsSessions = true;
        bench.Relay.DeleteFault = MediaFault.Unavailable;
        bench.Service.Recover([], ["c-a"]);
        Assert.Empty(bench.Journal.Changes);

        bench.Relay.DeleteFault = MediaFault.None;
        bench.Time.Advance(HeldMedia.Again);

        Assert.Equal(["c-a"], bench.Relay.Deleted);
        Assert.Equal([new StoreChange.ForgetMedia("c-a")], bench.Journal.Changes);
    }
}
