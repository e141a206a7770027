using System.Diagnostics.Metrics;
using Gateway.Media.Relay;
using Gateway.Media.Rtpengine;
using Gateway.Testing;
using Microsoft.Extensions.Logging.Abstractions;

namespace Gateway.Media.Tests.Rtpengine;

/// <summary>The client against engines that lie, garble, refuse or keep silent, in virtual time.</summary>
public sealed class RtpengineRelayTests
{
    private static readonly MediaOffer Offer = new("call", "caller", "v=0\r\n", MediaProfile.PlainRtp);

    private readonly VirtualTime _time = new();

    [Fact]
    public async Task Offer_gives_the_description_of_the_reply()
    {
        await using var engine = ScriptedEngine.Answering(("result", "ok"), ("sdp", "v=0\r\ns=relayed\r\n"));
        await using var relay = Relay(engine);

        Assert.Equal(MediaResult.Ok("v=0\r\ns=relayed\r\n"), await relay.OfferAsync(Offer, default));
    }

    [Fact]
    public async Task Unanswered_request_is_repeated_with_its_cookie_then_the_relay_is_unavailable()
    {
        await using var engine = ScriptedEngine.Silent();
        await using var relay = Relay(engine);

        var offering = relay.OfferAsync(Offer, default).AsTask();
        await UntilDone(offering);

        Assert.Equal(MediaFault.Unavailable, (await offering).Fault);
        var cookies = await Requests(engine, 4); // at 0, 150, 450 and 1050 ms, given up at 2000
        Assert.Single(cookies.Distinct());
        Assert.Equal(0, _time.ArmedTimers);
    }

    [Fact] // an engine that was only late would keep ports for it until its own timeout
    public async Task Session_of_an_offer_that_was_given_up_is_deleted_without_waiting_for_it()
    {
        await using var engine = ScriptedEngine.Silent();
        await using var relay = Relay(engine);

        var offering = relay.OfferAsync(Offer, default).AsTask();
        await UntilDone(offering);

        Assert.Equal(["offer", "offer", "offer", "offer", "delete"], await Commands(engine, 5));
        Assert.Equal(0, _time.ArmedTimers);
    }

    [Fact]
    public async Task Lost_datagram_is_made_good_by_the_repetition()
    {
        var seen = 0;
        await using var engine = new ScriptedEngine(
            (cookie, _) => ++seen < 3 ? [] : [ScriptedEngine.Reply(cookie, ("result", "ok"), ("sdp", "v=0\r\n"))]);
        await using var relay = Relay(engine);

        var offering = relay.OfferAsync(Offer, default).AsTask();
        for (var sent = 1; sent < 3; sent++)
        {
            await engine.Requests.ReadAsync();
            await _time.WhenTimersArmed(1);
            _time.AdvanceToNextTimer();
        }

        Assert.True((await offering).IsOk);
    }

    [Fact]
    public async Task Reply_with_another_cookie_is_not_taken_for_ours()
    {
        await using var engine = new ScriptedEngine((cookie, _) => [
            ScriptedEngine.Reply("not-" + cookie, ("result", "ok"), ("sdp", "forged")),
            ScriptedEngine.Reply(cookie[..^1], ("result", "ok"), ("sdp", "forged")),
            ScriptedEngine.Reply(cookie, ("result", "ok"), ("sdp", "v=0\r\n")),
        ]);
        await using var relay = Relay(engine);

        Assert.Equal("v=0\r\n", (await relay.OfferAsync(Offer, default)).Sdp);
    }

    [Fact]
    public async Task Garbage_and_oversized_datagrams_before_the_reply_do_no_harm()
    {
        await using var engine = new ScriptedEngine((cookie, _) => [
            [],
            [0xff],
            "no-space-at-all"u8.ToArray(),
            [.. Enumerable.Repeat((byte)'c', 60_000)],
            [.. System.Text.Encoding.ASCII.GetBytes(cookie + " "), .. Enumerable.Repeat((byte)'l', 50_000)],
            System.Text.Encoding.ASCII.GetBytes(cookie + " i1e"),
            System.Text.Encoding.ASCII.GetBytes(cookie + " "),
            ScriptedEngine.Reply(cookie, ("result", "ok"), ("sdp", "v=0\r\n")),
        ]);
        await using var relay = Relay(engine);

        Assert.True((await relay.OfferAsync(Offer, default)).IsOk);
    }

