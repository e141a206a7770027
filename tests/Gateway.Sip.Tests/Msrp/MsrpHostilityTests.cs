using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Gateway.Sip.Msrp;
using Gateway.Testing;
using static Gateway.Sip.Tests.Msrp.MsrpPair;

namespace Gateway.Sip.Tests.Msrp;

/// <summary>What strangers and bad peers send.</summary>
public sealed class MsrpHostilityTests
{
    private const string From = "msrp://c:9/carol;tcp";

    private readonly MsrpPair _pair = new(Terms with { MaxSize = 10_000 });

    private string Send(string id, string body, string range = "", string flag = "$", string headers = "", string? to = null, string from = From, string message = "message1") =>
        $"MSRP {id} SEND\r\nTo-Path: {to ?? _pair.Alice.LocalPath.ToString()}\r\nFrom-Path: {from}\r\nMessage-ID: {message}\r\n"
        + (range.Length > 0 ? $"Byte-Range: {range}\r\n" : "") + headers + $"Content-Type: text/plain\r\n\r\n{body}\r\n-------{id}{flag}\r\n";

    private static int Status(string heard) => heard.Length == 0 ? 0 : int.Parse(heard.Split(' ')[2], System.Globalization.CultureInfo.InvariantCulture);

    [Theory] // RFC 4975 sections 5.4 and 7.3, C-11
    [InlineData("msrp://a:2855/unknown;tcp")]
    [InlineData("msrp://a:2855;tcp")]
    [InlineData("{path} {path}")]
    [InlineData("msrp://x:1/y;tcp {path}")]
    public void A_request_to_another_path_is_answered_481(string to)
    {
        var stranger = MsrpSessionTests.Answered(_pair);

        Assert.Equal(481, Status(stranger.Say(Send("abcd1234", "x", to: to.Replace("{path}", _pair.Alice.LocalPath.ToString(), StringComparison.Ordinal)))));
        Assert.Equal("", stranger.Say(Send("abcd1234", "x", to: "msrp://a:2855/unknown;tcp", headers: "Failure-Report: no\r\n")));
        Assert.Empty(_pair.AliceSink.Messages);
    }

    [Fact]
    public void A_request_from_another_path_is_answered_481()
    {
        var stranger = MsrpSessionTests.Answered(_pair);

        Assert.Equal(481, Status(stranger.Say(Send("abcd1234", "x", from: "msrp://c:9/mallory;tcp"))));
        Assert.Equal(200, Status(stranger.Say(Send("abcd1234", "x", from: "msrp://relay:9/r;tcp " + From)))); // a relay adds itself
    }

    [Fact] // RFC 4975 section 5.4, C-11
    public void A_session_bound_elsewhere_is_answered_506()
    {
        MsrpSessionTests.Answered(_pair);
        var other = _pair.World.Connect(_pair.AliceHome);

        Assert.Equal(506, Status(other.Say(Send("abcd1234", "x"))));
        Assert.Empty(_pair.AliceSink.Messages);
    }

    [Fact] // RFC 4975 section 7.3.1, C-14
    public void Chunks_out_of_order_and_overlapping_become_one_message()
    {
        var stranger = MsrpSessionTests.Answered(_pair);
        stranger.Say(Send("abcd1234", "EFGH", "5-8/12", "+"));
        stranger.Say(Send("abcd1235", "IJKL", "9-12/12", "$"));
        Assert.Empty(_pair.AliceSink.Messages);
        stranger.Say(Send("abcd1236", "abcdef", "1-*/12", "+")); // the later one wins where they overlap

        Assert.Equal(["abcdefGHIJKL"], _pair.AliceSink.Texts);
    }

    [Fact] // RFC 4975 section 7.3.1: the body counts, not what the range says of it
    public void Ranges_that_do_not_fit_the_body_do_no_harm()
    {
        var stranger = MsrpSessionTests.Answered(_pair);

        Assert.Equal(200, Status(stranger.Say(Send("abcd1234", "Hi, I'm Alice!", "1-16/16"))));
        Assert.Equal(200, Status(stranger.Say(Send("abcd1234", "longer than it says", "1-2/2", message: "message2"))));
        Assert.Equal(200, Status(stranger.Say(Send("abcd1234", "without", message: "message3"))));
        Assert.Equal(["Hi, I'm Alice!", "longer than it says", "without"], _pair.AliceSink.Texts);
    }

