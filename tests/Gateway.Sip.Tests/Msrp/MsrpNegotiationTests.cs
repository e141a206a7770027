using Gateway.Sip.Msrp;
using Gateway.Sip.Sdp;
using static Gateway.Sip.Tests.Msrp.MsrpPair;

namespace Gateway.Sip.Tests.Msrp;

public sealed class MsrpNegotiationTests
{
    private const string Peer = "v=0\r\no=- 1 1 IN IP4 c\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\n";

    private const string Stream = "m=message 7394 TCP/MSRP *\r\na=accept-types:text/plain\r\na=path:msrp://192.0.2.1:7394/carol;tcp\r\n";

    private readonly MsrpPair _pair = new();

    [Fact] // RFC 4975 section 8, RFC 6135 section 4.2, RFC 6714 section 4.2, C-19
    public void An_offer_says_everything_a_peer_needs()
    {
        var terms = new MsrpTerms
        {
            AcceptTypes = ["message/cpim", "text/plain"], AcceptWrappedTypes = ["text/html"], MaxSize = 9_000, Direction = SdpDirection.RecvOnly,
        };
        Assert.True(SdpSession.TryParse(_pair.Alice.Offer(terms), out var session, out _));
        var media = session.Media.Single();

        Assert.Equal(("message", 2855, "TCP/MSRP", "*"), (media.Media, media.Port, media.Protocol, media.Formats.Single()));
        Assert.Equal("message/cpim text/plain", media.Value("accept-types"));
        Assert.Equal("text/html", media.Value("accept-wrapped-types"));
        Assert.Equal("9000", media.Value("max-size"));
        Assert.Equal(_pair.Alice.LocalPath.ToString(), media.Value("path"));
        Assert.Equal("actpass", media.Value("setup"));
        Assert.True(media.Has("msrp-cema"));
        Assert.Equal(SdpDirection.RecvOnly, media.StatedDirection);
    }

    [Fact] // RFC 4975 section 8.4, C-21
    public void An_offer_that_changes_nothing_is_the_same_text_and_any_change_has_a_new_version()
    {
        var first = _pair.Alice.Offer();
        Assert.Equal(first, _pair.Alice.Offer());
        var changed = _pair.Alice.Offer(Terms with { MaxSize = 5 });
        Assert.Equal(Version(first) + 1, Version(changed));
        _pair.Alice.TakeNewPath();
        Assert.Equal(Version(changed) + 1, Version(_pair.Alice.Offer()));
    }

    [Theory] // RFC 6135 sections 4.2 and 5
    [InlineData("", "passive")]
    [InlineData("a=setup:actpass\r\n", "passive")]
    [InlineData("a=setup:active\r\n", "passive")]
    [InlineData("a=setup:passive\r\n", "active")]
    [InlineData("a=setup:holdconn\r\n", "passive")]
    [InlineData("a=connection:new\r\n", "passive")]
    public void An_answer_takes_the_role_that_the_offer_leaves(string setup, string role)
    {
        Assert.True(_pair.Alice.TryAnswer(Peer + Stream + setup, null, out var answer, out _));

        Assert.Contains($"a=setup:{role}\r\n", answer, StringComparison.Ordinal);
        Assert.DoesNotContain("msrp-cema", answer, StringComparison.Ordinal);
    }

    [Fact] // RFC 3264 section 6: as many streams, in their order
    public void Other_streams_of_an_offer_are_refused_in_their_places()
    {
        var offer = Peer + "m=audio 4000 RTP/AVP 0\r\n" + Stream + Stream.Replace("carol", "dave", StringComparison.Ordinal) + "m=message 0 TCP/MSRP *\r\n";
        Assert.True(_pair.Alice.TryAnswer(offer, null, out var answer, out _));
        Assert.True(SdpSession.TryParse(answer, out var session, out _));

        Assert.Equal([true, false, true, true], session.Media.Select(m => m.IsRefused));
        Assert.Equal("msrp://192.0.2.1:7394/carol;tcp", _pair.Alice.Remote!.Path.ToString());
        Assert.True(SdpSession.TryParse(_pair.Alice.Offer(), out var again, out _));
        Assert.Equal([true, false, true, true], again.Media.Select(m => m.IsRefused)); // so also in our next offer
    }