    [Theory]
    [InlineData("error", "error-reason", "Failed to parse SDP", MediaFault.Refused)]
    [InlineData("error", "error-reason", "Ran out of ports", MediaFault.Exhausted)]
    [InlineData("error", "error-reason", "Parallel session limit reached", MediaFault.Exhausted)]
    [InlineData("load limit", "message", "CPU usage limit exceeded", MediaFault.Exhausted)]
    [InlineData("error", "unexpected", "no reason", MediaFault.Refused)]
    [InlineData("what", "ever", "", MediaFault.Refused)]
    [InlineData("ok", "no", "description", MediaFault.Refused)]
    public async Task Error_reply_becomes_a_fault(string result, string key, string text, MediaFault expected)
    {
        await using var engine = ScriptedEngine.Answering(("result", result), (key, text));
        await using var relay = Relay(engine);

        Assert.Equal(expected, (await relay.OfferAsync(Offer, default)).Fault);
    }

    [Fact]
    public async Task Description_too_large_for_a_datagram_is_refused_without_sending()
    {
        await using var engine = ScriptedEngine.Silent();
        await using var relay = Relay(engine);

        var result = await relay.OfferAsync(Offer with { Sdp = new string('x', 70_000) }, default);

        Assert.Equal(MediaFault.Refused, result.Fault);
        Assert.False(engine.Requests.TryRead(out _));
    }

    [Fact]
    public async Task Silent_engine_hands_a_new_session_to_the_next_and_rests()
    {
        await using var silent = ScriptedEngine.Silent();
        await using var awake = ScriptedEngine.Answering(("result", "ok"), ("sdp", "v=0\r\n"));
        await using var relay = Relay(silent, awake);
        await LearnThatItIsSilent(relay, silent);

        for (var i = 0; i < 32; i++)
        {
            Assert.True((await relay.OfferAsync(Offer with { SessionId = $"later {i}" }, default)).IsOk);
        }

        Assert.False(silent.Requests.TryRead(out _));
    }

    [Fact]
    public async Task Session_stays_at_its_engine_even_when_that_falls_silent()
    {
        var mute = false;
        IEnumerable<byte[]> Script(string cookie, BencodeValue.Dictionary body) =>
            mute ? [] : [ScriptedEngine.Reply(cookie, ("result", "ok"), ("sdp", "v=0\r\n"))];
        await using var one = new ScriptedEngine(Script);
        await using var two = new ScriptedEngine(Script);
        await using var relay = Relay(one, two);
        await relay.OfferAsync(Offer, default);
        var (home, other) = one.Requests.TryRead(out _) ? (one, two) : (two, one);

        mute = true;
        var offering = relay.OfferAsync(Offer, default).AsTask();
        await UntilDone(offering);

        Assert.Equal(MediaFault.Unavailable, (await offering).Fault);
        Assert.Equal("offer", (await home.Requests.ReadAsync()).Body.Text("command"));
        Assert.False(other.Requests.TryRead(out _));
    }

    [Fact]
    public async Task Verbs_of_a_session_reach_the_engine_in_the_order_of_the_calls()
    {
        await using var engine = ScriptedEngine.Answering(("result", "ok"), ("sdp", "v=0\r\n"));
        await using var relay = Relay(engine);

        Task[] called =
        [
            relay.OfferAsync(Offer, default).AsTask(),
            relay.AnswerAsync(new("call", "caller", "callee", "v=0\r\n", MediaProfile.PlainRtp), default).AsTask(),
            relay.OfferAsync(Offer with { ToTag = "callee" }, default).AsTask(),
            relay.DeleteAsync("call", default).AsTask(),
        ];
        await Task.WhenAll(called);

        Assert.Equal(["offer", "answer", "query", "offer", "delete"], (await Commands(engine, 5)));
    }

