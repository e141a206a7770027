using System.Text;
using Gateway.Sip.Msrp;
using Gateway.Sip.Sdp;
using static Gateway.Sip.Tests.Msrp.MsrpPair;

namespace Gateway.Sip.Tests.Msrp;

public sealed class MsrpSessionTests
{
    [Fact] // RFC 4975 section 5.4, C-10
    public void The_offerer_connects_and_binds_with_a_send_that_has_no_body()
    {
        var pair = new MsrpPair().Negotiate();

        Assert.Equal(["connected"], pair.AliceSink.Events);
        Assert.Equal(["connected"], pair.BobSink.Events);
        Assert.Empty(pair.BobSink.Messages);
        var log = pair.World.Log.ToString();
        Assert.Contains("SEND\r\nTo-Path: " + pair.Bob.LocalPath + "\r\nFrom-Path: " + pair.Alice.LocalPath + "\r\nMessage-ID: ", log, StringComparison.Ordinal);
        Assert.Contains("Byte-Range: 1-0/0\r\n-------", log, StringComparison.Ordinal);
    }

    [Fact] // C-10: the answerer says nothing before it knows who is there
    public void What_is_sent_before_the_session_is_up_arrives_in_order()
    {
        var pair = new MsrpPair();
        pair.Bob.Send(Text("b1"));
        pair.Alice.Send(Text("a1"));
        pair.Negotiate();
        pair.Alice.Send(Text("a2"));
        pair.Bob.Send(Text("b2"));
        pair.World.Run();

        Assert.Equal(["a1", "a2"], pair.BobSink.Texts);
        Assert.Equal(["b1", "b2"], pair.AliceSink.Texts);
    }

    [Fact] // RFC 4975 section 7.1.1, C-14
    public void A_long_message_goes_in_interruptible_chunks_and_arrives_whole()
    {
        var pair = new MsrpPair().Negotiate();
        var text = string.Concat(Enumerable.Range(0, 100_000).Select(i => $"{i} "));
        pair.Alice.Send(Text(text, "longmessage"));
        pair.World.Run();

        Assert.Equal([text], pair.BobSink.Texts);
        Assert.Contains("sent longmessage", pair.AliceSink.Events);
        Assert.Contains($"Byte-Range: 1-*/{text.Length}", pair.World.Log.ToString(), StringComparison.Ordinal);
    }

    [Fact] // RFC 4975 section 7.1.1: "each concurrent request gets a chance"
    public void A_long_message_does_not_hold_up_another_session_on_the_connection()
    {
        var pair = new MsrpPair().Negotiate();
        var secondSink = new RecordingMsrpSink();
        var otherSink = new RecordingMsrpSink();
        var second = pair.AliceHome.Create(Terms, secondSink);
        var other = pair.BobHome.Create(Terms, otherSink);
        Assert.True(other.TryAnswer(second.Offer(), null, out var answer, out _));
        Assert.True(second.TryAcceptAnswer(answer, out _));
        pair.World.Run();
        Assert.Single(pair.AliceHome.Hub.Connections); // one connection for both (section 5.4)

        pair.Alice.Send(Text(new string('x', 1_000_000)));
        for (var i = 0; i < 10; i++)
        {
            pair.World.Step();
        }

        second.Send(Text("quick"));
        for (var i = 0; i < 100 && otherSink.Messages.Count == 0; i++)
        {
            pair.World.Step();
        }

        Assert.Equal(["quick"], otherSink.Texts);
        Assert.Empty(pair.BobSink.Messages);
        pair.World.Run();
        Assert.Equal(1_000_000, pair.BobSink.Messages.Single().Body.Length);
    }

    [Fact] // typing notices pass a long message of the same session between its chunks
    public void A_control_message_passes_a_long_one()
    {
        var pair = new MsrpPair().Negotiate();
        pair.Alice.Send(Text(new string('x', 500_000)));
        pair.Alice.Send(Text("after"));
        pair.World.Step();
        pair.Alice.Send(Text("<isComposing/>") with { ContentType = "application/im-iscomposing+xml", IsControl = true });
        pair.World.Run();

        Assert.Equal([14, 500_000, 5], pair.BobSink.Messages.Select(m => m.Body.Length));
    }

    [Fact] // RFC 4975 section 7.1, C-12
    public void A_body_made_of_end_lines_arrives_as_it_is()
    {
        var pair = new MsrpPair().Negotiate();
        var text = string.Concat(Enumerable.Repeat("\r\n-------a786hjs2$\r\n-------", 300));
        pair.Alice.Send(Text(text));
        pair.World.Run();

        Assert.Equal([text], pair.BobSink.Texts);
    }

