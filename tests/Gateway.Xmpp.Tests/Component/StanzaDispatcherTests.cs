using System.Xml.Linq;
using Gateway.Xmpp.Addresses;
using Gateway.Xmpp.Component;
using Gateway.Xmpp.Routing;
using Gateway.Xmpp.Stanzas;

namespace Gateway.Xmpp.Tests.Component;

public sealed class StanzaDispatcherTests
{
    private const string Addresses = "from='juliet@example.org/balcony' to='romeo@sip.example.org/phone'";

    private static readonly XNamespace Ns = "urn:example:x";

    [Fact] // K-3
    public void Unknown_request_is_answered_service_unavailable_from_the_address_that_was_asked()
    {
        using var routed = new RoutedStanzas(new StanzaRouter()).Receive($"<iq {Addresses} type='get' id='1'><q xmlns='urn:unknown'/></iq>");

        Assert.Equal(("error", "service-unavailable"), routed.TheAnswer());
        Assert.Equal("romeo@sip.example.org/phone", routed.Sent[0].Attribute("from")!.Value);
        Assert.Equal("juliet@example.org/balcony", routed.Sent[0].Attribute("to")!.Value);
        Assert.Equal("1", routed.Sent[0].Attribute("id")!.Value);
    }

    [Fact]
    public void Handler_that_throws_is_answered_internal_server_error()
    {
        using var routed = new RoutedStanzas(new StanzaRouter().OnIqSet(Ns, (_, _) => throw new InvalidOperationException()))
            .Receive($"<iq {Addresses} type='set' id='1'><q xmlns='urn:example:x'/></iq>");

        Assert.Equal(("error", "internal-server-error"), routed.TheAnswer());
    }

    public static TheoryData<StanzaResult, string, string?> Results() => new()
    {
        { StanzaResult.Done, "result", null },
        { StanzaResult.Reply(), "result", null },
        { StanzaResult.Reply(new XElement(Ns + "a")), "result", "a" },
        { StanzaResult.Pass, "error", "service-unavailable" },
        { StanzaResult.Error(StanzaErrorCondition.Forbidden), "error", "forbidden" },
    };

    [Theory]
    [MemberData(nameof(Results))]
    public void Every_result_of_a_handler_is_one_answer(StanzaResult result, string type, string? what)
    {
        using var routed = new RoutedStanzas(new StanzaRouter().OnIqGet(Ns, (_, _) => result))
            .Receive($"<iq {Addresses} type='get' id='1'><q xmlns='urn:example:x'/></iq>");

        Assert.Equal((type, what), routed.TheAnswer());
    }

    [Fact]
    public void Handler_of_a_name_wins_over_that_of_its_namespace_and_get_over_set()
    {
        using var routed = new RoutedStanzas(new StanzaRouter()
                .OnIqGet(Ns, (_, _) => StanzaResult.Reply(new XElement(Ns + "namespace")))
                .OnIqSet(Ns, (_, _) => StanzaResult.Reply(new XElement(Ns + "set")))
                .OnIqGet(Ns + "q", (_, _) => StanzaResult.Reply(new XElement(Ns + "name"))))
            .Receive($"<iq {Addresses} type='get' id='1'><q xmlns='urn:example:x'/></iq>")
            .Receive($"<iq {Addresses} type='get' id='2'><r xmlns='urn:example:x'/></iq>")
            .Receive($"<iq {Addresses} type='set' id='3'><q xmlns='urn:example:x'/></iq>");

        Assert.Equal<string>(["name", "namespace", "set"], routed.Sent.Select(sent => sent.Elements().Single().Name.LocalName));
    }

    [Theory] // RFC 6120 section 8.2.3
    [InlineData("<iq {0} type='get' id='1'/>")]
    [InlineData("<iq {0} type='set' id='1'><a xmlns='urn:a'/><b xmlns='urn:b'/></iq>")]
    [InlineData("<iq {0} type='get'><a xmlns='urn:a'/></iq>")]
    [InlineData("<iq {0} type='push' id='1'><a xmlns='urn:a'/></iq>")]
    [InlineData("<iq {0} id='1'><a xmlns='urn:a'/></iq>")]
    public void Malformed_request_is_answered_bad_request(string iq)
    {
        using var routed = new RoutedStanzas(new StanzaRouter()).Receive(iq.Replace("{0}", Addresses, StringComparison.Ordinal));

        Assert.Equal(("error", "bad-request"), routed.TheAnswer());
    }