    [Fact]
    public async Task Cancelled_first_offer_leaves_no_session_behind()
    {
        await using var engine = ScriptedEngine.Silent();
        await using var relay = Relay(engine);
        using var meters = new MeterReading(relay.Meter);
        using var cancelling = new CancellationTokenSource();

        var offering = relay.OfferAsync(Offer, cancelling.Token).AsTask();
        await engine.Requests.ReadAsync();
        await cancelling.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => offering);
        Assert.Equal(0, meters.Gauge("gateway.media.sessions"));
        Assert.Equal(["delete"], await Commands(engine, 1));
    }

    [Fact]
    public async Task Sessions_spread_over_the_engines()
    {
        await using var one = ScriptedEngine.Answering(("result", "ok"), ("sdp", "v=0\r\n"));
        await using var two = ScriptedEngine.Answering(("result", "ok"), ("sdp", "v=0\r\n"));
        await using var relay = Relay(one, two);

        for (var i = 0; i < 64; i++)
        {
            await relay.OfferAsync(Offer with { SessionId = $"call {i}" }, default);
        }

        Assert.True(one.Requests.TryRead(out _));
        Assert.True(two.Requests.TryRead(out _));
    }

    [Fact]
    public async Task Engine_without_ports_hands_a_new_session_to_the_next()
    {
        await using var full = ScriptedEngine.Answering(("result", "error"), ("error-reason", "Ran out of ports"));
        await using var awake = ScriptedEngine.Answering(("result", "ok"), ("sdp", "v=0\r\n"));
        await using var relay = Relay(full, awake);

        for (var i = 0; i < 16; i++)
        {
            Assert.True((await relay.OfferAsync(Offer with { SessionId = $"call {i}" }, default)).IsOk);
        }
    }

    [Fact]
    public async Task Meter_counts_sessions_requests_and_failures()
    {
        await using var engine = new ScriptedEngine((cookie, body) => body.Text("command") == "answer"
            ? [ScriptedEngine.Reply(cookie, ("result", "error"), ("error-reason", "Unknown call-id"))]
            : [ScriptedEngine.Reply(cookie, ("result", "ok"), ("sdp", "v=0\r\n"))]);
        await using var relay = Relay(engine);
        using var meters = new MeterReading(relay.Meter);

        await relay.OfferAsync(Offer, default);
        Assert.Equal(1, meters.Gauge("gateway.media.sessions"));
        await relay.AnswerAsync(new("call", "caller", "callee", "v=0\r\n", MediaProfile.PlainRtp), default);
        await relay.DeleteAsync("call", default);

        Assert.Equal(0, meters.Gauge("gateway.media.sessions"));
        Assert.Equal(3, meters.Sum("gateway.media.requests"));
        Assert.Equal(1, meters.Sum("gateway.media.failures"));
    }

    [Fact]
    public void Options_without_a_usable_engine_are_our_own_mistake()
    {
        Assert.Throws<ArgumentException>(() => Relay(new RtpengineOptions { Engines = [] }));
        Assert.Throws<ArgumentException>(() => Relay(new RtpengineOptions { Engines = ["127.0.0.1:2223"] }));
        Assert.Throws<ArgumentException>(() => Relay(new RtpengineOptions { FirstRetryAfter = TimeSpan.Zero }));
    }

    private static async Task<List<string>> Requests(ScriptedEngine engine, int count)
    {
        var cookies = new List<string>();
        for (var i = 0; i < count; i++)
        {
            cookies.Add((await engine.Requests.ReadAsync()).Cookie);
        }

        return cookies;
    }

    private static async Task<List<string?>> Commands(ScriptedEngine engine, int count)
    {
        var commands = new List<string?>();
        for (var i = 0; i < count; i++)
        {
            commands.Add((await engine.Requests.ReadAsync()).Body.Text("command"));
        }

        return commands;
    }

    private RtpengineRelay Relay(params ScriptedEngine[] engines) =>
        Relay(new RtpengineOptions { Engines = [.. engines.Select(engine => engine.Address)] });

    private RtpengineRelay Relay(RtpengineOptions options) => new(options, _time, NullLogger<RtpengineRelay>.Instance);

    private async Task UntilDone(Task task)
    {
        while (!task.IsCompleted)
        {
            await Task.WhenAny(task, _time.WhenTimersArmed(1));
            _time.AdvanceToNextTimer();
        }
    }

    /// <summary>Offers sessions until one has found the engine silent, moving time only for that engine's sake.</summary>
    private async Task LearnThatItIsSilent(RtpengineRelay relay, ScriptedEngine engine)
    {
        for (var (i, found) = (0, false); !found; i++)
        {
            var offering = relay.OfferAsync(Offer with { SessionId = $"first {i}" }, default).AsTask();
            var deleted = false;
            while (await Task.WhenAny(offering, engine.Requests.WaitToReadAsync().AsTask()) != offering)
            {
                found = true;
                deleted = engine.Requests.TryRead(out var request) && request.Body.Text("command") == "delete";
                if (!deleted)
                {
                    await _time.WhenTimersArmed(1);
                    _time.AdvanceToNextTimer();
                }
            }

            Assert.True((await offering).IsOk);
            if (found && !deleted)
            {
                Assert.Equal(["delete"], await Commands(engine, 1));
            }
        }
    }

    private sealed class MeterReading : IDisposable
    {
        private readonly MeterListener _listener = new();
        private readonly Dictionary<string, long> _sums = [];
        private readonly Dictionary<string, long> _gauges = [];

        public MeterReading(Meter meter)
        {
            _listener.InstrumentPublished = (instrument, listener) =>
            {
                if (ReferenceEquals(instrument.Meter, meter))
                {
                    listener.EnableMeasurementEvents(instrument);
                }
            };
            _listener.SetMeasurementEventCallback<long>((instrument, value, _, _) =>
                _sums[instrument.Name] = _sums.GetValueOrDefault(instrument.Name) + value);
            _listener.SetMeasurementEventCallback<int>((instrument, value, _, _) => _gauges[instrument.Name] = value);
            _listener.Start();
        }

        public long Sum(string name) => _sums.GetValueOrDefault(name);

        public long Gauge(string name)
        {
            _listener.RecordObservableInstruments();
            return _gauges.GetValueOrDefault(name);
        }

        public void Dispose() => _listener.Dispose();
    }
}
