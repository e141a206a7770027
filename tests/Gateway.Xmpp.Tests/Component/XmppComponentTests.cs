using System.Diagnostics.Metrics;
using System.Globalization;
using System.Xml.Linq;
using Gateway.Xmpp.Component;
using Gateway.Xmpp.Routing;

namespace Gateway.Xmpp.Tests.Component;

public sealed class XmppComponentTests
{
    [Fact] // K-1, XEP-0114 section 3
    public async Task Handshake_is_the_hash_of_stream_id_and_secret_and_nothing_is_up_before_its_answer()
    {
        await using var server = new ScriptedServer();
        var end = await server.AcceptAsync();
        await end.OpenAsync();
        Assert.False(server.Component.IsUp);

        await end.SendAsync("<handshake/>");

        Assert.Equal("up", await server.EventAsync());
        Assert.True(server.Component.IsUp);
    }

    [Fact] // the specification's own numbers: id 3BF96D32; its example's secret is not told, so ours is "secret"
    public async Task Handshake_is_lower_case_hexadecimal()
    {
        await using var server = new ScriptedServer();
        var end = await server.AcceptAsync();
        await end.UntilAsync("to='sip.example.org'>");
        await end.SendAsync("<stream:stream xmlns:stream='http://etherx.jabber.org/streams' xmlns='jabber:component:accept' id='3BF96D32'>");

        // printf 3BF96D32secret | sha1sum
        Assert.Contains("<handshake>b09ea9b3b7f586be8a08d0a3dd7466f110aeb136</handshake>", await end.UntilAsync("</handshake>"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Stanzas_go_both_ways_and_pass_the_tap()
    {
        await using var server = new ScriptedServer(new StanzaRouter().Register(new Ping()));
        var end = await server.AuthenticateAsync();

        await end.SendAsync("<iq from='juliet@example.org/b' to='sip.example.org' type='get' id='p1'><ping xmlns='urn:xmpp:ping'/></iq>");

        var answer = await end.StanzaAsync("/>");
        Assert.Equal(("result", "p1"), (answer.Attribute("type")!.Value, answer.Attribute("id")!.Value));
        Assert.Equal(StanzaDirection.In, (await server.Tapped.Reader.ReadAsync()).Direction);
        Assert.Equal(StanzaDirection.Out, (await server.Tapped.Reader.ReadAsync()).Direction);
    }

    [Fact]
    public async Task Answer_from_another_sender_is_passed_over_until_the_right_one_comes()
    {
        await using var server = new ScriptedServer();
        var end = await server.AuthenticateAsync();
        var reply = new TaskCompletionSource<IqReply>();

        server.Component.SendIq(AnIq("juliet@example.org/b"), TimeSpan.FromSeconds(20), reply.SetResult);
        var id = (await end.StanzaAsync("</iq>")).Attribute("id")!.Value;
        await end.SendAsync($"<iq from='mallory@example.org' to='romeo@sip.example.org' type='result' id='{id}'/>");
        await end.SendAsync($"<iq from='juliet@example.org/b' to='romeo@sip.example.org' type='result' id='{id}'/>");

        Assert.Equal(IqOutcome.Result, (await reply.Task.WaitAsync(ScriptedServer.Patience)).Outcome);
    }

    [Fact] // K-2
    public async Task Lost_stream_ends_requests_in_flight_and_carries_messages_over()
    {
        await using var server = new ScriptedServer();
        var end = await server.AuthenticateAsync();
        var inFlight = new TaskCompletionSource<IqReply>();
        server.Component.SendIq(AnIq("juliet@example.org/b"), TimeSpan.FromMinutes(5), inFlight.SetResult);
        await end.UntilAsync("</iq>");

        end.Close();
        await server.EventAsync();
        Assert.False(server.Component.IsUp);
        Assert.Equal(IqOutcome.Timeout, (await inFlight.Task.WaitAsync(ScriptedServer.Patience)).Outcome);
        Assert.True(server.Component.TrySend(AMessage("first")));
        Assert.True(server.Component.TrySend(AMessage("second")));
        await server.PassPauseAsync();

        var again = await server.AcceptAsync();
        await again.OpenAsync();
        await again.SendAsync("<handshake/>");
        Assert.Equal("up again", await server.EventAsync());
        await again.UntilAsync("first");
        await again.UntilAsync("second");
    }

    [Fact]
    public async Task Message_that_waited_too_long_is_dropped_and_a_younger_one_sent()
    {
        await using var server = new ScriptedServer();
        var end = await server.AuthenticateAsync();
        server.RefusesToConnect = true;
        end.Close();
        await server.EventAsync();
        server.Component.TrySend(AMessage("old"));
        for (var waited = TimeSpan.Zero; waited <= TimeSpan.FromSeconds(61);)
        {
            waited += await server.PassPauseAsync();
        }

        server.Component.TrySend(AMessage("young"));
        server.RefusesToConnect = false;
        await server.PassPauseAsync();

        var again = await server.AuthenticateAsync();
        Assert.DoesNotContain("old", await again.UntilAsync("young"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Full_queue_refuses_and_old_stanzas_make_room_for_new_ones()
    {
        var options = new XmppComponentOptions { Domain = "sip.example.org", Secret = "secret", MaxQueuedStanzas = 2 };
        await using var server = new ScriptedServer(options: options);
        await server.AcceptAsync();
        var replies = new List<IqReply>();

        Assert.True(server.Component.TrySend(AMessage("1")));
        Assert.True(server.Component.TrySend(AMessage("2")));
        Assert.False(server.Component.TrySend(AMessage("3")));
        server.Component.SendIq(AnIq("juliet@example.org/b"), TimeSpan.FromSeconds(20), replies.Add);
        Assert.Equal(IqOutcome.Timeout, Assert.Single(replies).Outcome);

        server.Time.Advance(options.MaxQueueAge + TimeSpan.FromSeconds(1));
        Assert.True(server.Component.TrySend(AMessage("4")));
    }

    [Theory] // Prosody ends the whole stream for one such stanza
    [InlineData("romeo@example.org", "juliet@example.org")]
    [InlineData("romeo@sip.example.org.evil", "juliet@example.org")]
    [InlineData("sip.example.org@evil/sip.example.org", "juliet@example.org")]
    [InlineData("romeo@sip.example.org", "")]
    public async Task Stanza_not_from_our_domain_to_somebody_is_not_sent(string from, string to)
    {
        await using var server = new ScriptedServer();

        Assert.False(server.Component.TrySend(new XElement("message", new XAttribute("from", from), new XAttribute("to", to))));
    }

    [Fact] // XEP-0199: half-open connections
    public async Task Silent_server_is_pinged_and_left_when_it_stays_silent()
    {
        await using var server = new ScriptedServer();
        var end = await server.AuthenticateAsync();

        await TicksAsync(server, 4); // the first sees the handshake's octets, the fourth is the third of silence
        var toServer = await end.StanzaAsync("</iq>");
        var toUs = await end.StanzaAsync("</iq>");
        Assert.Equal(("example.org", "sip.example.org"), (toServer.Attribute("to")!.Value, toUs.Attribute("to")!.Value));

        await TicksAsync(server, 1);
        Assert.Contains("silent", await server.EventAsync(), StringComparison.Ordinal);
        await end.UntilClosedAsync();
    }

    [Fact] // an error proves life as well as an answer
    public async Task Server_that_answers_the_ping_with_an_error_is_alive()
    {
        await using var server = new ScriptedServer();
        var end = await server.AuthenticateAsync();
        await TicksAsync(server, 4);
        var ping = await end.StanzaAsync("</iq>");
        await end.SendAsync($"<iq from='example.org' to='sip.example.org' type='error' id='{ping.Attribute("id")!.Value}'><error/></iq>");
        await server.Tapped.Reader.ReadAsync();
        while ((await server.Tapped.Reader.ReadAsync()).Direction == StanzaDirection.Out)
        {
        }

        await TicksAsync(server, 3);

        Assert.True(server.Component.IsUp);
    }

    [Fact] // RFC 6120 section 11.1
    public async Task Forbidden_xml_gets_the_stream_error_and_a_new_stream()
    {
        await using var server = new ScriptedServer();
        var end = await server.AuthenticateAsync();

        await end.SendAsync("<!-- hello -->");

        Assert.Equal("restricted-xml", await server.EventAsync());
        Assert.Contains(
            "<stream:error><restricted-xml xmlns='urn:ietf:params:xml:ns:xmpp-streams'/></stream:error></stream:stream>",
            await end.UntilClosedAsync(),
            StringComparison.Ordinal);
        await server.PassPauseAsync();
        await server.AuthenticateAsync();
    }

    [Fact] // one stanza that meets a mistake of ours must not end the process
    public async Task Mistake_in_reading_ends_the_stream_and_a_new_one_begins()
    {
        await using var server = new ScriptedServer();
        var end = await server.AuthenticateAsync();
        server.Ours!.Mistake = new NotSupportedException("ours");

        await end.SendAsync("<message/>");

        Assert.Equal("internal-server-error", await server.EventAsync());
        await server.PassPauseAsync();
        await server.AuthenticateAsync();
    }

    [Fact]
    public async Task Pauses_grow_to_the_limit_and_never_end()
    {
        await using var server = new ScriptedServer(refusesToConnect: true);

        var pauses = new List<TimeSpan>();
        for (var i = 0; i < 40; i++)
        {
            pauses.Add(await server.PassPauseAsync());
        }

        Assert.All(pauses, pause => Assert.InRange(pause, TimeSpan.Zero, TimeSpan.FromSeconds(30)));
        Assert.True(pauses.Skip(20).Average(pause => pause.TotalSeconds) > 10);
        Assert.True(pauses[0] < TimeSpan.FromSeconds(2));
        Assert.True(pauses.Distinct().Count() > 3, "without jitter all gateways come back at one moment");
    }

    [Fact] // a good stream's loss is mended at once
    public async Task Stream_that_lived_long_is_reopened_without_a_pause()
    {
        await using var server = new ScriptedServer();
        var end = await server.AuthenticateAsync();
        await TicksAsync(server, 2);

        end.Close();
        await server.EventAsync();

        await server.AuthenticateAsync();
    }

    [Fact] // two gateways that drive each other off the server must not spin
    public async Task Stream_that_ends_at_once_is_reopened_after_a_pause()
    {
        await using var server = new ScriptedServer();
        var end = await server.AuthenticateAsync();

        await end.SendAsync("<stream:error><conflict xmlns='urn:ietf:params:xml:ns:xmpp-streams'/></stream:error></stream:stream>");

        Assert.Equal("conflict", await server.EventAsync());
        Assert.True(await server.PassPauseAsync() > TimeSpan.Zero);
        await server.AuthenticateAsync();
    }

    [Fact]
    public async Task Server_that_accepts_and_keeps_silent_is_given_up()
    {
        await using var server = new ScriptedServer();
        var end = await server.AcceptAsync();
        await end.UntilAsync("to='sip.example.org'>");

        server.Time.Advance(TimeSpan.FromSeconds(10));
        await end.UntilClosedAsync();
        await server.PassPauseAsync();

        await server.AuthenticateAsync();
    }

    [Fact] // K-4: the farewells are among them
    public async Task What_was_queued_is_written_before_the_stream_is_closed()
    {
        await using var server = new ScriptedServer();
        var end = await server.AuthenticateAsync();
        for (var i = 0; i < 100; i++)
        {
            server.Component.TrySend(AMessage(string.Create(CultureInfo.InvariantCulture, $"farewell {i}.")));
        }

        await server.StopAsync();

        var last = await end.UntilClosedAsync();
        Assert.Contains("farewell 99.", last, StringComparison.Ordinal);
        Assert.EndsWith("</stream:stream>", last, StringComparison.Ordinal);
        Assert.Equal(0, server.Time.ArmedTimers);
    }

    [Fact]
    public async Task Metrics_count_what_came_went_and_was_refused()
    {
        var seen = new Dictionary<string, double>(StringComparer.Ordinal);
        await using var server = new ScriptedServer(new StanzaRouter().Register(new Ping()));
        using var listener = Listening(server, seen);
        var end = await server.AuthenticateAsync();

        await end.SendAsync("<presence from='juliet@example.org' to='elsewhere.org'/>");
        await end.SendAsync("<iq from='juliet@example.org/b' to='sip.example.org' type='get' id='p1'><ping xmlns='urn:xmpp:ping'/></iq>");
        await end.StanzaAsync("/>");
        await server.Tapped.Reader.ReadAsync();
        await server.Tapped.Reader.ReadAsync();
        await server.Tapped.Reader.ReadAsync();
        listener.RecordObservableInstruments();

        Assert.True(seen["gateway.xmpp.stanzas.in"] >= 2);
        Assert.True(seen["gateway.xmpp.stanzas.out"] >= 1);
        Assert.True(seen["gateway.xmpp.stanzas.refused"] >= 1);
        Assert.True(seen["gateway.xmpp.stream.up"] >= 1);
        Assert.Contains("gateway.xmpp.iq.pending", seen.Keys);
        Assert.Contains("gateway.xmpp.queue.length", seen.Keys);
    }

    /// <summary>Other tests run beside this one with instruments of the same names: what is seen is at least ours.</summary>
    private static MeterListener Listening(ScriptedServer server, Dictionary<string, double> seen)
    {
        var listener = new MeterListener
        {
            InstrumentPublished = (instrument, self) =>
            {
                if (instrument.Meter.Name == "Gateway.Xmpp")
                {
                    self.EnableMeasurementEvents(instrument);
                }
            },
        };
        listener.SetMeasurementEventCallback<long>((instrument, value, _, _) => Add(instrument.Name, value));
        listener.SetMeasurementEventCallback<int>((instrument, value, _, _) => Add(instrument.Name, value));
        listener.Start();
        _ = server;
        return listener;

        void Add(string name, double value)
        {
            lock (seen)
            {
                seen[name] = seen.GetValueOrDefault(name) + value;
            }
        }
    }

    /// <summary>Lets the watchdog's clock tick, once it is armed.</summary>
    private static async Task TicksAsync(ScriptedServer server, int count)
    {
        for (var i = 0; i < count; i++)
        {
            await server.Time.WhenTimersArmed(1).WaitAsync(ScriptedServer.Patience);
            server.Time.Advance(TimeSpan.FromSeconds(10));
        }
    }

    private static XElement AMessage(string body) => new(
        "message",
        new XAttribute("from", "romeo@sip.example.org/phone"),
        new XAttribute("to", "juliet@example.org"),
        new XElement("body", body));

    private static XElement AnIq(string to) => new(
        "iq",
        new XAttribute("type", "set"),
        new XAttribute("from", "romeo@sip.example.org"),
        new XAttribute("to", to),
        new XElement(XNamespace.Get("urn:example:x") + "q"));
}
