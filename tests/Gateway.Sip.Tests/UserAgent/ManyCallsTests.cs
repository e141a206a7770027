using System.Net;
using Gateway.Sip.Messages;
using Gateway.Sip.Transactions;
using Gateway.Sip.Transports;
using Gateway.Sip.UserAgent;
using Gateway.Testing;
using Microsoft.Extensions.Logging.Abstractions;

namespace Gateway.Sip.Tests.UserAgent;

/// <summary>Every call ends, and takes everything with it: timers, transactions, dialogs.</summary>
public sealed class ManyCallsTests
{
    private const int Calls = 300;

    [Theory]
    [InlineData("udp")]
    [InlineData("tcp")]
    public async Task Hundreds_of_calls_at_a_time_leave_nothing_behind(string transport)
    {
        var tap = new CountingTap();
        await using var alice = await Start(transport, tap);
        await using var bob = await Start(transport);
        bob.InviteHandler = new Phone();
        var peer = SipUri.Create("bob", "127.0.0.1", bob.BoundEndpoints[0].EndPoint.Port).WithParameter("transport", transport);
        var self = new NameAddr(null, peer with { User = "alice" });
        var outcomes = Enumerable.Range(0, Calls).Select(index =>
        {
            var caller = new Caller(index);
            caller.Start(alice.Invite(
                new OutgoingInvite(peer, self, new NameAddr(null, peer), $"call-{index}", EndpointPair.Offer), caller));
            return caller.Over;
        });
        await Task.WhenAll(outcomes).WaitAsync(Eventually.Patience);

        // The transactions linger for 64*T1 to absorb repetitions.
        foreach (var metrics in (SipMetrics[])[alice.Metrics, bob.Metrics])
        {
            await Eventually.HoldsAsync(
                () => metrics is { Calls: 0, Dialogs: 0, Transactions: 0 } && metrics.Timers <= (transport == "tcp" ? 1 : 0),
                () => $"{metrics.Calls} calls, {metrics.Dialogs} dialogs, {metrics.Transactions} transactions, {metrics.Timers} timers");
            Assert.Equal(0, metrics.Faults);
        }

        Assert.True(tap.Sent >= Calls * 2 && tap.Received >= Calls * 2, $"{tap.Sent} sent, {tap.Received} received");
    }

    private static async Task<SipEndpoint> Start(string transport, ISipMessageTap? tap = null)
    {
        var endpoint = new SipEndpoint(
            new SipEndpointOptions
            {
                Listen = [$"{transport}:127.0.0.1:0"],
                Timers = new SipTimers
                {
                    T1 = TimeSpan.FromMilliseconds(50), T2 = TimeSpan.FromMilliseconds(400),
                    T4 = TimeSpan.FromMilliseconds(500), D = TimeSpan.FromSeconds(3),
                },
            },
            TimeProvider.System, NullLogger<SipEndpoint>.Instance, null, tap);
        await endpoint.StartAsync(CancellationToken.None);
        return endpoint;
    }

    /// <summary>Every third call is cancelled while it rings, the others are hung up when answered.</summary>
    private sealed class Caller(int index) : ISipCallSink
    {
        private readonly TaskCompletionSource _over = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource<ISipCall> _call = new();

        public Task Over => _over.Task;

        public void Start(ISipCall call) => _call.SetResult(call);

        public bool TryPost(SipCallEvent sipEvent)
        {
            switch (sipEvent)
            {
                case SipCallEvent.Ringing when index % 3 == 0:
                    _call.Task.ContinueWith(call => call.Result.Cancel(), TaskScheduler.Default);
                    break;
                case SipCallEvent.Answered:
                    _call.Task.ContinueWith(call => call.Result.Bye(), TaskScheduler.Default);
                    _over.TrySetResult();
                    break;
                case SipCallEvent.Refused:
                    _over.TrySetResult();
                    break;
            }

            return true;
        }
    }

    /// <summary>Rings, and answers at once unless the call will be cancelled.</summary>
    private sealed class Phone : ISipInviteHandler, ISipCallSink
    {
        public InviteDecision OnInvite(IncomingInvite invite, ISipCall call)
        {
            call.Ring();
            if (int.Parse(invite.CallId["call-".Length..], System.Globalization.CultureInfo.InvariantCulture) % 3 != 0)
            {
                call.Answer(EndpointPair.Answer);
            }

            return new InviteDecision.Take(this);
        }

        public bool TryPost(SipCallEvent sipEvent) => true;
    }

    private sealed class CountingTap : ISipMessageTap
    {
        public int Sent { get; private set; }

        public int Received { get; private set; }

        public void OnMessage(SipDirection direction, SipTransportKind transport, IPEndPoint remote, ReadOnlyMemory<byte> message)
        {
            Assert.True(SipParser.Parse(message.ToArray()).IsMessage);
            Sent += direction == SipDirection.Sent ? 1 : 0;
            Received += direction == SipDirection.Received ? 1 : 0;
        }
    }
}