    [Theory] // RFC 4975 sections 8.1, 8.2 and 8.6
    [InlineData("", 488)]
    [InlineData("m=audio 4000 RTP/AVP 0\r\n", 488)]
    [InlineData("m=message 0 TCP/MSRP *\r\na=accept-types:*\r\na=path:msrp://192.0.2.1:7394/c;tcp\r\n", 488)]
    [InlineData("m=message 7394 UDP/MSRP *\r\na=accept-types:*\r\na=path:msrp://192.0.2.1:7394/c;tcp\r\n", 488)]
    [InlineData("m=message 7394 TCP/MSRP *\r\na=path:msrp://192.0.2.1:7394/c;tcp\r\n", 488)]
    [InlineData("m=message 7394 TCP/MSRP *\r\na=accept-types:*\r\n", 488)]
    [InlineData("m=message 7394 TCP/MSRP *\r\na=accept-types:*\r\na=path:msrp://192.0.2.1/c;tcp\r\n", 488)]
    [InlineData("m=message 7394 TCP/MSRP *\r\na=accept-types:*\r\na=path:msrps://192.0.2.1:7394/c;tcp\r\n", 488)]
    [InlineData("m=message 7394 TCP/TLS/MSRP *\r\na=accept-types:*\r\na=path:msrp://192.0.2.1:7394/c;tcp\r\n", 488)]
    [InlineData("m=message 7394 TCP/MSRP *\r\na=accept-types:*\r\na=path:msrp://192.0.2.1:7394/c;udp\r\n", 488)]
    [InlineData("m=message 7395 TCP/MSRP *\r\na=accept-types:*\r\na=path:msrp://192.0.2.1:7394/c;tcp\r\n", 488)] // RFC 6714 section 4.3
    [InlineData("m=message 7394 TCP/MSRP *\r\na=accept-types:*\r\na=path:msrp://192.0.2.2:7394/c;tcp\r\n", 488)]
    [InlineData("x", 400)]
    public void An_offer_that_cannot_be_used_is_refused(string streams, int status)
    {
        Assert.False(_pair.Alice.TryAnswer(Peer + streams, null, out _, out var refusal));
        Assert.Equal(status, refusal.Status);
    }

    [Fact] // RFC 6714 section 4.3
    public void With_cema_the_connection_goes_where_the_media_line_says()
    {
        var pair = new MsrpPair();
        var offer = pair.Alice.Offer();
        Assert.True(pair.Bob.TryAnswer(offer.Replace("c=IN IP4 a", "c=IN IP4 middlebox", StringComparison.Ordinal), null, out var answer, out _));
        Assert.Contains("a=msrp-cema", answer, StringComparison.Ordinal);
        // The answer passes the middlebox too: c= and m= are its own, the path stays Bob's.
        Assert.True(pair.Alice.TryAcceptAnswer(
            answer.Replace("c=IN IP4 b", "c=IN IP4 b", StringComparison.Ordinal).Replace("msrp://b:2855", "msrp://nowhere:2855", StringComparison.Ordinal), out _));
        pair.World.Run();

        Assert.Equal("b", pair.AliceHome.Hub.Connections.Single().Target!.Host);
    }

