using System.Text;
using System.Xml.Linq;
using Gateway.Mapping.Configuration;
using Gateway.Mapping.Tests.Addresses;
using Gateway.Sip.InstantMessages;
using Gateway.Sip.Messages;
using Gateway.Xmpp.Messages;
using Gateway.Xmpp.Stanzas;

namespace Gateway.Mapping.Tests.Messages;

public sealed class MessagesToXmppTests : IDisposable
{
    private const string IdleBody = "<isComposing xmlns='urn:ietf:params:xml:ns:im-iscomposing'><state>idle</state></isComposing>";
    private const string ActiveBody = "<isComposing xmlns='urn:ietf:params:xml:ns:im-iscomposing'><state>active</state></isComposing>";

    private MessageBench _bench = new();

    public void Dispose() => _bench.Dispose();

    private XElement Only => Assert.Single(_bench.Link.Sent);

    [Fact] // M-1, M-2, M-14, N-41: RFC 7572 table 2
    public void A_message_becomes_words_with_subject_language_and_thread()
    {
        Assert.Equal(202, _bench.Receive("Hé <b>", "a&b@10.0.0.7", headers: "Subject: Ball\r\nContent-Language: cs\r\n").Status);

        Assert.Equal("romeo%shakespeare.lit@sip.example.org/sip", Only.Attribute("from")?.Value);
        Assert.Equal("juliet@example.org", Only.Attribute("to")?.Value);
        Assert.Null(Only.Attribute("type"));
        Assert.Equal("cs", Only.Attribute(XNamespace.Xml + "lang")?.Value);
        Assert.Equal(("Ball", "Hé <b>", "a&b@10.0.0.7"), (Only.Element("subject")?.Value, Only.Element("body")?.Value, Only.Element("thread")?.Value));
        Assert.NotNull(Only.Attribute("id"));
    }

    [Fact] // A-2
    public void A_message_to_one_device_goes_there()
    {
        _bench.Receive("hi", to: "sip:juliet@example.org;gr=balcony");
        Assert.Equal("juliet@example.org/balcony", Only.Attribute("to")?.Value);
    }

    [Fact] // A-11: the letter case of the sender comes back to it; M-3: type chat once she chats; N-38
    public void An_answer_goes_back_to_who_wrote_in_the_same_thread()
    {
        _bench.Receive("hi", "call-7");
        _bench.Say(Stanzas.Chat("hello", thread: "call-7"));
        _bench.Receive("how are you", "call-7");

        Assert.Equal("sip:Romeo@shakespeare.lit", Assert.Single(_bench.Phone.Requests).RequestUri.ToString());
        Assert.Equal("call-7", _bench.Phone.Requests[0].Conversation!.CallId);
        Assert.Equal("chat", _bench.Link.Sent[1].Attribute("type")?.Value);
        Assert.Equal("call-7", _bench.Link.Sent[1].Element("thread")?.Value);
    }

    [Fact] // A-10
    public void A_message_comes_from_the_address_that_she_wrote_to()
    {
        _bench.Say(Stanzas.Chat("hello", to: @"romeo\40shakespeare.lit@sip.example.org"));
        _bench.Receive("hi");
        Assert.Equal(@"romeo\40shakespeare.lit@sip.example.org/sip", Only.Attribute("from")?.Value);
    }

    [Theory] // M-16, M-20
    [InlineData("image/png", 415)]
    [InlineData("text/plain;charset=ebcdic", 415)]
    [InlineData("application/im-iscomposing+xml", 400)]
    [InlineData("message/cpim", 400)]
    [InlineData("message/imdn+xml", 202)]
    [InlineData("text/plain;charset=ISO-8859-1", 202)]
    [InlineData(null, 400)]
    public void What_is_not_understood_is_refused_with_what_is(string? type, int status)
    {
        var answer = _bench.Receive("x", type: type);
        Assert.Equal(status, answer.Status);
        if (status == 415)
        {
            Assert.Contains("text/plain", answer.Headers["Accept"], StringComparison.Ordinal);
            Assert.Contains("message/cpim", answer.Headers["Accept"], StringComparison.Ordinal);
        }
    }