    [Fact] // RFC 4975 section 7.1, C-14
    public void An_aborted_message_is_forgotten()
    {
        var stranger = MsrpSessionTests.Answered(_pair);
        stranger.Say(Send("abcd1234", "abcd", "1-*/8", "+"));
        Assert.Equal(200, Status(stranger.Say(Send("abcd1235", "ef", "5-*/8", "#"))));
        stranger.Say(Send("abcd1236", "efgh", "5-8/8"));

        Assert.Empty(_pair.AliceSink.Messages);
    }

    [Theory] // C-15
    [InlineData("1-*/10001")]
    [InlineData("20000-*/*")]
    public void A_size_past_the_limit_is_refused_on_the_first_chunk(string range)
    {
        var stranger = MsrpSessionTests.Answered(_pair);

        Assert.Equal(413, Status(stranger.Say(Send("abcd1234", "x", range, "+"))));
        Assert.Equal(200, Status(stranger.Say(Send("abcd1235", "x", message: "message2"))));
    }

    [Fact] // C-15: counted when it is not stated; answered before the chunk ends
    public void An_endless_chunk_is_refused_while_it_runs_and_cut_off_when_it_goes_on()
    {
        var stranger = MsrpSessionTests.Answered(_pair);
        var heard = stranger.Say(Send("abcd1234", "x", "1-*/*").Split("x\r\n-------")[0] + new string('x', 9_000));
        Assert.Equal("", heard);
        heard = stranger.Say(new string('x', 2_000));
        Assert.Equal(413, Status(heard));
        for (var i = 0; i < 20 && !stranger.IsClosed; i++)
        {
            Assert.Equal("", stranger.Say(new string('x', 100_000)));
        }

        Assert.True(stranger.IsClosed);
        Assert.Equal("lost Broken", _pair.AliceSink.Events[^1]);
    }

    [Fact] // memory follows what came, not what was claimed
    public void Many_messages_in_pieces_are_bounded_in_number_and_size_and_time()
    {
        var stranger = MsrpSessionTests.Answered(_pair);
        var statuses = Enumerable.Range(0, 20).Select(i => Status(stranger.Say(Send("abcd1234", "x", "9000-*/10000", "+", message: $"message{i}")))).ToList();
        Assert.Equal(Enumerable.Repeat(200, 16).Concat(Enumerable.Repeat(413, 4)), statuses);

        _pair.World.Wait(TimeSpan.FromSeconds(125));
        Assert.Equal(200, Status(stranger.Say(Send("abcd1234", "x", "9000-*/10000", "+", message: "message99"))));
    }

    [Fact]
    public void A_message_in_too_many_splinters_is_refused()
    {
        var stranger = MsrpSessionTests.Answered(_pair);
        var statuses = Enumerable.Range(0, 70).Select(i => Status(stranger.Say(Send("abcd1234", "x", $"{(i * 3) + 2}-*/10000", "+")))).ToList();

        Assert.Equal(64, statuses.TakeWhile(s => s == 200).Count());
        Assert.Contains(413, statuses);
    }

    [Fact]
    public void The_same_octets_again_and_again_do_not_pile_up()
    {
        var stranger = MsrpSessionTests.Answered(_pair);
        var statuses = Enumerable.Range(0, 10).Select(_ => Status(stranger.Say(Send("abcd1234", new string('x', 5_000), "1-*/10000", "+")))).ToList();

        Assert.Contains(413, statuses);
    }

    [Fact] // RFC 4975 section 7.3.1
    public void A_type_not_listed_is_answered_415()
    {
        var stranger = MsrpSessionTests.Answered(_pair);
        var request = Send("abcd1234", "x").Replace("text/plain", "image/png", StringComparison.Ordinal);

        Assert.Equal(415, Status(stranger.Say(request)));
        Assert.Equal("", stranger.Say(request.Replace("Content-Type", "Failure-Report: no\r\nContent-Type", StringComparison.Ordinal)));
        Assert.Equal(200, Status(stranger.Say(Send("abcd1235", "x").Replace("text/plain", "Text/Plain;charset=utf-8", StringComparison.Ordinal))));
    }

