using Gateway.Sip.Messages;
using Gateway.Sip.UserAgent;
using Gateway.Testing.Phones;
using Gateway.Testing.Servers;
using Microsoft.Extensions.Logging.Abstractions;

namespace Gateway.Sip.Tests.UserAgent;

/// <summary>Against sipp, which shares no code with us and fails at the first message that its scenario does not expect.</summary>
#pragma warning disable CA1001 // disposed by IAsyncLifetime
public sealed class SippTests : IAsyncLifetime
#pragma warning restore CA1001
{
    private readonly SipEndpoint _endpoint = new(
        new SipEndpointOptions { Listen = ["udp:127.0.0.1:0"], LoopToken = "ours" }, TimeProvider.System,
        NullLogger<SipEndpoint>.Instance);

    private readonly RecordingHandler _handler = new();
    private readonly RecordingSink _sink = new();
    private readonly int _port = FreePorts.One();

    public async Task InitializeAsync()
    {
        _endpoint.InviteHandler = _handler;
        await _endpoint.StartAsync(CancellationToken.None);
    }

    public async Task DisposeAsync()
    {
        await _endpoint.DisposeAsync();
        Assert.Equal((0, 0), (_endpoint.Metrics.Faults, _endpoint.Metrics.Calls));
    }

    [Fact]
    public async Task We_call_are_answered_and_hang_up()
    {
        await using var sipp = await SippProcess.AnswerAsync(Scenario("uas-answers"), _port);
        var call = Call();
        await _sink.Next<SipCallEvent.Ringing>();
        Assert.Contains("m=audio", (await _sink.Next<SipCallEvent.Answered>()).Sdp, StringComparison.Ordinal);
        call.Bye(new SipReason("Q.850", 16));
        await sipp.SucceedsAsync();
    }

    [Fact]
    public async Task We_call_and_cancel()
    {
        await using var sipp = await SippProcess.AnswerAsync(Scenario("uas-cancelled"), _port);
        var call = Call();
        await _sink.Next<SipCallEvent.Ringing>();
        call.Cancel();
        var failure = (await _sink.Next<SipCallEvent.Refused>()).Failure;
        Assert.Equal((487, false), (failure.Status, failure.IsLocal));
        await sipp.SucceedsAsync();
    }

    [Fact]
    public async Task We_call_and_it_is_busy()
    {
        await using var sipp = await SippProcess.AnswerAsync(Scenario("uas-busy"), _port);
        Call();
        var failure = (await _sink.Next<SipCallEvent.Refused>()).Failure;
        Assert.Equal((486, 17), (failure.Status, failure.Reasons[0].Cause));
        await sipp.SucceedsAsync();
    }

    [Fact]
    public async Task We_call_and_answer_the_challenge()
    {
        await using var sipp = await SippProcess.AnswerAsync(Scenario("uas-challenges"), _port);
        var call = Call();
        await _sink.Next<SipCallEvent.Answered>();
        call.Bye();
        await sipp.SucceedsAsync();
    }

    [Fact]
    public async Task We_call_and_the_session_is_changed_from_both_sides()
    {
        await using var sipp = await SippProcess.AnswerAsync(Scenario("uas-changes-the-session"), _port);
        var call = Call();
        await _sink.Next<SipCallEvent.Answered>();
        call.Reinvite(EndpointPair.Offer);
        await _sink.Next<SipCallEvent.ReinviteAnswered>();
        await _sink.Next<SipCallEvent.Reinvited>();
        call.AcceptReinvite(EndpointPair.Answer);
        Assert.Equal(16, (await _sink.Next<SipCallEvent.Ended>()).Reason?.Cause);
        await sipp.SucceedsAsync();
    }

    [Fact]
    public async Task It_calls_and_hangs_up()
    {
        await using var sipp = await Calls("uac-calls");
        var (invite, call) = await _handler.Next();
        Assert.Equal(("alice", "sipp"), (invite.RequestUri.User, invite.From.DisplayName));
        call.Ring();
        call.Answer(EndpointPair.Answer);
        await _handler.Sink.Next<SipCallEvent.Acknowledged>();
        Assert.Equal(16, (await _handler.Sink.Next<SipCallEvent.Ended>()).Reason?.Cause);
        await sipp.SucceedsAsync();
    }

    [Fact]
    public async Task It_calls_and_cancels()
    {
        await using var sipp = await Calls("uac-cancels");
        var (_, call) = await _handler.Next();
        call.Ring();
        Assert.Equal("Call completed elsewhere", (await _handler.Sink.Next<SipCallEvent.Cancelled>()).Reason?.Text);
        await sipp.SucceedsAsync();
    }

    [Fact]
    public async Task It_calls_without_offer_changes_the_session_and_we_hang_up()
    {
        await using var sipp = await Calls("uac-changes-the-session");
        var (invite, call) = await _handler.Next();
        Assert.Null(invite.Sdp);
        call.Answer(EndpointPair.Offer);
        Assert.NotNull((await _handler.Sink.Next<SipCallEvent.Acknowledged>()).Sdp);
        await _handler.Sink.Next<SipCallEvent.Reinvited>();
        call.AcceptReinvite(EndpointPair.Answer);
        await _handler.Sink.Next<SipCallEvent.Reinvited>();
        call.AcceptReinvite(EndpointPair.Answer);
        await _handler.Sink.Next<SipCallEvent.Acknowledged>();
        call.Bye();
        await sipp.SucceedsAsync();
    }

    private static string Scenario(string name) => Path.Combine(AppContext.BaseDirectory, "Scenarios", name + ".xml");

    private Task<SippProcess> Calls(string scenario) =>
        SippProcess.CallAsync(Scenario(scenario), _port, _endpoint.BoundEndpoints[0].EndPoint.Port, "alice");

    private ISipCall Call()
    {
        var peer = SipUri.Create("bob", "127.0.0.1", _port);
        var self = SipUri.Create("alice", "127.0.0.1", _endpoint.BoundEndpoints[0].EndPoint.Port);
        return _endpoint.Invite(
            new OutgoingInvite(peer, new NameAddr("Alice", self), new NameAddr(null, peer), Guid.NewGuid().ToString("N"), EndpointPair.Offer)
            {
                Credentials = new SipCredentials("gw", "secret"),
            },
            _sink);
    }
}
