using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Gateway.Sip.InstantMessages;
using Gateway.Sip.Messages;

namespace Gateway.Sip.Tests.InstantMessages;

public sealed class InstantMessageBodyTests
{
    [Fact] // RFC 5438 section 7.1.1.3, its example
    public void A_wrapper_gives_its_content_and_what_notifications_it_asks_for()
    {
        var body = Encoding.UTF8.GetBytes(
            "From: Alice <im:alice@example.com>\r\nTo: Bob <im:bob@example.com>\r\nNS: imdn <urn:ietf:params:imdn>\r\n"
            + "imdn.Message-ID: 34jk324j\r\nDateTime: 2006-04-04T12:16:49-05:00\r\nSubject:;lang=fr Objet \\\\ de\\tmessage\r\n"
            + "imdn.Disposition-Notification: positive-delivery, Display\r\nContent-type: text/plain\r\nContent-length: 12\r\n"
            + "\r\nContent-type: text/plain; charset=utf-8\r\n\r\nHello World\r\n\r\nsecond");

        Assert.True(CpimMessage.TryParse(body, out var read));
        Assert.Equal("Alice <im:alice@example.com>", read.From);
        Assert.Equal("34jk324j", read.MessageId);
        Assert.Equal<string>(["positive-delivery", "display"], read.Notifications);
        Assert.Equal("Objet \\ de\tmessage", read.Subject);
        Assert.Equal(new DateTimeOffset(2006, 4, 4, 17, 16, 49, TimeSpan.Zero), read.Sent);
        Assert.Equal("text/plain; charset=utf-8", read.Content.ContentType);
        Assert.Equal("Hello World\r\n\r\nsecond", read.Content.Text);
    }

    [Theory] // RFC 3994 section 3.4: what is not known is passed over, whatever is in it
    [InlineData("<c:isComposing xmlns:c='urn:ietf:params:xml:ns:im-iscomposing' a='b' c:d='e'>\n<c:state>active</c:state></c:isComposing>")]
    [InlineData("<isComposing xmlns='urn:ietf:params:xml:ns:im-iscomposing'><x><state>idle</state><y/></x><z/><state> act<![CDATA[ive]]></state></isComposing>")]
    [InlineData("<isComposing xmlns='urn:ietf:params:xml:ns:im-iscomposing'><state xmlns='urn:other'>idle</state><state>ac<b>x</b>tive</state><refresh/></isComposing>")]
    public void What_is_strange_in_a_small_document_is_passed_over(string xml)
    {
        Assert.True(IsComposing.TryParse(Encoding.UTF8.GetBytes(xml), out var read));
        Assert.Equal(new IsComposing(IsActive: true), read);
    }

    [Theory]
    [InlineData("<isComposing xmlns='urn:ietf:params:xml:ns:im-iscomposing'><state>active</state></isComposing><b/>")]
    [InlineData("<isComposing xmlns='urn:ietf:params:xml:ns:im-iscomposing'><x><state>active</state></x></isComposing>")]
    [InlineData("<isComposing xmlns='urn:other'><state>active</state></isComposing>")]
    [InlineData("<isComposing xmlns='urn:ietf:params:xml:ns:im-iscomposing'><state>active</state>")]
    [InlineData("<isComposing xmlns='urn:ietf:params:xml:ns:im-iscomposing'/>")]
    public void What_is_no_small_document_is_refused(string xml) => Assert.False(IsComposing.TryParse(Encoding.UTF8.GetBytes(xml), out _));

    [Fact] // the runtime keeps a name as long as its namespace is used: anybody could fill the memory with names
    public void Names_that_a_peer_makes_up_are_not_kept()
    {
        var ns = System.Xml.Linq.XNamespace.Get("urn:ietf:params:xml:ns:im-iscomposing");
        var before = GC.GetTotalMemory(forceFullCollection: true);
        for (var i = 0; i < 2_000; i++)
        {
            var made = string.Concat(Enumerable.Range(0, 200).Select(n => $"<made-up-{i}-{n} a{i}-{n}='1'/>"));
            Assert.True(IsComposing.TryParse(Encoding.UTF8.GetBytes($"<isComposing xmlns='{ns}'><state>active</state>{made}</isComposing>"), out _));
        }

        Assert.InRange(GC.GetTotalMemory(forceFullCollection: true) - before, long.MinValue, 40_000_000);
    }

    [Fact] // RFC 3862 section 3.4: the prefix has no meaning of its own
    public void A_prefix_is_what_the_wrapper_says_it_is()
    {
        Assert.True(CpimMessage.TryParse(
            Encoding.UTF8.GetBytes("NS: x <urn:ietf:params:imdn>\r\nNS: imdn <urn:other>\r\nx.Message-ID: 1\r\nimdn.Message-ID: 2\r\n\r\nContent-Type: text/plain\r\n\r\n"),
            out var read));
        Assert.Equal("1", read.MessageId);
    }

    [Theory]
    [InlineData("")]
    [InlineData("Hello")]
    [InlineData("From: <im:a@b>\r\n\r\nno content header\r\n\r\nx")]
    [InlineData("no colon\r\n\r\nContent-Type: text/plain\r\n\r\nx")]
    [InlineData(": x\r\n\r\nContent-Type: text/plain\r\n\r\nx")]
    public void What_is_no_wrapper_is_refused(string text) => Assert.False(CpimMessage.TryParse(Encoding.UTF8.GetBytes(text), out _));