    [Theory] // RFC 6120 section 8.3.1: no answer to an answer, or two servers would talk for ever
    [InlineData("<iq from='juliet@example.org' to='sip.example.org' type='result' id='9'/>")]
    [InlineData("<iq from='juliet@example.org' to='sip.example.org' type='error' id='9'><error/></iq>")]
    [InlineData("<message from='juliet@example.org' to='sip.example.org' type='error'><body>x</body><error/></message>")]
    [InlineData("<presence from='juliet@example.org' to='sip.example.org' type='error'><error/></presence>")]
    [InlineData("<message from='juliet@example.org' to='sip.example.org' type='headline'><body>x</body></message>")]
    [InlineData("<message from='juliet@example.org' to='sip.example.org'><received xmlns='urn:xmpp:receipts' id='1'/></message>")]
    public void Answers_and_notices_are_never_answered(string stanza)
    {
        using var routed = new RoutedStanzas(new StanzaRouter()).Receive(stanza);

        Assert.Empty(routed.Sent);
    }

    [Theory] // XEP-0114 section 3: every stanza has from and to, the latter in our domain
    [InlineData("<iq to='sip.example.org' type='get' id='1'><a xmlns='urn:a'/></iq>")]
    [InlineData("<iq from='juliet@example.org' type='get' id='1'><a xmlns='urn:a'/></iq>")]
    [InlineData("<iq from='a@b@c' to='sip.example.org' type='get' id='1'><a xmlns='urn:a'/></iq>")]
    [InlineData("<iq from='juliet@example.org' to='a b@sip.example.org' type='get' id='1'><a xmlns='urn:a'/></iq>")]
    [InlineData("<iq from='juliet@example.org' to='romeo@elsewhere.org' type='get' id='1'><a xmlns='urn:a'/></iq>")]
    [InlineData("<message from='juliet@example.org' to='romeo@example.org'><body>x</body></message>")]
    [InlineData("<other from='juliet@example.org' to='sip.example.org'/>")]
    public void Misaddressed_stanza_is_refused_in_silence(string stanza)
    {
        using var routed = new RoutedStanzas(new StanzaRouter()).Receive(stanza);

        Assert.Empty(routed.Sent);
    }

    [Fact] // nothing is lost silently
    public void Words_that_nobody_takes_come_back()
    {
        using var routed = new RoutedStanzas(new StanzaRouter()).Receive($"<message {Addresses} type='chat' id='m'><body>x</body></message>");

        Assert.Equal(("error", "service-unavailable"), routed.TheAnswer());
    }

    [Fact]
    public void First_payload_whose_handler_takes_the_message_wins()
    {
        var seen = new List<string>();
        var router = new StanzaRouter()
            .OnMessage("urn:a", (_, payload) => Note(payload, StanzaResult.Pass))
            .OnMessage("urn:b", (_, payload) => Note(payload, StanzaResult.Done))
            .OnMessage("urn:c", (_, payload) => Note(payload, StanzaResult.Done))
            .OnPlainMessage(_ => throw new InvalidOperationException());
        using var routed = new RoutedStanzas(router).Receive(
            $"<message {Addresses}><z xmlns='urn:z'/><a xmlns='urn:a'/><b xmlns='urn:b'/><c xmlns='urn:c'/></message>");

        Assert.Equal<string>(["a", "b"], seen);
        Assert.Empty(routed.Sent);

        StanzaResult Note(XElement payload, StanzaResult result)
        {
            seen.Add(payload.Name.LocalName);
            return result;
        }
    }

    [Fact] // J-16, M-9: bounces drive the state machines
    public void Bounce_reaches_every_error_handler_with_its_error_read()
    {
        var seen = new List<StanzaError>();
        var router = new StanzaRouter()
            .OnMessageError((_, _) => throw new InvalidOperationException("must not keep it from the next"))
            .OnMessageError((_, error) => seen.Add(error));
        using var routed = new RoutedStanzas(router).Receive(
            $"<message {Addresses} type='error' id='jm-propose-1'><error type='cancel'>"
            + "<service-unavailable xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/>"
            + "<text xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'>gone fishing</text><why xmlns='urn:example:x'/></error></message>");

        Assert.Equal(
            new StanzaError(StanzaErrorCondition.ServiceUnavailable, "gone fishing", "cancel", Ns + "why"), Assert.Single(seen));
        Assert.Empty(routed.Sent);
    }

    [Fact]
    public void Presence_reaches_every_handler()
    {
        var seen = new List<PresenceKind>();
        using var routed = new RoutedStanzas(new StanzaRouter().OnPresence(p => seen.Add(p.Kind)).OnPresence(p => seen.Add(p.Kind)))
            .Receive($"<presence {Addresses} type='probe'/>").Receive($"<presence {Addresses}/>").Receive($"<presence {Addresses} type='?'/>");

        Assert.Equal<PresenceKind>(
            [
                PresenceKind.Probe, PresenceKind.Probe, PresenceKind.Available, PresenceKind.Available, PresenceKind.Unknown,
                PresenceKind.Unknown,
            ],
            seen);
    }