    [Fact]
    public void An_empty_body_is_a_message_unlike_no_body()
    {
        var pair = new MsrpPair().Negotiate();
        pair.Alice.Send(Text("", "emptyone", success: true));
        pair.World.Run();
        pair.Bob.Succeed(pair.BobSink.Messages.Single());
        pair.World.Run();

        Assert.Contains("report emptyone 200 complete", pair.AliceSink.Events);
    }

    [Theory] // RFC 4975 sections 7.1.3 and 7.1.4
    [InlineData(true, MsrpFailureReport.Yes, "sent,report 200 complete")]
    [InlineData(true, MsrpFailureReport.Partial, "sent,report 200 complete")]
    [InlineData(true, MsrpFailureReport.No, "sent,report 200 complete")]
    [InlineData(false, MsrpFailureReport.Yes, "sent")]
    [InlineData(false, MsrpFailureReport.Partial, "sent")]
    [InlineData(false, MsrpFailureReport.No, "sent")]
    public void Success_is_reported_to_those_who_asked(bool success, MsrpFailureReport failure, string told)
    {
        var pair = new MsrpPair().Negotiate();
        pair.BobSink.OnArrival = m => pair.Bob.Succeed(m);
        pair.Alice.Send(Text("hi", "message1", success, failure));
        pair.World.Run();

        Assert.Equal(told.Split(','), pair.AliceSink.Events.Skip(1).Select(e => e.Replace(" message1", "", StringComparison.Ordinal)));
        var responses = pair.World.Log.ToString().Split(" 200 OK\r\nTo-Path").Length - 1;
        Assert.Equal(failure == MsrpFailureReport.Yes ? 2 : 1, responses); // one is that of the first SEND
    }

    [Theory] // RFC 4975 section 7.1.4
    [InlineData(MsrpFailureReport.Yes, true, "failed 403")]
    [InlineData(MsrpFailureReport.Partial, true, "sent,report 403")]
    [InlineData(MsrpFailureReport.No, true, "sent")]
    [InlineData(MsrpFailureReport.Yes, false, "sent,report 403")]
    [InlineData(MsrpFailureReport.Partial, false, "sent,report 403")]
    [InlineData(MsrpFailureReport.No, false, "sent")]
    public void Failure_is_told_at_once_or_later_to_those_who_wish(MsrpFailureReport wish, bool atOnce, string told)
    {
        var pair = new MsrpPair().Negotiate();
        if (atOnce)
        {
            pair.BobSink.OnArrival = m => pair.Bob.Fail(m, 403);
        }

        pair.Alice.Send(Text("hi", "message1", failure: wish));
        pair.World.Run();
        if (!atOnce)
        {
            pair.Bob.Fail(pair.BobSink.Messages.Single(), 403);
            pair.World.Run();
        }

        Assert.Equal(told.Split(','), pair.AliceSink.Events.Skip(1).Select(e => e.Replace(" message1", "", StringComparison.Ordinal)));
    }

    [Fact] // RFC 4975 section 7.1.1: 30 seconds
    public void A_request_that_is_not_answered_fails_after_thirty_seconds()
    {
        var pair = new MsrpPair();
        var stranger = Answered(pair);
        pair.Alice.Send(Text("hi", "message1"));
        pair.World.Run();
        Assert.Contains("hi", stranger.Hear(), StringComparison.Ordinal);

        pair.World.Wait(TimeSpan.FromSeconds(29));
        Assert.DoesNotContain("failed message1 408", pair.AliceSink.Events);
        pair.World.Wait(TimeSpan.FromSeconds(2));
        Assert.Contains("failed message1 408", pair.AliceSink.Events);
    }

    [Fact] // RFC 4975 section 10.5
    public void A_message_refused_midway_is_given_up_with_the_abort_flag()
    {
        var pair = new MsrpPair(bobs: Terms with { MaxSize = 50_000 });
        var offer = pair.Alice.Offer();
        Assert.True(pair.Bob.TryAnswer(offer, null, out var answer, out _));
        Assert.True(pair.Alice.TryAcceptAnswer(answer.Replace("max-size:50000", "max-size:999999", StringComparison.Ordinal), out _));
        pair.World.Run();
        pair.Alice.Send(Text(new string('x', 500_000), "toolarge"));
        pair.Alice.Send(Text("after"));
        pair.World.Run();

        Assert.Contains("failed toolarge 413", pair.AliceSink.Events);
        Assert.Equal(["after"], pair.BobSink.Texts);
        Assert.True(pair.World.Log.Length < 100_000, "it went on for " + pair.World.Log.Length);
    }