    [Fact]
    public void A_written_wrapper_reads_back_and_nothing_in_it_forges_a_header() =>
        Prop.ForAll(ArbMap.Default.ArbFor<NonNull<string>>(), ArbMap.Default.ArbFor<NonNull<string>>(), (name, text) =>
        {
            var from = name.Get.Trim().Replace("\uFFFD", "", StringComparison.Ordinal);
            from = string.Concat(from.EnumerateRunes().Where(rune => rune != Rune.ReplacementChar)).Trim();
            var written = new CpimMessage(SipBody.OfText("text/plain;charset=UTF-8", text.Get))
            {
                From = from, To = "<sip:b@c>", MessageId = "abc", Notifications = ["display"], Sent = DateTimeOffset.UnixEpoch,
            };
            return CpimMessage.TryParse(written.ToBody().Content, out var read) && read.From == from && read.To == "<sip:b@c>"
                && read.MessageId == "abc" && read.Notifications is ["display"] && read.Sent == DateTimeOffset.UnixEpoch
                && read.Content.Content.Span.SequenceEqual(written.Content.Content.Span);
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void No_octets_make_a_reader_throw() =>
        Prop.ForAll(ArbMap.Default.ArbFor<byte[]>(), octets =>
        {
            _ = CpimMessage.TryParse(octets, out _);
            _ = IsComposing.TryParse(octets, out _);
            _ = ImdnNotification.TryParse(octets, out _);
            _ = MessageCharset.TryDecode(new SipBody("text/plain", octets), out _);
            AlternativeBody.Find(new SipBody("multipart/mixed;boundary=x", octets), "text/plain");
        }).QuickCheckThrowOnFailure();

    [Theory] // RFC 3994 sections 3.3, 3.5 (MAPPING C-30, C-32)
    [InlineData("<state>active</state><refresh>90</refresh>", true, 90)]
    [InlineData("<state>active</state><refresh>1</refresh>", true, 60)]
    [InlineData("<state>active</state>", true, null)]
    [InlineData("<state>idle</state>", false, null)]
    [InlineData("<state>dancing</state>", false, null)]
    public void Typing_is_read(string inner, bool isActive, int? refresh)
    {
        Assert.True(IsComposing.TryParse(
            Encoding.UTF8.GetBytes($"<?xml version=\"1.0\"?><isComposing xmlns=\"urn:ietf:params:xml:ns:im-iscomposing\">{inner}</isComposing>"), out var read));
        Assert.Equal(new IsComposing(isActive, refresh is { } seconds ? TimeSpan.FromSeconds(seconds) : null), read);
    }

    [Theory]
    [InlineData("<!DOCTYPE x [<!ENTITY a \"b\">]><isComposing xmlns=\"urn:ietf:params:xml:ns:im-iscomposing\"><state>active</state></isComposing>")]
    [InlineData("<isComposing><state>active</state></isComposing>")]
    [InlineData("active")]
    public void What_is_no_typing_is_refused(string text) => Assert.False(IsComposing.TryParse(Encoding.UTF8.GetBytes(text), out _));

    [Fact] // RFC 3994 section 3.2; RFC 5438 section 7.2.1.1
    public void What_is_written_reads_back()
    {
        var typing = new IsComposing(true, TimeSpan.FromSeconds(60));
        Assert.True(IsComposing.TryParse(typing.ToBody().Content, out var typed));
        Assert.Equal(typing, typed);
        foreach (var kind in Enum.GetValues<ImdnKind>())
        {
            var notification = new ImdnNotification("34jk<324j", kind, DateTimeOffset.UnixEpoch);
            Assert.True(ImdnNotification.TryParse(notification.ToBody().Content, out var told));
            Assert.Equal(notification, told);
        }
    }

    [Theory] // M-20
    [InlineData("text/plain", new byte[] { 0xC3, 0xA9 }, "é")]
    [InlineData("text/plain;charset=\"UTF-8\"", new byte[] { 0xC3, 0xA9 }, "é")]
    [InlineData("text/plain; charset=ISO-8859-1", new byte[] { 0xE9 }, "é")]
    [InlineData("text/plain; charset=utf-16le", new byte[] { 0xE9, 0x00 }, "é")]
    [InlineData("text/plain; charset=utf-7", new byte[] { 0x2B }, null)]
    [InlineData("text/plain", new byte[] { 0xFF, 0x61 }, "\uFFFDa")]
    public void Text_is_read_in_the_charset_that_it_names(string type, byte[] octets, string? text)
    {
        Assert.Equal(text is not null, MessageCharset.TryDecode(new SipBody(type, octets), out var read));
        Assert.Equal(text, read);
    }

    [Fact] // M-16
    public void Of_alternatives_each_kind_is_found_with_its_own_type()
    {
        var body = SipBody.OfText(
            "multipart/alternative;boundary=b",
            "--b\r\nContent-Type: text/plain; charset=ISO-8859-1\r\n\r\nhi\r\n--b\r\nContent-Type: text/html\r\n\r\n<b>hi</b>\r\n--b--\r\n");
        Assert.Equal("text/plain; charset=ISO-8859-1", AlternativeBody.Find(body, "text/plain")?.ContentType);
        Assert.Equal("<b>hi</b>", AlternativeBody.Find(body, "text/html")?.Text);
        Assert.Null(AlternativeBody.Find(body, "image/png"));
    }
}
