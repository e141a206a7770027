using System.Net;
using Gateway.Media.Embedded;
using Gateway.Media.Relay;
using Gateway.Testing;
using Gateway.Testing.Servers;
using Microsoft.Extensions.Logging.Abstractions;

namespace Gateway.Media.Tests.Embedded;

/// <summary>What the embedded relay does with descriptions that no peer of good will sends, and at its limits.</summary>
public sealed class EmbeddedRelayTests : IAsyncLifetime, IAsyncDisposable
{
    private const string Head = "v=0\r\no=phone 7 3 IN IP4 127.0.0.1\r\ns=call\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n";
    private const string Offer = Head + "m=audio 4000 RTP/AVP 0 101\r\na=rtpmap:101 telephone-event/8000\r\na=label:1\r\na=ptime:20\r\n";

    /// <summary>Of one relay; a test has two at most.</summary>
    private const int Ports = 40;

    private readonly int _firstPort = FreePorts.BlockForMedia(2 * Ports);
    private readonly EmbeddedRelay _relay;

    public EmbeddedRelayTests() => _relay = Relay(
        new EmbeddedRelayOptions { FirstPort = _firstPort, LastPort = _firstPort + Ports - 1, MostSessions = 3, Threads = 1 });

    public Task InitializeAsync() => Task.CompletedTask;

    Task IAsyncLifetime.DisposeAsync() => DisposeAsync().AsTask();

    public async ValueTask DisposeAsync()
    {
        await _relay.DisposeAsync();
        FreePorts.GiveBack(_firstPort, 2 * Ports);
    }

    [Fact] // IMediaRelay: the origin is the author's, save its address; RFC 8866: what is not ours goes through
    public async Task Everything_but_transport_goes_through()
    {
        var shown = (await OfferAsync("a", Offer)).Sdp!;

        Assert.Contains("o=phone 7 3 IN IP4 127.0.0.1\r\n", shown, StringComparison.Ordinal);
        Assert.Contains("s=call\r\n", shown, StringComparison.Ordinal);
        Assert.Contains("a=label:1\r\n", shown, StringComparison.Ordinal);
        Assert.Contains("a=ptime:20\r\n", shown, StringComparison.Ordinal);
        Assert.DoesNotContain("4000", shown, StringComparison.Ordinal);
    }

    [Fact] // media that nobody relays keep their place
    public async Task Media_of_other_kinds_are_refused_in_their_places()
    {
        var shown = (await OfferAsync("a", Head + "m=image 4002 udptl t38\r\n" + Offer[Head.Length..] + "m=application 4004 UDP/DTLS/SCTP webrtc-datachannel\r\n")).Sdp!;

        Assert.Equal(
            ["m=image 0 udptl t38", "m=audio", "m=application 0 UDP/DTLS/SCTP webrtc-datachannel"],
            shown.Split("\r\n").Where(line => line.StartsWith("m=", StringComparison.Ordinal))
                .Select(line => line.StartsWith("m=audio", StringComparison.Ordinal) ? "m=audio" : line));
    }

    [Fact] // clients.md 4.3 is the caller's; here: video both ends have is relayed, on the audio's transport
    public async Task Video_shares_the_port_of_audio_towards_a_browser()
    {
        var shown = (await OfferAsync("a", Offer + "m=video 4002 RTP/AVP 96\r\na=rtpmap:96 VP8/90000\r\n")).Sdp!;

        Assert.Single(shown.Split("\r\n").Where(line => line.StartsWith("m=", StringComparison.Ordinal)).Select(line => line.Split(' ')[1]).Distinct());
        Assert.Contains("a=group:BUNDLE 0 1\r\n", shown, StringComparison.Ordinal);
        Assert.Contains("a=rtcp-fb:* nack pli\r\n", shown, StringComparison.Ordinal);
    }

    [Fact] // RFC 5576, RFC 7022 section 4.2: each stream has a source, all of them one name, and both stay
    public async Task Sources_towards_a_browser_are_announced_and_stay()
    {
        const string both = Offer + "m=video 4002 RTP/AVP 96\r\na=rtpmap:96 VP8/90000\r\n";
        var first = Sources((await OfferAsync("a", both)).Sdp!);
        var second = Sources((await OfferAsync("a", both)).Sdp!);

        Assert.Equal(2, first.Select(source => source[0]).Distinct().Count());
        Assert.Single(first.Select(source => source[1]).Distinct());
        Assert.Equal(first, second);

        static string[][] Sources(string sdp) =>
            [.. sdp.Split("\r\n").Where(line => line.StartsWith("a=ssrc:", StringComparison.Ordinal)).Select(line => line["a=ssrc:".Length..].Split(" cname:"))];
    }

