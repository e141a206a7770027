using FsCheck;
using FsCheck.Fluent;
using Gateway.Sip.Messages;
using Gateway.Sip.UserAgent;

namespace Gateway.Sip.Tests.UserAgent;

/// <summary>Whatever the peer sends and the owner does, in whatever order: nothing throws, and when it is over nothing is left.</summary>
public sealed class AnyOrderTests
{
    private static readonly int[] Statuses = [100, 180, 183, 199, 200, 200, 200, 302, 401, 408, 422, 481, 486, 487, 491, 500, 503];
    private static readonly string[] Tags = ["b", "b", "b", "c"];
    private static readonly string[] Methods = ["BYE", "INVITE", "INVITE", "UPDATE", "UPDATE", "INFO", "OPTIONS", "PRACK", "ACK", "ACK"];
    private static readonly double[] Pauses = [0.1, 0.5, 4, 40, 200];

    [Fact]
    public void Outgoing_call_ends_and_leaves_nothing() =>
        Prop.ForAll<int[]>(steps => Play(steps ?? [], isOutgoing: true)).QuickCheckThrowOnFailure();

    [Fact]
    public void Incoming_call_ends_and_leaves_nothing() =>
        Prop.ForAll<int[]>(steps => Play(steps ?? [], isOutgoing: false)).QuickCheckThrowOnFailure();

    [Theory] // longer than FsCheck's lists, and the same every time
    [InlineData(true)]
    [InlineData(false)]
    public void Long_histories_end_and_leave_nothing(bool isOutgoing)
    {
        for (var seed = 0; seed < 300; seed++)
        {
            var random = new Random(seed);
            Play([.. Enumerable.Range(0, 60).Select(_ => random.Next())], isOutgoing);
        }
    }

    private static void Play(int[] steps, bool isOutgoing)
    {
        using var ua = new TestAgent(options => options with { SessionExpires = 90 });
        var play = new History(ua, isOutgoing);
        foreach (var step in steps)
        {
            play.Step(new Random(step));
        }

        play.End();
        ua.Settle(TimeSpan.FromMinutes(10));
        ua.NothingIsLeft();
    }

    private sealed class History
    {
        private readonly TestAgent _ua;
        private readonly ISipCall _call;
        private readonly List<SipRequest> _ours = [];
        private readonly List<SipResponse> _answers = [];
        private readonly List<SipRequest> _theirs = [];
        private readonly SipRequest _invite;

        public History(TestAgent ua, bool isOutgoing)
        {
            _ua = ua;
            if (isOutgoing)
            {
                _call = ua.Call(invite => invite with { Credentials = new SipCredentials("gw", "secret") });
                _invite = ua.Request(SipMethod.Invite);
                _ours.Add(_invite);
            }
            else
            {
                (_call, _invite) = ua.Ringing();
                _theirs.Add(_invite);
            }
        }

        public void Step(Random random)
        {
            switch (random.Next(10))
            {
                case < 4:
                    Reply(random);
                    break;
                case < 6:
                    Request(random);
                    break;
                case < 8:
                    Command(random.Next(9));
                    break;
                default:
                    _ua.Time.Advance(TimeSpan.FromSeconds(Pick(random, Pauses)));
                    break;
            }

            while (_ua.Network.Sent.TryDequeue(out var sent))
            {
                if (sent.Message is SipRequest request)
                {
                    _ours.Add(request);
                }
                else
                {
                    _answers.Add((SipResponse)sent.Message);
                }
            }
        }

        public void End()
        {
            _call.Refuse(480);
            _call.Cancel();
            _call.Bye();
            while (_ua.Handler.TryTake(out _, out var other))
            {
                other.Refuse(480); // an INVITE outside the dialog was a call of its own
            }
        }

        private void Reply(Random random)
        {
            if (_ours.Where(request => request.Method != SipMethod.Ack).TakeLast(4).ToArray() is { Length: > 0 } open)
            {
                var request = Pick(random, open);
                _ua.Reply(
                    request, Pick(random, Statuses), request.To.Tag ?? Pick(random, Tags), random.Next(2) == 0 ? TestAgent.Answer : null,
                    "WWW-Authenticate: Digest realm=\"pbx\", nonce=\"n\", qop=\"auth\"", "Min-SE: 100", "Retry-After: 1",
                    "Session-Expires: 100;refresher=" + (random.Next(2) == 0 ? "uac" : "uas"));
            }
        }

        private void Request(Random random)
        {
            Assert.True(SipMethod.TryParse(Pick(random, Methods), out var method));
            if (_theirs.Count > 0 && random.Next(4) == 0)
            {
                _ua.Receive(random.Next(2) == 0 ? TestAgent.CancelOf(_theirs[^1]) : _theirs[^1]);
                return;
            }

            var sdp = random.Next(2) == 0 ? TestAgent.Offer : null;
            var cseq = (uint)random.Next(1, 9);
            var request = _ours.Count > 0 && _ours[0].To.Tag is null
                ? _ua.InDialog(_ours[0], Pick(random, Tags), method, cseq, sdp)
                : _answers.Count > 0
                    ? _ua.InDialog(_answers[^1], method, cseq, sdp)
                    : _ua.Incoming(method, cseq, sdp);
            _theirs.Add(request);
            _ua.Receive(request);
        }

        private void Command(int which)
        {
            switch (which)
            {
                case 0:
                    _call.Ring();
                    break;
                case 1:
                    _call.Progress(183, TestAgent.Answer);
                    break;
                case 2 or 3:
                    _call.Answer(TestAgent.Answer);
                    break;
                case 4:
                    _call.Reinvite(TestAgent.Offer);
                    break;
                case 5:
                    _call.AcceptReinvite(TestAgent.Answer);
                    break;
                case 6:
                    _call.RefuseReinvite(488);
                    break;
                case 7:
                    _call.Cancel();
                    break;
                default:
                    _call.Bye();
                    break;
            }
        }

        private static T Pick<T>(Random random, T[] from) => from[random.Next(from.Length)];
    }
}
