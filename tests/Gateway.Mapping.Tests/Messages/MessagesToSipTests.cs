using System.Text;
using System.Xml.Linq;
using Gateway.Mapping.Chats;
using Gateway.Mapping.Configuration;
using Gateway.Mapping.State;
using Gateway.Sip.InstantMessages;
using Gateway.Sip.Messages;
using Gateway.Sip.UserAgent;
using Gateway.Xmpp.Messages;
using Gateway.Xmpp.Routing;
using Gateway.Xmpp.Stanzas;

namespace Gateway.Mapping.Tests.Messages;

public sealed class MessagesToSipTests : IDisposable
{
    private const string Request = "<request xmlns='urn:xmpp:receipts'/>";
    private const string Composing = "<composing xmlns='http://jabber.org/protocol/chatstates'/>";
    private const string Paused = "<paused xmlns='http://jabber.org/protocol/chatstates'/>";

    private MessageBench _bench = new();

    public void Dispose() => _bench.Dispose();

    [Fact] // R-40: keys typed during a call are pressed, and neither sent on nor remembered
    public void Keys_typed_during_a_call_are_no_message()
    {
        _bench.Digits.IsInCall = true;
        Assert.Equal(StanzaResult.Done, _bench.Say(Stanzas.Chat("12#")));
        Assert.Equal([$"{Stanzas.Juliet} {Stanzas.Romeo} 12#"], _bench.Digits.Dialled);
        Assert.Empty(_bench.Phone.Requests);

        _bench.Digits.IsInCall = false;
        _bench.Say(Stanzas.Chat("12#"));
        Assert.Equal("12#", Assert.Single(_bench.Phone.Requests).Body!.Text);
    }

    [Fact] // M-1, M-6, M-8: RFC 7572 table 1
    public void Words_become_a_message_with_subject_language_and_thread()
    {
        Assert.Equal(StanzaResult.Done, _bench.Say(Stanzas.Read(
            $"<message from='{Stanzas.Juliet}' to='{Stanzas.Romeo}' xml:lang='cs'><subject>Ples</subject><body xml:lang='en'>Hi</body><body>Ahoj</body><body xml:lang='cs'>Nazdar</body><thread>a b</thread></message>")));

        var sent = Assert.Single(_bench.Phone.Requests);
        Assert.Equal(SipMethod.Message, sent.Method);
        Assert.Equal("sip:romeo@shakespeare.lit", sent.RequestUri.ToString());
        Assert.Equal("sip:juliet@example.org", sent.From.Uri.ToString());
        Assert.Equal("sip:pbx.example.net:5070;transport=tcp", sent.NextHop?.ToString());
        Assert.Equal("Nazdar", sent.Body!.Text);
        Assert.Equal("text/plain;charset=UTF-8", sent.Body.ContentType);
        Assert.Equal("a%20b", sent.Conversation!.CallId); // N-40
        Assert.Equal(1300, sent.MaxBytes); // M-5
        Assert.Contains(new KeyValuePair<string, string>("Subject", "Ples"), sent.ExtraHeaders);
        Assert.Contains(new KeyValuePair<string, string>("Content-Language", "cs"), sent.ExtraHeaders);
        Assert.Contains(sent.ExtraHeaders, header => header.Key == "P-Asserted-Identity");
        Assert.Empty(_bench.Link.Sent);
    }