    [Fact] // RFC 4975 section 7.1.2, C-17
    public void Reports_are_never_answered_and_those_for_nothing_are_dropped()
    {
        var stranger = MsrpSessionTests.Answered(_pair);
        string Report(string message, string headers) =>
            $"MSRP abcd1234 REPORT\r\nTo-Path: {_pair.Alice.LocalPath}\r\nFrom-Path: {From}\r\nMessage-ID: {message}\r\n{headers}-------abcd1234$\r\n";

        Assert.Equal("", stranger.Say(Report("unknown1", "Status: 000 200 OK\r\n")));
        Assert.Equal("", stranger.Say(Report("unknown1", "Status: 000 413\r\nByte-Range: 1-2/2\r\n")));
        Assert.Equal("", stranger.Say(Report("unknown1", "")));
        Assert.Equal("", stranger.Say(Report("unknown1", "Status: 000 200 OK\r\nSuccess-Report: yes\r\n")));
        Assert.Equal("", stranger.Say(Report("unknown1", "Status: 000 200 OK\r\n").Replace(_pair.Alice.LocalPath.ToString(), "msrp://a:2855/no;tcp", StringComparison.Ordinal)));
        Assert.Empty(_pair.AliceSink.Reports);
        Assert.Equal(200, Status(stranger.Say(Send("abcd1234", "still there"))));
    }

    [Fact] // RFC 4975 section 7.1.3, C-18
    public void Success_reported_in_pieces_is_complete_once()
    {
        var stranger = MsrpSessionTests.Answered(_pair);
        _pair.Alice.Send(Text("0123456789", "message1", success: true));
        _pair.World.Run();
        foreach (var range in new[] { "6-10/10", "6-8/10", "1-5/10", "1-10/10" })
        {
            stranger.Say($"MSRP abcd1234 REPORT\r\nTo-Path: {_pair.Alice.LocalPath}\r\nFrom-Path: {From}\r\nMessage-ID: message1\r\nByte-Range: {range}\r\nStatus: 000 200 OK\r\n-------abcd1234$\r\n");
        }

        Assert.Equal([false, false, true], _pair.AliceSink.Reports.Select(r => r.IsComplete));
    }

    [Theory]
    [InlineData("AUTH", 501)]
    [InlineData("NICKNAME", 501)]
    public void A_method_that_is_not_known_is_answered_501(string method, int status)
    {
        var stranger = MsrpSessionTests.Answered(_pair);

        Assert.Equal(status, Status(stranger.Say(Send("abcd1234", "x").Replace("SEND", method, StringComparison.Ordinal))));
        Assert.Equal(200, Status(stranger.Say(Send("abcd1235", "x"))));
    }

    [Fact] // RFC 4975 section 7.1: bodies of other methods are small
    public void A_report_with_an_endless_body_ends_the_connection()
    {
        var stranger = MsrpSessionTests.Answered(_pair);
        stranger.Say($"MSRP abcd1234 REPORT\r\nTo-Path: {_pair.Alice.LocalPath}\r\nFrom-Path: {From}\r\nMessage-ID: unknown1\r\nStatus: 000 200\r\nContent-Type: text/plain\r\n\r\n" + new string('x', 20_000));

        Assert.True(stranger.IsClosed);
    }

    [Fact]
    public void What_is_no_msrp_ends_the_connection_and_is_counted()
    {
        var stranger = _pair.World.Connect(_pair.AliceHome);
        stranger.Say("GET / HTTP/1.1\r\n\r\n");

        Assert.True(stranger.IsClosed);
    }

    [Fact]
    public void A_connection_on_which_nobody_shows_himself_is_closed()
    {
        var stranger = _pair.World.Connect(_pair.AliceHome);
        stranger.Say(Send("abcd1234", "x", to: "msrp://a:2855/no;tcp"));
        _pair.World.Wait(TimeSpan.FromSeconds(33));

        Assert.True(stranger.IsClosed);
    }

    [Fact]
    public void One_address_has_so_many_connections_that_belong_to_nobody_and_no_more()
    {
        for (var i = 0; i < 64; i++)
        {
            _pair.World.Connect(_pair.AliceHome);
        }

        Assert.Null(_pair.AliceHome.Hub.Accept(System.Net.IPAddress.Loopback));
        Assert.NotNull(_pair.AliceHome.Hub.Accept(System.Net.IPAddress.IPv6Loopback));
    }

