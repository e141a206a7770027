using Gateway.Sip.Messages;
using Gateway.Sip.UserAgent;

namespace Gateway.Sip.Tests.UserAgent;

/// <summary>Two endpoints against each other, over real sockets.</summary>
public sealed class SipEndpointTests
{
    [Theory] // RFC 3261 sections 13, 15
    [InlineData("udp")]
    [InlineData("tcp")]
    public async Task Call_rings_is_answered_and_ends_by_the_callers_bye(string transport)
    {
        await using var pair = await EndpointPair.Start(transport);
        var outgoing = pair.Call();
        var (invite, incoming) = await pair.BobHandler.Next();
        Assert.Equal(EndpointPair.Offer, invite.Sdp);
        Assert.Equal("Alice", invite.From.DisplayName);
        Assert.Equal(transport, invite.Transport);

        incoming.Ring();
        await pair.AliceSink.Next<SipCallEvent.Ringing>();
        incoming.Answer(EndpointPair.Answer);
        var answered = await pair.AliceSink.Next<SipCallEvent.Answered>();
        Assert.Equal(EndpointPair.Answer, answered.Sdp);
        await pair.BobHandler.Sink.Next<SipCallEvent.Acknowledged>();

        outgoing.Bye(new SipReason("Q.850", 16, "Normal call clearing"));
        var ended = await pair.BobHandler.Sink.Next<SipCallEvent.Ended>();
        Assert.Equal(SipEndCause.Bye, ended.Cause);
        Assert.Equal(new SipReason("Q.850", 16, "Normal call clearing"), ended.Reason);
    }

    [Theory] // RFC 3261 section 9
    [InlineData("udp")]
    [InlineData("tcp")]
    public async Task Cancelled_call_ends_on_both_sides(string transport)
    {
        await using var pair = await EndpointPair.Start(transport);
        var outgoing = pair.Call();
        var (_, incoming) = await pair.BobHandler.Next();
        incoming.Ring();
        outgoing.Cancel(new SipReason("SIP", 200, "Call completed elsewhere"));

        var cancelled = await pair.BobHandler.Sink.Next<SipCallEvent.Cancelled>();
        Assert.Equal("Call completed elsewhere", cancelled.Reason?.Text);
        Assert.Equal(487, (await pair.AliceSink.Next<SipCallEvent.Refused>()).Failure.Status);
    }

    [Theory] // RFC 3261 section 14
    [InlineData("udp")]
    [InlineData("tcp")]
    public async Task Both_sides_change_the_session_and_the_called_hangs_up(string transport)
    {
        await using var pair = await EndpointPair.Start(transport);
        var outgoing = pair.Call();
        var (_, incoming) = await pair.BobHandler.Next();
        incoming.Answer(EndpointPair.Answer);
        await pair.AliceSink.Next<SipCallEvent.Answered>();
        await pair.BobHandler.Sink.Next<SipCallEvent.Acknowledged>();

        outgoing.Reinvite(EndpointPair.Offer);
        Assert.Equal(EndpointPair.Offer, (await pair.BobHandler.Sink.Next<SipCallEvent.Reinvited>()).Sdp);
        incoming.AcceptReinvite(EndpointPair.Answer);
        Assert.Equal(EndpointPair.Answer, (await pair.AliceSink.Next<SipCallEvent.ReinviteAnswered>()).Sdp);

        incoming.Reinvite(EndpointPair.Offer);
        await pair.AliceSink.Next<SipCallEvent.Reinvited>();
        outgoing.RefuseReinvite(488);
        Assert.Equal(488, (await pair.BobHandler.Sink.Next<SipCallEvent.ReinviteRefused>()).Status);

        incoming.Bye();
        Assert.Equal(SipEndCause.Bye, (await pair.AliceSink.Next<SipCallEvent.Ended>()).Cause);
    }

    [Theory] // RFC 3261 section 11
    [InlineData("udp")]
    [InlineData("tcp")]
    public async Task Options_is_answered(string transport)
    {
        await using var pair = await EndpointPair.Start(transport);
        var result = await pair.Alice.SendAsync(
            new OutgoingRequest(
                SipMethod.Options, pair.UriOf(pair.Bob, "bob"),
                new NameAddr(null, pair.UriOf(pair.Alice, "alice")), new NameAddr(null, pair.UriOf(pair.Bob, "bob"))),
            CancellationToken.None);
        Assert.Equal((200, "OK", false), (result.Status, result.Phrase, result.IsLocal));
        Assert.Equal<string>(["application/sdp"], result.Accept);
    }

    [Fact] // RFC 3261 section 8.1.3.1
    public async Task Nobody_listening_on_tcp_gives_a_local_503()
    {
        await using var pair = await EndpointPair.Start("tcp");
        var nowhere = pair.UriOf(pair.Bob, "bob");
        await pair.Bob.StopAsync(CancellationToken.None);
        var result = await pair.Alice.SendAsync(
            new OutgoingRequest(SipMethod.Options, nowhere, new NameAddr(null, nowhere), new NameAddr(null, nowhere)),
            CancellationToken.None);
        Assert.Equal((503, true), (result.Status, result.IsLocal));
    }

    [Fact]
    public async Task Stopping_ends_the_calls_that_are_left()
    {
        await using var pair = await EndpointPair.Start("udp");
        pair.Call();
        var (_, incoming) = await pair.BobHandler.Next();
        incoming.Answer(EndpointPair.Answer);
        await pair.AliceSink.Next<SipCallEvent.Answered>();
        await pair.BobHandler.Sink.Next<SipCallEvent.Acknowledged>();

        await pair.Alice.StopAsync(CancellationToken.None);
        Assert.Equal(SipEndCause.Bye, (await pair.BobHandler.Sink.Next<SipCallEvent.Ended>()).Cause);
        Assert.Equal(0, pair.Alice.CallCount);
        Assert.False(pair.Alice.IsListening);
    }

    [Fact]
    public async Task Endpoint_that_does_not_listen_says_503_and_can_be_disposed()
    {
        var pair = await EndpointPair.Start("udp");
        await pair.DisposeAsync();
        pair.Call();
        Assert.True((await pair.AliceSink.Next<SipCallEvent.Refused>()).Failure is { Status: 503, IsLocal: true });
        await using var never = EndpointPair.Make("udp");
        var nobody = new NameAddr(null, SipUri.Create(null, "127.0.0.1"));
        var result = await never.SendAsync(
            new OutgoingRequest(SipMethod.Options, nobody.Uri, nobody, nobody), CancellationToken.None);
        Assert.Equal((503, true), (result.Status, result.IsLocal));
    }
}