    [Fact] // RFC 6714 section 4.2
    public void A_middlebox_that_does_not_know_cema_makes_us_offer_again_without_it()
    {
        _pair.Alice.Offer();
        Assert.True(_pair.Alice.TryAcceptAnswer(Peer + "m=message 9999 TCP/MSRP *\r\na=accept-types:*\r\na=path:msrp://192.0.2.1:7394/c;tcp\r\na=setup:passive\r\n", out _));
        Assert.DoesNotContain("reoffer", _pair.AliceSink.Events); // we connect by the path

        _pair.Alice.Offer();
        Assert.True(_pair.Alice.TryAcceptAnswer(Peer + "m=message 9999 TCP/MSRP *\r\na=accept-types:*\r\na=path:msrp://192.0.2.1:7394/c;tcp msrp://x:1/y;tcp\r\n", out _));
        Assert.Contains("reoffer", _pair.AliceSink.Events);
        Assert.DoesNotContain("msrp-cema", _pair.Alice.Offer(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("m=message 0 TCP/MSRP *\r\n")]
    [InlineData("m=audio 1 RTP/AVP 0\r\n")]
    [InlineData("")]
    [InlineData("m=message 7394 TCP/MSRP *\r\na=accept-types:*\r\n")]
    public void An_answer_without_the_stream_is_told(string streams)
    {
        _pair.Alice.Offer();
        Assert.False(_pair.Alice.TryAcceptAnswer(Peer + streams, out var fault));
        Assert.NotEmpty(fault);
    }

    [Fact] // C-21: a session refresh leaves the connection alone
    public void A_reoffer_that_changes_no_path_keeps_the_connection()
    {
        var pair = new MsrpPair().Negotiate();
        pair.Negotiate();
        Assert.True(pair.Alice.TryAnswer(pair.Bob.Offer(), null, out var answer, out _)); // and from the other side
        Assert.True(pair.Bob.TryAcceptAnswer(answer, out _));
        pair.World.Run();
        pair.Alice.Send(Text("still"));
        pair.World.Run();

        Assert.Equal(["still"], pair.BobSink.Texts);
        Assert.Equal(["connected"], pair.BobSink.Events);
    }

    [Fact] // the peer's SEND overtakes its answer: RFC 6135 with setup:active
    public void A_peer_that_connects_before_its_answer_is_taken_and_checked_when_the_answer_comes()
    {
        foreach (var (path, isRight) in new[] { ("msrp://c:9/carol;tcp", true), ("msrp://c:9/mallory;tcp", false) })
        {
            var pair = new MsrpPair();
            pair.Alice.Offer();
            pair.World.Run();
            var stranger = pair.World.Connect(pair.AliceHome);
            Assert.Contains("200 OK", stranger.Say(
                $"MSRP 1234abcd SEND\r\nTo-Path: {pair.Alice.LocalPath}\r\nFrom-Path: {path}\r\nMessage-ID: first1\r\n-------1234abcd$\r\n"), StringComparison.Ordinal);
            pair.Alice.Send(Text("hi"));
            Assert.Equal("", stranger.Say("")); // nothing before it is known who that is
            Assert.True(pair.Alice.TryAcceptAnswer(
                "v=0\r\no=- 1 1 IN IP4 c\r\ns=-\r\nc=IN IP4 c\r\nt=0 0\r\nm=message 9 TCP/MSRP *\r\na=accept-types:*\r\na=path:msrp://c:9/carol;tcp\r\na=setup:active\r\n", out _));
            pair.World.Run();

            Assert.Equal(isRight, stranger.Hear().Contains("hi", StringComparison.Ordinal));
            Assert.Equal(isRight, pair.Alice.IsConnected);
        }
    }

    [Theory] // RFC 4975 section 8.6
    [InlineData("text/plain", "text/plain; charset=utf-8", true)]
    [InlineData("Text/*", "text/html", true)]
    [InlineData("*", "image/png", true)]
    [InlineData("text/plain;charset=utf-8", "text/plain", true)]
    [InlineData("text/plain", "text/html", false)]
    [InlineData("text/*", "image/png", false)]
    [InlineData("text/*", "texture/png", false)]
    public void Types_are_matched_as_the_list_says(string entry, string type, bool accepted)
    {
        Assert.True(_pair.Alice.TryAnswer(Peer + Stream.Replace("text/plain", entry, StringComparison.Ordinal), null, out _, out _));
        Assert.Equal(accepted, _pair.Alice.Remote!.Accepts(type));
    }

    private static ulong Version(string description) => SdpSession.TryParse(description, out var session, out _) ? session.Origin.Version : 0;
}
