using static Gateway.Sip.Tests.Msrp.MsrpPair;

namespace Gateway.Sip.Tests.Msrp;

/// <summary>A SEND that is quicker than the description it belongs to, in a session that is described anew (RFC 4975 sections 5.4, 8.4).</summary>
public sealed class MsrpOvertakingTests
{
    private readonly MsrpPair _pair = new();

    [Theory] // the answer names another path, on the connection that the session has or on a new one
    [InlineData(true)]
    [InlineData(false)]
    public void A_send_that_overtakes_the_answer_to_our_new_offer_waits_for_it(bool onTheSameConnection)
    {
        var first = MsrpSessionTests.Answered(_pair);
        _pair.Alice.Offer();
        _pair.World.Run();
        var peer = onTheSameConnection ? first : _pair.World.Connect(_pair.AliceHome);

        Assert.Equal("", peer.Say(Send("overtake1", "quick", "carol2") + Send("overtake2", "as a wink", "carol2", "second")));
        Assert.Empty(_pair.AliceSink.Messages);
        Answer("carol2");

        Assert.Equal(["200", "200"], Statuses(peer.Say("")));
        Assert.Equal(["quick", "as a wink"], _pair.AliceSink.Texts);
        _pair.Alice.Send(Text("back"));
        _pair.World.Run();
        Assert.Contains("To-Path: msrp://c:9/carol2;tcp", peer.Hear(), StringComparison.Ordinal);
        _pair.World.Wait(TimeSpan.FromSeconds(40)); // nobody is waited for any more
        Assert.DoesNotContain(_pair.AliceSink.Events, e => e.StartsWith("lost", StringComparison.Ordinal));
    }

    [Fact] // C-22: the session is created anew, and its peer is there before its answer
    public void A_send_that_overtakes_the_answer_to_a_session_made_anew_waits_for_it()
    {
        MsrpSessionTests.Answered(_pair).End();
        Assert.Equal("lost Broken", _pair.AliceSink.Events[^1]);
        _pair.Alice.TakeNewPath();
        _pair.Alice.Offer();
        _pair.World.Run();
        var peer = _pair.World.Connect(_pair.AliceHome);

        Assert.Equal("", peer.Say(Send("overtake1", "again", "carol"))); // its path is the one that it had
        Answer("carol");

        Assert.Equal(["200"], Statuses(peer.Say("")));
        Assert.Equal(["again"], _pair.AliceSink.Texts);
        Assert.Equal("connected", _pair.AliceSink.Events[^1]);
    }

    [Fact] // its owner has the peer's offer and takes time to answer it
    public void A_send_on_the_path_of_the_peers_new_offer_waits_for_our_answer()
    {
        var peer = MsrpSessionTests.Answered(_pair);
        _pair.Alice.Expect();
        Assert.Equal("", peer.Say(Send("overtake1", "quick", "carol2")));

        Assert.True(_pair.Alice.TryAnswer(Description("carol2"), null, out _, out _));
        _pair.World.Run();

        Assert.Equal(["200"], Statuses(peer.Say("")));
        Assert.Equal(["quick"], _pair.AliceSink.Texts);
    }

    [Fact] // who has overheard the URI gets no word in, and the peer keeps its session
    public void Somebody_else_who_speaks_meanwhile_is_refused_when_the_answer_comes()
    {
        var peer = MsrpSessionTests.Answered(_pair);
        _pair.Alice.Offer();
        _pair.World.Run();
        var mallory = _pair.World.Connect(_pair.AliceHome);
        Assert.Equal("", mallory.Say(Send("overtake1", "lies", "mallory")));
        Answer("carol");

        Assert.Equal(["481"], Statuses(mallory.Say("")));
        Assert.Equal(["200"], Statuses(peer.Say(Send("overtake2", "truth", "carol"))));
        Assert.Equal(["truth"], _pair.AliceSink.Texts);
    }

