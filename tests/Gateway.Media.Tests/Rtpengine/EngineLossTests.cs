using System.Collections.Concurrent;
using Gateway.Media.Relay;
using Gateway.Media.Rtpengine;
using Gateway.Testing;
using Gateway.Testing.Servers;
using Microsoft.Extensions.Logging.Abstractions;

namespace Gateway.Media.Tests.Rtpengine;

/// <summary>Engines that die, come back, or are full: real ones.</summary>
public sealed class EngineLossTests
{
    private const string Sdp = "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n"
        + "m=audio 4000 RTP/AVP 0\r\na=rtpmap:0 PCMU/8000\r\n";

    [Fact] // S10
    public async Task Dead_engine_is_unavailable_and_serves_again_when_it_is_back()
    {
        await using var server = await RtpengineServer.StartAsync();
        await using var relay = Relay(server);
        Assert.True(await relay.PingAsync(default));
        Assert.True((await OfferAsync(relay, "before")).IsOk);

        await server.StopAsync();
        Assert.False(await relay.PingAsync(default));
        Assert.Equal(MediaFault.Unavailable, (await OfferAsync(relay, "meanwhile")).Fault);
        Assert.Equal(MediaFault.Unavailable, (await AnswerAsync(relay, "before")).Fault);
        Assert.Null(await relay.QueryAsync("before", default));

        await server.RestartAsync();
        Assert.True(await relay.PingAsync(default));
        Assert.True((await OfferAsync(relay, "after")).IsOk);
        Assert.True((await AnswerAsync(relay, "after")).IsOk);
        Assert.Equal(MediaFault.Unavailable, (await AnswerAsync(relay, "before")).Fault); // it knows nothing of it any more
        var deleted = await relay.DeleteAsync("before", default);
        Assert.True(deleted.IsOk, deleted.Detail);
    }

    [Fact] // S10
    public async Task Second_engine_takes_over_when_the_first_dies()
    {
        await using var one = await RtpengineServer.StartAsync();
        await using var two = await RtpengineServer.StartAsync();
        await using var relay = Relay(one, two);

        await one.StopAsync();
        for (var i = 0; i < 8; i++)
        {
            Assert.True((await OfferAsync(relay, $"call {i}")).IsOk);
            Assert.True((await AnswerAsync(relay, $"call {i}")).IsOk);
        }

        Assert.True(await relay.PingAsync(default));
    }

    [Fact] // S10: a gateway that crashed knows no more than the names of its sessions
    public async Task Session_of_an_earlier_life_is_deleted_whichever_engine_has_it()
    {
        await using var one = await RtpengineServer.StartAsync();
        await using var two = await RtpengineServer.StartAsync();
        string[] sessions = [.. Enumerable.Range(0, 40).Select(i => $"c-{i:x12}")];
        await using (var earlier = Relay(one, two))
        {
            foreach (var session in sessions)
            {
                Assert.True((await OfferAsync(earlier, session)).IsOk);
            }
        }

        await using var both = Relay(one, two);
        Assert.NotEmpty(await one.SessionsAsync());
        Assert.NotEmpty(await two.SessionsAsync());
        foreach (var session in sessions)
        {
            Assert.True((await both.DeleteAsync(session, default)).IsOk);
        }

        Assert.Empty(await one.SessionsAsync());
        Assert.Empty(await two.SessionsAsync());
        await one.StopAsync();
        Assert.Equal(MediaFault.Unavailable, (await both.DeleteAsync(sessions[0], default)).Fault); // it may have it
    }

    [Fact] // S10
    public async Task Engine_without_ports_is_exhausted_until_sessions_end()
    {
        await using var server = await RtpengineServer.StartAsync();
        await using var relay = Relay(server);

        var taken = 0;
        MediaResult last;
        do
        {
            last = await OfferAsync(relay, $"call {++taken}");
        }
        while (last.IsOk && taken < 1000);

        Assert.Equal(MediaFault.Exhausted, last.Fault);
        for (var i = 1; i < taken; i++)
        {
            Assert.True((await relay.DeleteAsync($"call {i}", default)).IsOk);
        }

        Assert.True((await OfferAsync(relay, "one more")).IsOk);
    }

    [Fact]
    public async Task Description_that_is_none_is_refused()
    {
        await using var server = await RtpengineServer.StartAsync();
        await using var relay = Relay(server);

        var result = await relay.OfferAsync(new("call", "caller", "no description", MediaProfile.WebRtc), default);

        Assert.Equal(MediaFault.Refused, result.Fault);
        Assert.True(await relay.PingAsync(default));
    }