    [Fact] // M-4
    public void Formatted_words_come_plain_as_well_and_harmless()
    {
        _bench.Receive("<p>Hi <b onclick='x()'>there</b><script>alert(1)</script><a href='javascript:x'>y</a></p>", type: "text/html");

        Assert.Contains("Hi there", Only.Element("body")?.Value, StringComparison.Ordinal);
        var html = Only.Element(XName.Get("html", "http://jabber.org/protocol/xhtml-im"))!.ToString();
        Assert.DoesNotContain("script", html, StringComparison.Ordinal);
        Assert.DoesNotContain("onclick", html, StringComparison.Ordinal);
    }

    [Fact] // M-16
    public void Of_alternatives_the_plain_one_is_the_body()
    {
        _bench.Receive(
            "--b\r\nContent-Type: text/plain\r\n\r\nplain\r\n--b\r\nContent-Type: text/html\r\n\r\n<i>html</i>\r\n--b--\r\n",
            type: "multipart/alternative;boundary=b");
        Assert.Equal("plain", Only.Element("body")?.Value);
        Assert.NotNull(Only.Element(XName.Get("html", "http://jabber.org/protocol/xhtml-im")));
    }

    [Fact] // M-20: one of these would end the component's stream
    public void Characters_that_xml_cannot_carry_are_replaced()
    {
        _bench.Receive("a\u0000b\u001Bc\uFFFEd");
        Assert.Equal("a\uFFFDb\uFFFDc\uFFFDd", Only.Element("body")?.Value);
    }

    [Theory] // M-13
    [InlineData("Expires: 60\r\nDate: Sun, 01 Mar 2026 11:58:00 GMT\r\n", 0)]
    [InlineData("Expires: 600\r\nDate: Sun, 01 Mar 2026 11:58:00 GMT\r\n", 1)]
    [InlineData("Expires: 0\r\n", 1)]
    public void A_message_that_came_too_late_is_accepted_and_dropped(string headers, int shown)
    {
        Assert.Equal(202, _bench.Receive("x", headers: headers).Status);
        Assert.Equal(shown, _bench.Link.Sent.Count);
    }

    [Fact] // the same permissions as calls; N-47
    public void Strangers_write_to_local_users_only()
    {
        Assert.Equal(403, _bench.Receive("x", source: Plans.Stranger, to: "sip:nurse%40example.com@198.51.100.7").Status);
        Assert.Equal(202, _bench.Receive("x", source: Plans.Stranger, from: "<sip:a@example.com>").Status);
        Assert.Equal(403, _bench.Receive("x", source: Plans.Stranger, from: "<sip:romeo@shakespeare.lit>").Status); // a trunk's domain
        Assert.Equal(404, _bench.Receive("x", to: "sip:nobody@unknown.example").Status);
        Assert.Single(_bench.Link.Sent);
    }

    [Fact] // U-43
    public void While_there_is_no_way_to_XMPP_the_phone_is_asked_to_wait()
    {
        _bench.Link.IsUp = false;
        var answer = _bench.Receive("x");
        Assert.Equal((503, "10"), (answer.Status, answer.Headers["Retry-After"]));
        Assert.Empty(_bench.Link.Sent);

        (_bench.Link.IsUp, _bench.Link.IsFull) = (true, true);
        Assert.Equal(503, _bench.Receive("x").Status);
    }