    [Fact] // RFC 4975 section 10
    public void A_peer_that_disowns_the_session_has_lost_it()
    {
        var stranger = MsrpSessionTests.Answered(_pair);
        _pair.Alice.Send(Text("hi", "message1"));
        _pair.World.Run();
        var id = stranger.Hear().Split(' ')[1];
        stranger.Say($"MSRP {id} 481 No\r\nTo-Path: {_pair.Alice.LocalPath}\r\nFrom-Path: {From}\r\n-------{id}$\r\n");

        Assert.Equal(["failed message1 481", "lost Disowned"], _pair.AliceSink.Events.TakeLast(2));
    }

    [Fact] // RFC 4975 section 5.4: a peer that resends what it is not sure of
    public void A_repeated_message_is_answered_and_reported_again_but_not_delivered()
    {
        var stranger = MsrpSessionTests.Answered(_pair);
        _pair.AliceSink.OnArrival = m => _pair.Alice.Succeed(m);
        Assert.Contains("REPORT", stranger.Say(Send("abcd1234", "once", headers: "Success-Report: yes\r\n")), StringComparison.Ordinal);
        var again = stranger.Say(Send("abcd1235", "once", headers: "Success-Report: yes\r\n"));

        Assert.Equal(200, Status(again));
        Assert.Contains("Byte-Range: 1-4/4\r\nStatus: 000 200", again, StringComparison.Ordinal);
        Assert.Equal(["once"], _pair.AliceSink.Texts);
    }

    [Fact] // a message within a message is only octets here
    public void Nested_wrappers_are_passed_on_as_they_are()
    {
        var stranger = MsrpSessionTests.Answered(_pair);
        var inner = Send("abcd9999", "inner");

        Assert.Equal(200, Status(stranger.Say(Send("abcd1234", inner))));
        Assert.Equal([inner], _pair.AliceSink.Texts);
    }

    [Fact]
    public void Whatever_comes_in_whatever_pieces_nothing_throws_and_others_go_on() =>
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(500), Prop.ForAll(
            Gen.Choose(0, 11).ListOf().ToArbitrary(), Gen.Choose(0, 100_000).ToArbitrary(), Gen.Choose(0, 255).ToArbitrary(),
            (picks, where, what) =>
            {
                var pair = new MsrpPair(Terms with { MaxSize = 1_000 });
                var stranger = MsrpSessionTests.Answered(pair);
                var parts = new[]
                {
                    Send("abcd1234", "x"), Send("abcd1235", "yy", "1-*/4", "+"), Send("abcd1236", "zz", "3-4/4"), Send("abcd1237", "", "1-0/0", "#"),
                    Send("abcd1238", new string('x', 2_000), "1-*/*"), "MSRP abcd1239 200 OK\r\nTo-Path: {me}\r\nFrom-Path: " + From + "\r\n-------abcd1239$\r\n",
                    "MSRP abcd1240 REPORT\r\nTo-Path: {me}\r\nFrom-Path: " + From + "\r\nMessage-ID: message1\r\nStatus: 000 413\r\n-------abcd1240$\r\n",
                    "\r\n", "-------abcd1234$\r\n", Send("abcd1241", "q", "2-2/3", "$"), Send("abcd1242", "w", "1-1/9", "$"), Send("abcd1243", "v", "", "+"),
                };
                var mine = _pair.Alice.LocalPath.ToString();
                var text = string.Concat(picks.Select(p => parts[p].Replace(mine, "{me}", StringComparison.Ordinal)))
                    .Replace("{me}", pair.Alice.LocalPath.ToString(), StringComparison.Ordinal);
                var bytes = Encoding.Latin1.GetBytes(text);
                if (bytes.Length > 0 && where % 3 != 0)
                {
                    bytes[where % bytes.Length] = (byte)what;
                }

                stranger.Say(Encoding.Latin1.GetString(bytes));
                stranger.End();
                pair.World.Wait(TimeSpan.FromSeconds(3));
                return pair.AliceHome.Hub.Connections.Count == 0 && pair.AliceSink.Messages.All(m => m.Body.Length <= 1_000);
            }));
}