    [Theory]
    [InlineData("")]
    [InlineData("no description")]
    [InlineData(Head)]
    [InlineData(Head + "m=image 4002 udptl t38\r\n")]
    public async Task Offer_without_anything_to_relay_is_refused_and_leaves_no_session(string sdp)
    {
        Assert.Equal(MediaFault.Refused, (await OfferAsync("a", sdp)).Fault);
        Assert.Null(await _relay.QueryAsync("a", default));
    }

    [Theory] // RFC 3264 section 5.2: a call is with one peer, and nobody can have us send to a whole network
    [InlineData("IP4 224.2.1.1/127")]
    [InlineData("IP4 255.255.255.255")]
    [InlineData("IP6 ff02::1")]
    public async Task Address_of_many_hosts_is_refused(string address)
    {
        var many = Offer.Replace("c=IN IP4 127.0.0.1", "c=IN " + address, StringComparison.Ordinal);
        Assert.Equal(MediaFault.Refused, (await OfferAsync("a", many)).Fault);
        Assert.True((await OfferAsync("b", Offer)).IsOk);
        Assert.Equal(MediaFault.Refused, (await _relay.AnswerAsync(new("b", "one", "two", many, MediaProfile.PlainRtp), default)).Fault);
    }

    [Fact]
    public async Task Answer_without_a_common_codec_is_refused()
    {
        Assert.True((await OfferAsync("a", Offer)).IsOk);
        var answer = await _relay.AnswerAsync(new("a", "one", "two", Head + "m=audio 5000 RTP/AVP 18\r\n", MediaProfile.PlainRtp), default);

        Assert.Equal(MediaFault.Refused, answer.Fault);
    }

    [Fact]
    public async Task Third_end_is_none_of_the_session()
    {
        Assert.True((await OfferAsync("a", Offer)).IsOk);
        Assert.Equal(MediaFault.Refused, (await _relay.OfferAsync(new("a", "three", Offer, MediaProfile.PlainRtp) { ToTag = "four" }, default)).Fault);
    }

    [Fact]
    public async Task More_sessions_than_allowed_are_told_so_and_freed_ones_count_no_more()
    {
        foreach (var session in new[] { "a", "b", "c" })
        {
            Assert.True((await OfferAsync(session, Offer)).IsOk);
        }

        Assert.Equal(MediaFault.Exhausted, (await OfferAsync("d", Offer)).Fault);
        await _relay.DeleteAsync("b", default);
        Assert.True((await OfferAsync("d", Offer)).IsOk);
    }

    [Fact]
    public async Task No_port_left_is_told_so()
    {
        var first = FreePorts.Block(4); // that nobody else holds
        await using var small = Relay(new EmbeddedRelayOptions { FirstPort = first, LastPort = first + 3, Threads = 1 });
        var faults = new List<MediaFault>();
        for (var i = 0; i < 3; i++)
        {
            faults.Add((await small.OfferAsync(new($"s{i}", "one", Offer, MediaProfile.WebRtc), default)).Fault);
        }

        Assert.Equal([MediaFault.None, MediaFault.None, MediaFault.Exhausted], faults);
    }

    [Fact] // as behind a router that maps ports one to one
    public async Task Peers_are_told_the_external_address()
    {
        await using var relay = Relay(new EmbeddedRelayOptions
        {
            FirstPort = _firstPort + Ports, LastPort = _firstPort + (2 * Ports) - 1, ExternalAddress = IPAddress.Parse("198.51.100.7"), Threads = 1,
        });
        var web = (await relay.OfferAsync(new("s", "one", Offer, MediaProfile.WebRtc), default)).Sdp!;
        var plain = (await relay.OfferAsync(new("t", "one", Offer, MediaProfile.PlainRtp), default)).Sdp!;

        Assert.Contains(" 198.51.100.7 ", web.Split("a=candidate:")[1], StringComparison.Ordinal);
        Assert.Contains("c=IN IP4 198.51.100.7\r\n", plain, StringComparison.Ordinal);
        Assert.DoesNotContain("127.0.0.1", web + plain, StringComparison.Ordinal);
    }