    [Fact] // S10
    public async Task Watched_engine_that_dies_is_known_to_be_down_until_it_is_back()
    {
        await using var server = await RtpengineServer.StartAsync();
        await using var relay = Relay(server);
        relay.Watch();
        Assert.True((await OfferAsync(relay, "before")).IsOk);

        await server.StopAsync();
        await Eventually.HoldsAsync(() => !relay.IsAvailable);
        Assert.Equal(MediaFault.Unavailable, (await OfferAsync(relay, "meanwhile")).Fault);
        Assert.Equal(MediaFault.Unavailable, (await relay.DeleteAsync("before", default)).Fault);

        await server.RestartAsync();
        await Eventually.HoldsAsync(() => relay.IsAvailable);
        Assert.True((await OfferAsync(relay, "after")).IsOk);
        Assert.True((await relay.DeleteAsync("before", default)).IsOk);
    }

    [Fact] // S10: what only one end knows of is begun anew by the next offer
    public async Task Sessions_that_a_restarted_engine_has_forgotten_are_told_to_be_lost()
    {
        var lost = new Notices();
        await using var server = await RtpengineServer.StartAsync();
        await using var relay = Relay(lost, TimeSpan.FromHours(1), server);
        Assert.True((await OfferAsync(relay, "offered")).IsOk);
        Assert.True((await OfferAsync(relay, "joined")).IsOk);
        Assert.True((await AnswerAsync(relay, "joined")).IsOk);
        relay.Watch();

        await server.StopAsync();
        await Eventually.HoldsAsync(() => !relay.IsAvailable);
        await server.RestartAsync();

        await Eventually.HoldsAsync(() => !lost.All.IsEmpty);
        Assert.Equal([new MediaNotice.Lost("joined")], lost.All);
        Assert.True((await OfferAsync(relay, "offered")).IsOk);
    }

    [Fact] // S10: it was back before anybody noticed
    public async Task Session_that_an_engine_has_forgotten_is_lost_when_it_is_asked_for_or_offered_again()
    {
        var lost = new Notices();
        await using var server = await RtpengineServer.StartAsync();
        await using var relay = Relay(lost, TimeSpan.FromHours(1), server);
        Assert.True((await OfferAsync(relay, "joined")).IsOk);
        Assert.True((await AnswerAsync(relay, "joined")).IsOk);
        Assert.NotNull(await relay.QueryAsync("joined", default));
        await server.RestartAsync();

        Assert.Null(await relay.QueryAsync("joined", default));
        Assert.Equal([new MediaNotice.Lost("joined")], lost.All);
        Assert.Equal(MediaFault.Unavailable, (await OfferAsync(relay, "joined")).Fault);
        Assert.Equal([new MediaNotice.Lost("joined"), new MediaNotice.Lost("joined")], lost.All);
    }

    [Fact] // S10, RFC 7675 section 5.1
    public async Task Sessions_of_an_engine_that_stays_down_are_told_to_be_lost()
    {
        var lost = new Notices();
        await using var server = await RtpengineServer.StartAsync();
        await using var relay = Relay(lost, TimeSpan.Zero, server);
        Assert.True((await OfferAsync(relay, "offered")).IsOk);
        relay.Watch();

        server.Freeze();

        await Eventually.HoldsAsync(() => !lost.All.IsEmpty);
        Assert.False(relay.IsAvailable);
        Assert.Equal([new MediaNotice.Lost("offered")], lost.All);
    }

    private static RtpengineRelay Relay(params RtpengineServer[] servers) => Relay(new Notices(), TimeSpan.FromHours(1), servers);

    private static RtpengineRelay Relay(Notices notices, TimeSpan lostAfter, params RtpengineServer[] servers) => new(
        new RtpengineOptions { Engines = [.. servers.Select(server => server.Address)], LostAfter = lostAfter },
        TimeProvider.System,
        NullLogger<RtpengineRelay>.Instance,
        notices);

    private sealed class Notices : IMediaNotices
    {
        public ConcurrentQueue<MediaNotice> All { get; } = new();

        public void OnNotice(MediaNotice notice) => All.Enqueue(notice);
    }

    private static ValueTask<MediaResult> OfferAsync(RtpengineRelay relay, string session) =>
        relay.OfferAsync(new(session, "caller", Sdp, MediaProfile.PlainRtp), default);

    private static ValueTask<MediaResult> AnswerAsync(RtpengineRelay relay, string session) =>
        relay.AnswerAsync(new(session, "caller", "callee", Sdp, MediaProfile.PlainRtp), default);
}