    [Fact] // C-19, RFC 4975 section 8.9
    public void Nothing_is_sent_that_the_peer_has_not_asked_for()
    {
        var pair = new MsrpPair(bobs: new MsrpTerms { AcceptTypes = ["text/*"], MaxSize = 10, Direction = SdpDirection.SendOnly }).Negotiate();

        Assert.Equal(MsrpSendResult.TypeNotAccepted, pair.Alice.Send(Text("x") with { ContentType = "image/png" }));
        Assert.Equal(MsrpSendResult.TooLarge, pair.Alice.Send(Text("12345678901")));
        Assert.Equal(MsrpSendResult.OnHold, pair.Alice.Send(Text("x")));
        Assert.Equal(MsrpSendResult.Queued, pair.Alice.Send(Text("x") with { IsControl = true, ContentType = "text/html" }));
        pair.Alice.Close();
        Assert.Equal(MsrpSendResult.Closed, pair.Alice.Send(Text("x")));
    }

    [Fact]
    public void The_send_queue_is_bounded()
    {
        var pair = new MsrpPair(aliceOptions: new MsrpOptions { Listen = [], Limits = new MsrpLimits { UnsentMessages = 2 } });

        Assert.Equal(MsrpSendResult.Queued, pair.Alice.Send(Text("1")));
        Assert.Equal(MsrpSendResult.Queued, pair.Alice.Send(Text("2")));
        Assert.Equal(MsrpSendResult.QueueFull, pair.Alice.Send(Text("3")));
        pair.Negotiate();
        Assert.Equal(MsrpSendResult.Queued, pair.Alice.Send(Text("4")));
    }

    [Fact] // RFC 4975 section 5.4, C-22
    public void After_a_cut_what_is_not_confirmed_is_sent_again_and_nothing_is_doubled()
    {
        var pair = new MsrpPair().Negotiate();
        var sent = 0;
        for (var cut = 0; cut < 10; cut++)
        {
            for (var i = 0; i < 100; i++, sent++)
            {
                Assert.Equal(MsrpSendResult.Queued, pair.Alice.Send(Text($"a{sent}")));
                Assert.Equal(MsrpSendResult.Queued, pair.Bob.Send(Text($"b{sent}")));
            }

            for (var i = 0; i < 7 + (cut * 3); i++)
            {
                pair.World.Step();
            }

            pair.World.Cut();
            pair.World.Run();
            Assert.Equal("lost Broken", pair.AliceSink.Events.Last(e => e.StartsWith("lost", StringComparison.Ordinal)));
            Assert.False(pair.Alice.IsConnected);
            pair.Negotiate(newPaths: true);
        }

        Assert.Equal(Enumerable.Range(0, 1000).Select(i => $"a{i}"), pair.BobSink.Texts);
        Assert.Equal(Enumerable.Range(0, 1000).Select(i => $"b{i}"), pair.AliceSink.Texts);
        Assert.Equal(1000, pair.AliceSink.Events.Count(e => e.StartsWith("sent", StringComparison.Ordinal)));
        Assert.Equal(11, pair.AliceSink.Events.Count(e => e == "connected"));
    }

    [Fact] // C-22: whom the peer was before says nothing about the one of the new description
    public void A_session_that_was_connected_to_and_is_mended_by_a_new_offer_goes_on()
    {
        var pair = new MsrpPair().Negotiate(); // Alice connects to Bob
        pair.World.Cut();
        pair.World.Run();
        pair.Alice.TakeNewPath();
        for (var i = 0; i < 2; i++) // and a refresh that changes nothing
        {
            Assert.True(pair.Alice.TryAnswer(pair.Bob.Offer(), null, out var answer, out _));
            Assert.True(pair.Bob.TryAcceptAnswer(answer, out _));
            pair.World.Run();
        }

        pair.Alice.Send(Text("there"));
        pair.Bob.Send(Text("and back"));
        pair.World.Run();
        Assert.Equal("there, and back", string.Join(", ", [.. pair.BobSink.Texts, .. pair.AliceSink.Texts]));
        Assert.Equal(["connected", "lost Broken", "connected"], pair.BobSink.Events.Where(e => !e.StartsWith("sent", StringComparison.Ordinal)));
    }