    [Fact] // C-5, C-6, C-30: C-5 forbids states to who has not sent any
    public void Typing_is_shown_to_who_sends_states_and_ends_by_itself()
    {
        Assert.Equal(200, Typing(ActiveBody));
        Assert.Empty(_bench.Link.Sent);

        _bench.Say(Stanzas.Chat("hello", inner: "<active xmlns='http://jabber.org/protocol/chatstates'/>"));
        Typing(ActiveBody);
        Typing(ActiveBody); // a refresh
        Assert.Equal(["composing"], Shown());
        _bench.Time.Advance(TimeSpan.FromSeconds(119));
        Assert.Equal(["composing"], Shown());
        _bench.Time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(["composing", "paused"], Shown());

        Typing(ActiveBody);
        Typing(IdleBody);
        Assert.Equal(["composing", "paused", "composing", "active"], Shown());
        Typing(ActiveBody);
        _bench.Receive("words");
        _bench.Time.Advance(TimeSpan.FromMinutes(5));
        Assert.Equal(["composing", "paused", "composing", "active", "composing", "active"], Shown()); // with the words, and nothing after
        Assert.Equal(0, _bench.Time.ArmedTimers);

        int Typing(string body) => _bench.Receive(body, type: "application/im-iscomposing+xml").Status;

        IEnumerable<string> Shown() => _bench.Link.Sent.SelectMany(stanza => stanza.Elements())
            .Where(child => child.Name.Namespace == ChatStates.Namespace).Select(child => child.Name.LocalName);
    }

    [Fact] // C-5
    public void Who_answers_without_a_state_gets_none_any_more()
    {
        _bench.Say(Stanzas.Chat("one"));
        _bench.Receive("first");
        Assert.NotNull(_bench.Link.Sent[0].Element(ChatStates.Namespace + "active"));
        _bench.Say(Stanzas.Chat("two"));
        _bench.Receive("second");
        Assert.Null(_bench.Link.Sent[1].Element(ChatStates.Namespace + "active"));
    }

    [Fact] // M-17
    public void A_phone_that_asks_for_notifications_gets_them_from_receipts()
    {
        _bench.Dispose();
        _bench = new MessageBench(new MessageOptions { Chat = ChatMode.Page, Notifications = true });
        var wrapper = new CpimMessage(SipBody.OfText("text/plain", "hi"))
        {
            From = "<im:forged@bank.example>", MessageId = "abc", Notifications = ["positive-delivery", "display"],
        };
        _bench.Receive("", type: "message/cpim", body: wrapper.ToBody().Content.ToArray());
        var id = Only.Attribute("id")!.Value;
        Assert.NotNull(Only.Element(Receipts.Namespace + "request"));
        Assert.NotNull(Only.Element(ChatMarkers.Namespace + "markable"));
        Assert.Equal("romeo%shakespeare.lit@sip.example.org/sip", Only.Attribute("from")?.Value); // M-16: the wrapper is a claim

        _bench.Say(Stanzas.Bare($"<received xmlns='urn:xmpp:receipts' id='{id}'/>"));
        _bench.Say(Stanzas.Bare($"<displayed xmlns='urn:xmpp:chat-markers:0' id='{id}'/>"));
        Assert.Equal([ImdnKind.Delivered, ImdnKind.Displayed], _bench.Phone.Requests.Select(request =>
            CpimMessage.TryParse(request.Body!.Content, out var read) && ImdnNotification.TryParse(read.Content.Content, out var told)
                && told.MessageId == "abc" ? told.Kind : throw new FormatException()));
    }

    [Fact] // M-11, M-14: it cannot be reported, and is not answered
    public void A_message_that_bounces_is_counted_and_no_more()
    {
        _bench.Receive("x");
        var id = Only.Attribute("id")!.Value;
        var bounce = Stanzas.Read($"<message type='error' id='{id}' from='{Stanzas.Juliet}' to='{Stanzas.Romeo}/sip'><error type='cancel'><service-unavailable xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></message>");
        _bench.Service.OnMessageError(bounce, bounce.Error!);

        Assert.Single(_bench.Link.Sent);
        Assert.Empty(_bench.Phone.Requests);
    }

    [Fact]
    public void A_phone_that_writes_too_much_is_asked_to_wait()
    {
        _bench.Dispose();
        _bench = new MessageBench(new MessageOptions { PerMinute = 1 });
        Assert.Equal(202, _bench.Receive("x").Status);
        var answer = _bench.Receive("x");
        Assert.Equal(480, answer.Status);
        Assert.True(answer.Headers.ContainsKey("Retry-After"));
    }
}