    [Fact] // RFC 3261 section 14.1: what held before holds on
    public void An_offer_that_is_refused_refuses_who_came_too_early()
    {
        var peer = MsrpSessionTests.Answered(_pair);
        _pair.Alice.Offer();
        _pair.World.Run();
        Assert.Equal("", peer.Say(Send("overtake1", "quick", "carol2")));
        _pair.Alice.KeepDescription();

        Assert.Equal(["481"], Statuses(peer.Say("")));
        Assert.Equal(["481"], Statuses(peer.Say(Send("overtake2", "once more", "carol2")))); // at once: nothing is expected
        Assert.Equal(["200"], Statuses(peer.Say(Send("overtake3", "truth", "carol"))));
    }

    [Fact]
    public void An_answer_that_does_not_come_is_waited_for_a_moment_only()
    {
        var peer = MsrpSessionTests.Answered(_pair);
        _pair.Alice.Offer();
        _pair.World.Run();
        Assert.Equal("", peer.Say(Send("overtake1", "quick", "carol2")));
        _pair.World.Wait(TimeSpan.FromSeconds(6));

        Assert.Equal(["481"], Statuses(peer.Say("")));
        Assert.Equal(["200"], Statuses(peer.Say(Send("overtake2", "truth", "carol"))));
    }

    [Fact]
    public void A_crowd_that_comes_early_is_refused_at_once()
    {
        MsrpSessionTests.Answered(_pair);
        _pair.Alice.Offer();
        _pair.World.Run();
        for (var i = 0; i < 4; i++)
        {
            Assert.Equal("", _pair.World.Connect(_pair.AliceHome).Say(Send("overtake1", "x", $"c{i}")));
        }

        Assert.Equal(["481"], Statuses(_pair.World.Connect(_pair.AliceHome).Say(Send("overtake1", "x", "c5"))));
    }

    [Fact] // a connection that carries other sessions as well is held up for nobody
    public void Others_on_the_connection_are_not_held_up()
    {
        var first = MsrpSessionTests.Answered(_pair);
        var sink = new RecordingMsrpSink();
        var second = _pair.AliceHome.Create(Terms, sink);
        second.Offer();
        Assert.True(second.TryAcceptAnswer(Description("dora"), out _));
        _pair.World.Run();
        Assert.Equal(["200"], Statuses(first.Say(Send("overtake1", "", "dora", to: second.LocalPath.ToString()))));
        _pair.Alice.Offer();
        _pair.World.Run();

        Assert.Equal(["481"], Statuses(first.Say(Send("overtake2", "quick", "carol2"))));
        Assert.Equal(["200"], Statuses(first.Say(Send("overtake3", "hello", "dora", "third", second.LocalPath.ToString()))));
    }

    private static string[] Statuses(string heard) =>
        [.. heard.Split("\r\n").Where(l => l.StartsWith("MSRP ", StringComparison.Ordinal)).Select(l => l.Split(' ')[2])];

    private static string Description(string session) =>
        "v=0\r\no=- 1 2 IN IP4 c\r\ns=-\r\nc=IN IP4 c\r\nt=0 0\r\nm=message 9 TCP/MSRP *\r\na=accept-types:*\r\n"
        + $"a=path:msrp://c:9/{session};tcp\r\na=setup:active\r\n";

    private void Answer(string session)
    {
        Assert.True(_pair.Alice.TryAcceptAnswer(Description(session), out var fault), fault);
        _pair.World.Run();
    }

    private string Send(string id, string body, string session, string message = "first", string? to = null) =>
        $"MSRP {id} SEND\r\nTo-Path: {to ?? _pair.Alice.LocalPath.ToString()}\r\nFrom-Path: msrp://c:9/{session};tcp\r\nMessage-ID: {message}{session}\r\n"
        + (body.Length > 0 ? $"Byte-Range: 1-{body.Length}/{body.Length}\r\nContent-Type: text/plain\r\n\r\n{body}\r\n" : "") + $"-------{id}$\r\n";
}
