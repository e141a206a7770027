using System.Xml.Linq;
using Gateway.Xmpp.Messages;
using Gateway.Xmpp.Stanzas;

namespace Gateway.Xmpp.Tests.Messages;

public sealed class MessagePayloadTests
{
    [Theory] // M-8
    [InlineData("en", "<body>plain</body><body xml:lang='cs'>czech</body><body xml:lang='en'>english</body>", "english", "en")]
    [InlineData("de", "<body xml:lang='cs'>czech</body><body>plain</body>", "plain", "de")]
    [InlineData(null, "<body xml:lang='cs'>czech</body><body xml:lang='en'>english</body>", "czech", "cs")]
    [InlineData(null, "<body>plain</body>", "plain", null)]
    [InlineData("EN-gb", "<body xml:lang='en-GB'>english</body>", "english", "en-GB")]
    public void Body_of_several_languages_is_the_one_of_the_stanza(string? language, string bodies, string text, string? of) =>
        Assert.Equal(new LanguageText(text, of), MessageText.Body(Message(bodies, language)));

    [Theory]
    [InlineData("x\r\nInjected: 1")]
    [InlineData("a-language-tag-that-is-longer-than-any-other")]
    public void Language_that_is_no_tag_is_none(string language) =>
        Assert.Null(MessageText.Body(Message("<body>x</body>", language))!.Language);

    [Theory] // N-45, N-43
    [InlineData("<thread parent='p'>t</thread>", true, "t")]
    [InlineData("<thread> t </thread>", true, " t ")]
    [InlineData("<thread/>", true, null)]
    [InlineData("", true, null)]
    [InlineData("<thread>t</thread><thread>u</thread>", false, null)]
    public void Thread_is_taken_exactly_and_once(string children, bool isGood, string? thread)
    {
        Assert.Equal(isGood, MessageText.TryThread(Message(children), out var read, out _));
        Assert.Equal(thread, read);
    }

    [Fact]
    public void Thread_without_end_is_refused() => Assert.False(
        MessageText.TryThread(Message($"<thread>{new string('x', MessageText.MaxThreadLength + 1)}</thread>"), out _, out _));

    [Theory] // XEP-0184 sections 5.2 and 5.3
    [InlineData("<request xmlns='urn:xmpp:receipts'/>", true)]
    [InlineData("<received xmlns='urn:xmpp:receipts' id='a'/><request xmlns='urn:xmpp:receipts'/>", false)]
    [InlineData("", false)]
    public void Receipt_is_asked_for_by_a_request_only(string children, bool isAsked) =>
        Assert.Equal(isAsked, Receipts.IsRequested(Message(children)));

    [Fact]
    public void Receipts_and_markers_name_their_message()
    {
        Assert.Equal("a", Receipts.ReceivedId(Message(Receipts.Received("a").ToString())));
        Assert.Equal("a", ChatMarkers.DisplayedId(Message(ChatMarkers.Displayed("a").ToString())));
        Assert.Null(Receipts.ReceivedId(Message("<received xmlns='urn:xmpp:receipts'/>")));
        Assert.True(ChatMarkers.IsMarkable(Message(ChatMarkers.Markable().ToString())));
    }

    [Fact]
    public void Chat_states_survive_being_written_and_read()
    {
        Assert.All(Enum.GetValues<ChatState>(), state => Assert.Equal(state, ChatStates.Of(Message(ChatStates.Write(state).ToString()))));
        Assert.Null(ChatStates.Of(Message("<dreaming xmlns='http://jabber.org/protocol/chatstates'/>")));
    }

    [Theory] // M-10
    [InlineData("<sent xmlns='urn:xmpp:carbons:2'><forwarded xmlns='urn:xmpp:forward:0'/></sent>", true)]
    [InlineData("<received xmlns='urn:xmpp:carbons:2'/>", true)]
    [InlineData("<result xmlns='urn:xmpp:mam:2'/>", true)]
    [InlineData("<private xmlns='urn:xmpp:carbons:2'/>", false)]
    [InlineData("<body>x</body>", false)]
    public void Copies_are_known(string children, bool isCopy) => Assert.Equal(isCopy, MessageContext.IsCopy(Message(children)));

    [Fact] // XEP-0203
    public void Delay_names_the_time_of_sending()
    {
        var stamp = new DateTimeOffset(2002, 9, 10, 23, 8, 25, TimeSpan.Zero);
        var delayed = Message(MessageContext.WriteDelay("capulet.com", stamp).ToString());

        Assert.True(MessageContext.IsDelayed(delayed));
        Assert.Equal(stamp, MessageContext.SentAt(delayed));
        Assert.Null(MessageContext.SentAt(Message("<delay xmlns='urn:xmpp:delay' stamp='yesterday'/>")));
    }

    private static MessageStanza Message(string children, string? language = null)
    {
        var element = XElement.Parse($"<message from='a@b/c' to='d@e' id='1'>{children}</message>");
        if (language is not null)
        {
            element.SetAttributeValue(XNamespace.Xml + "lang", language);
        }

        Assert.True(Stanza.TryRead(element, out var stanza, out _));
        return (MessageStanza)stanza;
    }
}