    [Fact] // what a client has says nothing of the phone, which may know one family only
    public async Task Phone_that_has_not_spoken_is_offered_the_first_address_whatever_the_caller_has()
    {
        await using var relay = Relay(new EmbeddedRelayOptions
        {
            Addresses = [IPAddress.Loopback, IPAddress.IPv6Loopback], FirstPort = _firstPort + Ports,
            LastPort = _firstPort + (2 * Ports) - 1, Threads = 1,
        });
        var offer = Offer.Replace("IP4 127.0.0.1", "IP6 ::1", StringComparison.Ordinal);
        var shown = (await relay.OfferAsync(new("s", "one", offer, MediaProfile.PlainRtp), default)).Sdp!;
        var answered = (await relay.AnswerAsync(new("s", "one", "two", Offer, MediaProfile.PlainRtp), default)).Sdp!;

        Assert.Contains("c=IN IP4 127.0.0.1\r\n", shown, StringComparison.Ordinal);
        Assert.Contains("c=IN IP6 ::1\r\n", answered, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(MediaSrtp.Off, "RTP/AVP", false)]
    [InlineData(MediaSrtp.Optional, "RTP/AVP", true)]
    [InlineData(MediaSrtp.Required, "RTP/SAVP", true)]
    public async Task Phone_is_offered_keys_as_the_policy_says(MediaSrtp srtp, string profile, bool keys)
    {
        var shown = (await _relay.OfferAsync(new("a", "one", Offer, MediaProfile.PlainRtp) { Srtp = srtp }, default)).Sdp!;

        Assert.Contains($" {profile} 0", shown, StringComparison.Ordinal);
        Assert.Equal(keys, shown.Contains("a=crypto:", StringComparison.Ordinal));
    }

    [Fact] // RFC 4568 section 5.1.2: SRTP was asked for
    public async Task Answer_in_clear_to_required_keys_is_refused()
    {
        await _relay.OfferAsync(new("a", "one", Offer, MediaProfile.PlainRtp) { Srtp = MediaSrtp.Required }, default);
        var answer = await _relay.AnswerAsync(new("a", "one", "two", Offer, MediaProfile.PlainRtp), default);

        Assert.Equal(MediaFault.Refused, answer.Fault);
    }

    [Fact]
    public async Task Fragments_before_their_description_are_kept_within_bounds()
    {
        await OfferAsync("a", Offer);
        for (var i = 0; i < 1000; i++)
        {
            Assert.True((await _relay.TrickleAsync(
                new("a", "two", $"a=ice-ufrag:u{i}\r\nm=audio 9 RTP/AVP 0\r\na=mid:0\r\na=candidate:1 1 udp 1 127.0.0.1 {9000 + i} typ host\r\n"), default)).IsOk);
        }

        Assert.Equal(MediaFault.Refused, (await _relay.TrickleAsync(new("a", "two", new string('a', 70_000)), default)).Fault);
    }

    [Fact] // a client such as Dino takes no other certificate in the middle of a call; without BUNDLE each medium has its own association
    public async Task Certificate_of_a_call_stays_when_the_day_changes()
    {
        const string transport = "a=ice-ufrag:abcd\r\na=ice-pwd:abcdefghijklmnopqrstuvwx\r\na=setup:actpass\r\na=rtcp-mux\r\n"
            + "a=fingerprint:sha-256 00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF:00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF\r\n";
        const string audio = Head + "m=audio 9 UDP/TLS/RTP/SAVPF 0\r\na=mid:0\r\n" + transport;
        const string video = "m=video 9 UDP/TLS/RTP/SAVPF 96\r\na=mid:1\r\na=rtpmap:96 VP8/90000\r\n" + transport;
        var time = new VirtualTime();
        await using var relay = Relay(
            new EmbeddedRelayOptions { FirstPort = _firstPort + Ports, LastPort = _firstPort + (2 * Ports) - 1, Threads = 1 }, time);

        var before = await AnsweredAsync("a", audio, Offer);
        time.Advance(TimeSpan.FromHours(25));
        var after = await AnsweredAsync("a", audio + video, Offer + "m=video 4002 RTP/AVP 96\r\na=rtpmap:96 VP8/90000\r\n");
        var another = await AnsweredAsync("b", audio, Offer);

        Assert.Equal([before[0], before[0]], after);
        Assert.NotEqual(before[0], another[0]);

        async Task<string[]> AnsweredAsync(string session, string offer, string answer)
        {
            Assert.True((await relay.OfferAsync(new(session, "one", offer, MediaProfile.PlainRtp), default)).IsOk);
            var shown = (await relay.AnswerAsync(new(session, "one", "two", answer, MediaProfile.WebRtc), default)).Sdp!;
            return [.. shown.Split("\r\n").Where(line => line.StartsWith("a=fingerprint:", StringComparison.Ordinal))];
        }
    }

    private static EmbeddedRelay Relay(EmbeddedRelayOptions options, TimeProvider? time = null) =>
        new(options, NoMediaNotices.Instance, time ?? TimeProvider.System, NullLoggerFactory.Instance);

    private ValueTask<MediaResult> OfferAsync(string session, string sdp) =>
        _relay.OfferAsync(new(session, "one", sdp, MediaProfile.WebRtc), default);
}