    [Fact] // RFC 4975 section 5.4: a report for what was received before the cut follows on the new connection
    public void A_report_that_had_no_connection_waits_for_the_next()
    {
        var pair = new MsrpPair().Negotiate();
        pair.Alice.Send(Text("hi", "message1", success: true));
        pair.World.Run();
        pair.World.Cut();
        pair.Bob.Succeed(pair.BobSink.Messages.Single());
        pair.World.Run();
        pair.Negotiate(newPaths: true);

        Assert.Contains("report message1 200 complete", pair.AliceSink.Events);
    }

    [Fact]
    public void A_closed_session_fails_what_it_still_holds_and_lets_the_connection_go()
    {
        var pair = new MsrpPair().Negotiate();
        pair.World.Cut();
        pair.World.Run();
        pair.Alice.Send(Text("x", "message1"));
        pair.Alice.Close();
        pair.Bob.Close();
        pair.World.Run();

        Assert.Equal("failed message1 0", pair.AliceSink.Events[^1]);
        pair.World.Wait(TimeSpan.FromSeconds(12));
        Assert.Equal((0, 0), (pair.AliceHome.Hub.Metrics.Sessions, pair.AliceHome.Hub.Metrics.Connections));
        Assert.Equal((0, 0), (pair.BobHome.Hub.Metrics.Sessions, pair.BobHome.Hub.Metrics.Connections));
    }

    [Fact]
    public void A_connection_nobody_uses_is_closed_by_whoever_notices_first()
    {
        var pair = new MsrpPair().Negotiate();
        pair.Alice.Close();
        pair.Bob.Close();
        pair.World.Wait(TimeSpan.FromSeconds(12));

        Assert.Empty(pair.AliceHome.Hub.Connections);
        Assert.Empty(pair.BobHome.Hub.Connections);
    }

    [Fact]
    public void A_peer_that_cannot_be_reached_is_tried_again_and_then_given_up()
    {
        var pair = new MsrpPair { World = { IsReachable = false } };
        pair.Negotiate();
        pair.World.Wait(TimeSpan.FromSeconds(2));
        Assert.Empty(pair.AliceSink.Events);
        pair.World.Wait(TimeSpan.FromSeconds(3));
        Assert.Equal(["lost Unreachable"], pair.AliceSink.Events);

        pair.World.Wait(TimeSpan.FromSeconds(30));
        Assert.Equal(["lost NobodyCame"], pair.BobSink.Events);
    }

    [Fact] // RFC 4975 section 14.4
    public void A_peer_with_the_wrong_certificate_is_not_tried_again()
    {
        var pair = new MsrpPair { World = { IsReachable = false, IsUntrusted = true } };
        pair.Negotiate();

        Assert.Equal(["lost Untrusted"], pair.AliceSink.Events);
    }

    [Fact]
    public void A_peer_that_comes_back_in_time_is_found()
    {
        var pair = new MsrpPair { World = { IsReachable = false } };
        pair.Alice.Send(Text("hi"));
        pair.Negotiate();
        pair.World.IsReachable = true;
        pair.World.Wait(TimeSpan.FromSeconds(2));

        Assert.Equal(["hi"], pair.BobSink.Texts);
    }

    /// <summary>Alice has offered to a stranger, who has connected as the active side.</summary>
    internal static MsrpWorld.Stranger Answered(MsrpPair pair)
    {
        var offer = pair.Alice.Offer();
        Assert.Contains("a=setup:actpass", offer, StringComparison.Ordinal);
        Assert.True(pair.Alice.TryAcceptAnswer(
            "v=0\r\no=- 1 1 IN IP4 c\r\ns=-\r\nc=IN IP4 c\r\nt=0 0\r\nm=message 9 TCP/MSRP *\r\na=accept-types:*\r\n"
            + "a=path:msrp://c:9/carol;tcp\r\na=setup:active\r\n",
            out var fault), fault);
        pair.World.Run();
        var stranger = pair.World.Connect(pair.AliceHome);
        var heard = stranger.Say(
            $"MSRP 1234abcd SEND\r\nTo-Path: {pair.Alice.LocalPath}\r\nFrom-Path: msrp://c:9/carol;tcp\r\nMessage-ID: first1\r\nByte-Range: 1-0/0\r\n-------1234abcd$\r\n");
        Assert.StartsWith("MSRP 1234abcd 200 OK\r\nTo-Path: msrp://c:9/carol;tcp\r\nFrom-Path: " + pair.Alice.LocalPath + "\r\n-------1234abcd$\r\n", heard, StringComparison.Ordinal);
        Assert.Equal("connected", pair.AliceSink.Events[^1]);
        return stranger;
    }
}