    [Theory] // M-4, RFC 7572 section 7: in the type that is theirs, harmless, and plain after a refusal
    [InlineData("<p>Hi <b>there</b></p>", "text/html", "text/html;charset=UTF-8")]
    [InlineData("--b\r\nContent-Type: text/plain\r\n\r\nHi\r\n--b\r\nContent-Type: text/html\r\n\r\n<i>Hi</i>\r\n--b--\r\n", "multipart/alternative;boundary=b", "multipart/alternative")]
    public void Who_writes_formatted_words_is_written_formatted_words(string theirs, string type, string ours)
    {
        const string Html = "<html xmlns='http://jabber.org/protocol/xhtml-im'><body xmlns='http://www.w3.org/1999/xhtml'><p>Wherefore <em onclick='x()'>art</em><script>y</script> thou</p></body></html>";
        _bench.Say(Stanzas.Chat("Wherefore art thou", inner: Html));
        Assert.Equal("text/plain;charset=UTF-8", Assert.Single(_bench.Phone.Requests).Body!.ContentType); // nothing is known of him

        _bench.Receive(theirs, type: type);
        _bench.Say(Stanzas.Chat("Wherefore art thou", inner: Html));
        var sent = _bench.Phone.Requests[1].Body!;
        Assert.StartsWith(ours, sent.ContentType, StringComparison.Ordinal);
        Assert.Contains("<em>art</em>", AlternativeBody.Find(sent, "text/html")!.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("script", sent.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("onclick", sent.Text, StringComparison.Ordinal);

        _bench.Phone.Answers = request => new SipResult(request.Body!.MediaType == "text/plain" ? 200 : 415, "Reason", false);
        _bench.Say(Stanzas.Chat("Deny thy father", inner: Html));
        _bench.Say(Stanzas.Chat("and refuse thy name", inner: Html));
        Assert.Equal(
            [sent.MediaType, "text/plain", "text/plain"], _bench.Phone.Requests.Skip(2).Select(request => request.Body!.MediaType));
        Assert.DoesNotContain(_bench.Link.Sent, stanza => stanza.Attribute("type")?.Value == "error");
    }

    [Fact] // M-5: formatted words that do not fit go plain
    public void Formatted_words_that_are_too_long_go_plain()
    {
        _bench.Receive("<p>Hi</p>", type: "text/html");
        _bench.Phone.Answers = request => request.Body!.MediaType == "text/html"
            ? new SipResult(513, "Message Too Large", true) { RequestBytes = 1400 }
            : new SipResult(200, "OK", false);
        _bench.Say(Stanzas.Chat(
            "Wherefore", inner: "<html xmlns='http://jabber.org/protocol/xhtml-im'><body xmlns='http://www.w3.org/1999/xhtml'><p>Wherefore</p></body></html>"));

        Assert.Equal(["text/html", "text/plain"], _bench.Phone.Requests.Select(request => request.Body!.MediaType));
        Assert.DoesNotContain(_bench.Link.Sent, stanza => stanza.Attribute("type")?.Value == "error");
    }

    [Fact] // M-7
    public void Messages_of_one_thread_are_one_conversation()
    {
        _bench.Say(Stanzas.Chat("one", thread: "t"));
        _bench.Say(Stanzas.Chat("two", thread: "t"));
        _bench.Say(Stanzas.Chat("three", thread: "u"));

        Assert.Same(_bench.Phone.Requests[0].Conversation, _bench.Phone.Requests[1].Conversation);
        Assert.NotSame(_bench.Phone.Requests[0].Conversation, _bench.Phone.Requests[2].Conversation);
    }

    [Theory] // M-10
    [InlineData("chat", "<sent xmlns='urn:xmpp:carbons:2'/>")]
    [InlineData("chat", "<result xmlns='urn:xmpp:mam:2'/>")]
    [InlineData("headline", "")]
    [InlineData("chat", "<subject>only</subject>")]
    [InlineData("chat", "<active xmlns='http://jabber.org/protocol/chatstates'/>")]
    [InlineData("chat", "<received xmlns='urn:xmpp:receipts' id='unknown'/>")]
    public void What_says_nothing_becomes_no_message(string type, string inner)
    {
        Assert.Equal(StanzaResult.Done, _bench.Say(Stanzas.Bare(inner, type)));
        Assert.Equal(StanzaResult.Done, _bench.Say(Stanzas.Bare("<body/>" + inner, type)));
        Assert.Empty(_bench.Phone.Requests);
    }

    [Theory]
    [InlineData("<message from='juliet@example.org/b' to='romeo%shakespeare.lit@sip.example.org' type='groupchat'><body>x</body></message>", StanzaErrorCondition.ServiceUnavailable)] // M-10
    [InlineData("<message from='juliet@example.org/b' to='sip.example.org'><body>x</body></message>", StanzaErrorCondition.ServiceUnavailable)]
    [InlineData("<message from='thief@example.com/b' to='romeo%shakespeare.lit@sip.example.org'><body>x</body></message>", StanzaErrorCondition.Forbidden)]
    [InlineData("<message from='juliet@example.org/b' to='nobody%example.org@sip.example.org'><body>x</body></message>", StanzaErrorCondition.PolicyViolation)] // U-41
    [InlineData("<message from='juliet@example.org/b' to='romeo%shakespeare.lit@sip.example.org'><body>x</body><thread>1</thread><thread>2</thread></message>", StanzaErrorCondition.BadRequest)] // N-45
    [InlineData("<message from='juliet@example.org/b' to='romeo%shakespeare.lit@sip.example.org'><body>x</body><delay xmlns='urn:xmpp:delay' stamp='2020-01-01T00:00:00Z'/></message>", StanzaErrorCondition.RemoteServerTimeout)] // M-10
    public void What_cannot_go_on_is_refused_at_once(string xml, StanzaErrorCondition condition)
    {
        var result = Assert.IsType<StanzaResult.Refusal>(_bench.Say(Stanzas.Read(xml)));
        Assert.Equal(condition, result.Fault.Condition);
        Assert.Empty(_bench.Phone.Requests);
    }

    [Theory] // M-12: a receipt on 200 only
    [InlineData(200, 1)]
    [InlineData(202, 0)]
    public void Only_a_confirmed_message_has_a_receipt(int status, int receipts)
    {
        _bench.Phone.Answers = _ => new SipResult(status, "", false);
        _bench.Say(Stanzas.Chat("hello", id: "m1", inner: Request));

        Assert.Equal(receipts, _bench.Link.Sent.Count);
        if (receipts == 1)
        {
            var receipt = _bench.Link.Sent[0];
            Assert.Equal("m1", receipt.Element(Receipts.Namespace + "received")?.Attribute("id")?.Value);
            Assert.Equal((Stanzas.Romeo, Stanzas.Juliet), (receipt.Attribute("from")?.Value, receipt.Attribute("to")?.Value));
        }
    }

    [Theory] // M-9, E-8, E-10
    [InlineData(404, "item-not-found", "cancel")]
    [InlineData(403, "forbidden", "auth")]
    [InlineData(415, "not-acceptable", "modify")]
    [InlineData(486, "recipient-unavailable", "wait")]
    [InlineData(607, "policy-violation", "modify")]
    public void A_refusal_comes_back_with_the_id_of_the_message(int status, string condition, string type)
    {
        _bench.Phone.Answers = _ => new SipResult(status, "No", false);
        _bench.Say(Stanzas.Chat("hello", id: "m1"));

        var error = Assert.Single(_bench.Link.Sent);
        Assert.Equal(
            ("m1", "error", Stanzas.Romeo, Stanzas.Juliet),
            (error.Attribute("id")!.Value, error.Attribute("type")!.Value, error.Attribute("from")!.Value, error.Attribute("to")!.Value));
        Assert.Equal(type, error.Element("error")!.Attribute("type")!.Value);
        Assert.Equal(condition, error.Element("error")!.Elements().First().Name.LocalName);
        Assert.Contains($"SIP {status}", error.Value, StringComparison.Ordinal);
    }

    [Fact] // nothing vanishes, order is kept: what follows waits
    public async Task A_phone_that_returns_gets_everything_in_order()
    {
        var isAway = true;
        _bench.Phone.Answers = _ => isAway ? new SipResult(480, "Away", false) : new SipResult(200, "OK", false);
        foreach (var text in (string[])["one", "two", "three"])
        {
            _bench.Say(Stanzas.Chat(text));
        }

        await AdvanceAsync(() => _bench.Phone.Requests.Count >= 3);
        Assert.All(_bench.Phone.Texts, text => Assert.Equal("one", text));
        isAway = false;
        await AdvanceAsync(() => _bench.Service.Waiting == 0);

        Assert.Equal(["one", "two", "three"], _bench.Phone.Texts.Distinct());
        Assert.Empty(_bench.Link.Sent);
    }

    [Theory]
    [InlineData(408, "remote-server-timeout")]
    [InlineData(480, "recipient-unavailable")]
    [InlineData(503, "internal-server-error")]
    public async Task A_phone_that_does_not_return_gives_an_error_at_the_deadline(int status, string condition)
    {
        _bench.Phone.Answers = _ => new SipResult(status, "Away", false);
        var began = _bench.Time.GetUtcNow();
        _bench.Say(Stanzas.Chat("hello", id: "m1"));
        await AdvanceAsync(() => _bench.Service.Waiting == 0);

        Assert.Equal(condition, Assert.Single(_bench.Link.Sent).Element("error")!.Elements().First().Name.LocalName);
        Assert.InRange(_bench.Time.GetUtcNow() - began, TimeSpan.FromSeconds(90), TimeSpan.FromMinutes(2));
        Assert.InRange(_bench.Phone.Requests.Count, 8, 15);
    }

    [Fact] // RFC 3261 section 20.33
    public async Task The_time_that_the_phone_asks_for_is_given()
    {
        var answers = new Queue<SipResult>([new SipResult(503, "Busy", false) { RetryAfter = 40 }, new SipResult(200, "OK", false)]);
        _bench.Phone.Answers = _ => answers.Dequeue();
        _bench.Say(Stanzas.Chat("hello"));
        await Gateway.Testing.Eventually.HoldsAsync(() => _bench.Time.NextTimerIn is not null);

        Assert.Equal(TimeSpan.FromSeconds(40), _bench.Time.NextTimerIn);
        _bench.Time.Advance(TimeSpan.FromSeconds(40));
        await Gateway.Testing.Eventually.HoldsAsync(() => _bench.Service.Waiting == 0);
        Assert.Equal(2, _bench.Phone.Requests.Count);
    }

    [Fact] // a stop in the middle of the waiting
    public async Task What_waits_at_the_end_comes_back_to_its_sender()
    {
        _bench.Phone.Answers = _ => new SipResult(480, "Away", false);
        _bench.Say(Stanzas.Chat("one", id: "m1"));
        _bench.Say(Stanzas.Chat("two", id: "m2"));
        _bench.Service.BeginDrain();
        Assert.IsType<StanzaResult.Refusal>(_bench.Say(Stanzas.Chat("three")));

        _bench.Service.HangUpAll();
        await _bench.Service.WhenEmptyAsync(default);
        Assert.Equal(["m1", "m2"], _bench.Link.Sent.Select(stanza => stanza.Attribute("id")!.Value));
    }

    [Fact] // M-5
    public void Long_words_are_split_in_order_and_the_last_part_counts()
    {
        const int Overhead = 400;
        var text = string.Concat(Enumerable.Range(0, 700).Select(i => $"wörd{i} "));
        _bench.Phone.Answers = request => Overhead + request.Body!.Content.Length is > 1300 and var size
            ? new SipResult(513, "", IsLocal: true) { RequestBytes = size }
            : new SipResult(200, "OK", false);
        _bench.Say(Stanzas.Chat(text, id: "m1", inner: "<subject>s</subject>" + Request));

        var parts = _bench.Phone.Requests.Skip(1).ToList();
        Assert.Equal(text, string.Concat(parts.Select(part => part.Body!.Text)));
        Assert.All(parts, part => Assert.InRange(part.Body!.Content.Length, 1, 900));
        Assert.Equal(1, parts.Count(part => part.ExtraHeaders.Any(header => header.Key == "Subject")));
        Assert.Single(_bench.Link.Sent); // one receipt
    }

    [Fact] // M-5: RFC 7572 section 6
    public void Long_words_are_refused_where_that_is_wished()
    {
        Use(new MessageOptions { Chat = ChatMode.Page, LongMessages = LongMessages.Refuse });
        _bench.Phone.Answers = _ => new SipResult(513, "", IsLocal: true) { RequestBytes = 2000 };
        _bench.Say(Stanzas.Chat(new string('x', 1500)));

        Assert.Equal("policy-violation", Assert.Single(_bench.Link.Sent).Element("error")!.Elements().First().Name.LocalName);
    }

    [Fact] // M-19
    public void A_redirection_is_followed_once()
    {
        _bench.Phone.Answers = _ => new SipResult(302, "Moved", false) { Contacts = [Uri("sip:r@shakespeare.lit")] };
        _bench.Say(Stanzas.Chat("hello"));

        Assert.Equal(["sip:romeo@shakespeare.lit", "sip:r@shakespeare.lit"], _bench.Phone.Requests.Select(request => request.RequestUri.ToString()));
        Assert.Equal("redirect", Assert.Single(_bench.Link.Sent).Element("error")!.Elements().First().Name.LocalName);
    }

    [Fact] // M-19: not into the gateway, and not past the policy
    public void A_redirection_to_where_nobody_may_write_is_not_followed()
    {
        Use(new MessageOptions { Chat = ChatMode.Page }, Addresses.Plans.Options with { Policy = new PolicyOptions { DialableDomains = ["shakespeare.lit"] } });
        _bench.Phone.Answers = _ => new SipResult(302, "Moved", false) { Contacts = [Uri("sip:juliet@example.org"), Uri("sip:x@premium.example")] };
        _bench.Say(Stanzas.Chat("hello"));

        Assert.Single(_bench.Phone.Requests);
    }

    [Fact]
    public void Too_many_messages_of_one_sender_are_refused()
    {
        Use(new MessageOptions { Chat = ChatMode.Page, PerMinute = 2 });
        _bench.Say(Stanzas.Chat("one"));
        _bench.Say(Stanzas.Chat("two"));
        var refused = Assert.IsType<StanzaResult.Refusal>(_bench.Say(Stanzas.Chat("three")));
        Assert.Equal((StanzaErrorCondition.ResourceConstraint, "wait"), (refused.Fault.Condition, refused.Fault.Type));

        _bench.Time.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(StanzaResult.Done, _bench.Say(Stanzas.Chat("four")));
    }

    [Fact]
    public void A_conversation_keeps_so_much_and_no_more()
    {
        Use(new MessageOptions { Chat = ChatMode.Page, Waiting = 2 });
        _bench.Phone.Answers = _ => null;
        Assert.Equal(StanzaResult.Done, _bench.Say(Stanzas.Chat("one")));
        Assert.Equal(StanzaResult.Done, _bench.Say(Stanzas.Chat("two")));
        Assert.IsType<StanzaResult.Refusal>(_bench.Say(Stanzas.Chat("three")));
        Assert.Equal(StanzaResult.Done, _bench.Say(Stanzas.Chat("other", to: "nurse%shakespeare.lit@sip.example.org")));
    }

    [Fact] // RFC 3994; C-6, C-31, M-18
    public void Typing_is_told_once_until_a_phone_refuses_it()
    {
        _bench.Say(Stanzas.Bare(Composing));
        _bench.Say(Stanzas.Bare(Composing));
        _bench.Say(Stanzas.Bare(Paused));
        Assert.Equal([true, false], _bench.Phone.Requests.Select(Typing));

        _bench.Phone.Answers = _ => new SipResult(415, "No", false);
        _bench.Say(Stanzas.Bare(Composing));
        _bench.Say(Stanzas.Bare(Paused));
        _bench.Say(Stanzas.Bare(Composing));
        Assert.Equal(3, _bench.Phone.Requests.Count);
        Assert.Empty(_bench.Link.Sent);

        _bench.Phone.Answers = _ => new SipResult(200, "OK", false);
        _bench.Time.Advance(TimeSpan.FromHours(2));
        _bench.Say(Stanzas.Bare(Paused));
        _bench.Say(Stanzas.Bare(Composing));
        Assert.InRange(_bench.Phone.Requests.Count, 4, 5);
    }

    [Fact] // M-17, M-12: 202, and the receipt when the phone confirms
    public void A_notification_of_the_recipient_becomes_the_receipt()
    {
        Use(new MessageOptions { Chat = ChatMode.Page, Notifications = true });
        _bench.Phone.Answers = _ => new SipResult(202, "Accepted", false);
        _bench.Say(Stanzas.Chat("hello", id: "m1", inner: Request + "<markable xmlns='urn:xmpp:chat-markers:0'/>"));
        Assert.True(CpimMessage.TryParse(_bench.Phone.Requests[0].Body!.Content, out var wrapper));
        Assert.Equal("hello", wrapper.Content.Text);
        Assert.Equal<string>(["positive-delivery", "negative-delivery", "display"], wrapper.Notifications);

        Notify(ImdnKind.Delivered, from: "<sip:thief@shakespeare.lit>");
        Assert.Empty(_bench.Link.Sent); // only whom it was sent to
        Notify(ImdnKind.Delivered);
        Notify(ImdnKind.Displayed);

        Assert.Equal("m1", _bench.Link.Sent[0].Element(Receipts.Namespace + "received")?.Attribute("id")?.Value);
        Assert.Equal("m1", _bench.Link.Sent[1].Element(ChatMarkers.Namespace + "displayed")?.Attribute("id")?.Value);
        Assert.Equal(Stanzas.Romeo, _bench.Link.Sent[0].Attribute("from")?.Value);

        void Notify(ImdnKind kind, string from = "<sip:romeo@shakespeare.lit>")
        {
            var told = new CpimMessage(new ImdnNotification(wrapper.MessageId!, kind, _bench.Time.GetUtcNow()).ToBody()) { MessageId = "x" };
            Assert.Equal(200, _bench.Receive("", type: "message/cpim", from: from, body: told.ToBody().Content.ToArray()).Status);
        }
    }

    [Fact] // C-1
    public void A_session_is_opened_by_the_first_chat_message_and_used_by_the_next()
    {
        Use(new MessageOptions());
        _bench.Say(Stanzas.Chat("one"));
        _bench.Say(Stanzas.Chat("two"));
        _bench.Say(Stanzas.Bare(Composing));

        Assert.Empty(_bench.Phone.Requests);
        Assert.Equal(3, _bench.Sessions.Taken.Count);
    }

    [Fact] // C-1: remembered for an hour, over a restart too
    public void A_phone_without_sessions_gets_messages_for_an_hour()
    {
        Use(new MessageOptions());
        _bench.Say(Stanzas.Chat("one"));
        _bench.Sessions.Exists = false;
        _bench.Sessions.Taken[0].Completed(new ChatOutcome.NoSessions(488));
        _bench.Say(Stanzas.Chat("two"));
        Assert.Equal(["one", "two"], _bench.Phone.Texts);
        Assert.Single(_bench.Sessions.Taken);

        var kept = Assert.Single(_bench.Journal.Changes.OfType<StoreChange.KeepPageOnly>()).PageOnly;
        using (var restarted = new MessageBench(new MessageOptions()))
        {
            restarted.Service.Fill(new StoredState { PageOnly = [kept] });
            restarted.Say(Stanzas.Chat("three"));
            Assert.Equal(["three"], restarted.Phone.Texts);
        }

        _bench.Time.Advance(TimeSpan.FromMinutes(61));
        _bench.Say(Stanzas.Chat("four"));
        Assert.Equal(2, _bench.Sessions.Taken.Count);
    }

    private static bool Typing(OutgoingRequest request) =>
        IsComposing.TryParse(request.Body!.Content, out var typing) ? typing.IsActive : throw new FormatException();

    private static SipUri Uri(string text) => Addresses.Plans.Uri(text);

    private void Use(MessageOptions options, MappingOptions? mapping = null)
    {
        _bench.Dispose();
        _bench = new MessageBench(options, mapping);
    }

    private Task AdvanceAsync(Func<bool> until) => Gateway.Testing.Eventually.HoldsAsync(() =>
    {
        if (!until() && _bench.Time.NextTimerIn is { } wait)
        {
            _bench.Time.Advance(wait);
        }

        return until();
    });
}