    [Fact]
    public void Deferred_request_is_answered_when_its_responder_is()
    {
        IqResponder? responder = null;
        using var routed = new RoutedStanzas(new StanzaRouter().OnIqSet(Ns, (_, _) => StanzaResult.Deferred(out responder)))
            .Receive($"<iq {Addresses} type='set' id='1'><q xmlns='urn:example:x'/></iq>");
        Assert.Empty(routed.Sent);

        Assert.True(responder!.Reply());
        Assert.False(responder.Error(StanzaErrorCondition.Conflict));

        Assert.Equal(("result", null), routed.TheAnswer());
        Assert.Equal(0, routed.Time.ArmedTimers);
    }

    [Fact]
    public void Deferred_request_may_be_answered_before_its_handler_returns()
    {
        using var routed = new RoutedStanzas(new StanzaRouter().OnIqSet(Ns, (_, _) =>
        {
            var result = StanzaResult.Deferred(out var responder);
            responder.Error(StanzaErrorCondition.Conflict);
            return result;
        })).Receive($"<iq {Addresses} type='set' id='1'><q xmlns='urn:example:x'/></iq>");

        Assert.Equal(("error", "conflict"), routed.TheAnswer());
    }

    [Fact] // K-3: exactly once, whatever happens
    public void Deferred_request_that_nobody_answers_is_answered_with_an_error()
    {
        IqResponder? responder = null;
        using var routed = new RoutedStanzas(new StanzaRouter().OnIqSet(Ns, (_, _) => StanzaResult.Deferred(out responder)))
            .Receive($"<iq {Addresses} type='set' id='1'><q xmlns='urn:example:x'/></iq>");

        routed.Time.Advance(IqResponder.DefaultPatience);

        Assert.Equal(("error", "remote-server-timeout"), routed.TheAnswer());
        Assert.False(responder!.Reply());
    }

    [Fact] // RFC 6120 section 8.1.2.1
    public void Answer_counts_only_from_who_was_asked_and_only_once()
    {
        using var routed = new RoutedStanzas(new StanzaRouter());
        var replies = new List<IqReply>();
        var id = Ask(routed, replies);

        routed.Receive($"<iq from='mallory@example.org/x' to='sip.example.org' type='result' id='{id}'/>");
        routed.Receive($"<iq from='juliet@example.org' to='sip.example.org' type='result' id='{id}'/>");
        routed.Receive($"<iq from='juliet@example.org/balcony' to='romeo@sip.example.org' type='result' id='{id}'/>");
        Assert.Empty(replies);

        routed.Receive($"<iq from='juliet@example.org/balcony' to='sip.example.org' type='result' id='{id}'><q xmlns='urn:example:x'/></iq>");
        routed.Receive($"<iq from='juliet@example.org/balcony' to='sip.example.org' type='error' id='{id}'/>");

        var reply = Assert.Single(replies);
        Assert.Equal((IqOutcome.Result, Ns + "q"), (reply.Outcome, reply.Payload?.Name));
        Assert.Equal(0, routed.Requests.Count);
        Assert.Equal(0, routed.Time.ArmedTimers);
    }

    [Fact]
    public void Error_answer_carries_its_condition()
    {
        using var routed = new RoutedStanzas(new StanzaRouter());
        var replies = new List<IqReply>();
        var id = Ask(routed, replies);

        routed.Receive($"<iq from='juliet@example.org/balcony' to='sip.example.org' type='error' id='{id}'><error type='wait'>"
            + "<resource-constraint xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></iq>");

        Assert.Equal(
            new IqReply(IqOutcome.Error, null, new StanzaError(StanzaErrorCondition.ResourceConstraint, null, "wait")),
            Assert.Single(replies));
    }

    [Fact]
    public void Silence_is_a_timeout_and_the_late_answer_is_refused()
    {
        using var routed = new RoutedStanzas(new StanzaRouter());
        var replies = new List<IqReply>();
        var id = Ask(routed, replies);

        routed.Time.Advance(TimeSpan.FromSeconds(10));
        routed.Receive($"<iq from='juliet@example.org/balcony' to='sip.example.org' type='result' id='{id}'/>");

        Assert.Equal(IqOutcome.Timeout, Assert.Single(replies).Outcome);
    }

    [Fact]
    public void Callback_that_throws_does_not_end_the_stream()
    {
        using var routed = new RoutedStanzas(new StanzaRouter());
        var id = routed.Requests.Add(
            new XElement("iq"), Jid.Parse("juliet@example.org"), Jid.Parse("sip.example.org"), TimeSpan.FromSeconds(1),
            _ => throw new InvalidOperationException()).Id;

        routed.Receive($"<iq from='juliet@example.org' to='sip.example.org' type='result' id='{id}'/>");

        Assert.Equal(1, routed.CallbackFailures);
    }

    private static string Ask(RoutedStanzas routed, List<IqReply> replies) => routed.Requests.Add(
        new XElement("iq"),
        Jid.Parse("juliet@example.org/balcony"),
        Jid.Parse("sip.example.org"),
        TimeSpan.FromSeconds(10),
        replies.Add).Id;
}
