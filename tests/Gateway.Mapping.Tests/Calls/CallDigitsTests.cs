using Gateway.Mapping.Calls;
using Gateway.Mapping.Configuration;
using Gateway.Sip.Messages;
using Gateway.Sip.UserAgent;
using Gateway.Xmpp.Addresses;
using Gateway.Xmpp.Routing;
using static Gateway.Mapping.Tests.Calls.CallBench;

namespace Gateway.Mapping.Tests.Calls;

/// <summary>Keys from either side by every way that the other side takes (R-40).</summary>
public sealed class CallDigitsTests
{
    private const string Event = "a=rtpmap:126 telephone-event/8000\r\n";
    private const string Key = "<dtmf xmlns='urn:xmpp:jingle:dtmf:0' code='5' duration='120'/>";
    private static readonly string DeafPhone = FakeRelay.Phone.Replace(Event, "", StringComparison.Ordinal);
    private static readonly string KeylessClient =
        Contents().Replace("<payload-type id='126' name='telephone-event' clockrate='8000'/>", "", StringComparison.Ordinal);

    private static readonly Jid Juliet = Jid.Parse(CallBench.Juliet);
    private static readonly Jid Romeo = Jid.Parse(CallBench.Romeo);

    [Fact] // XEP-0181 to RFC 4733
    public async Task A_key_of_the_client_goes_to_the_phone_as_packets()
    {
        await using var bench = new CallBench();
        var (leg, _) = await TalkAsync(bench, FakeRelay.Phone, Contents());

        Assert.Equal(StanzaResult.Done, bench.Jingle("session-info", inner: Key));

        Assert.Contains("digit 5 to s", bench.Relay.Done);
        Assert.DoesNotContain(leg.Done, done => done.StartsWith("INFO", StringComparison.Ordinal));
    }

    [Fact] // R-40: no telephone-event negotiated
    public async Task A_key_of_the_client_goes_in_INFO_to_a_phone_without_telephone_event()
    {
        await using var bench = new CallBench();
        var (leg, _) = await TalkAsync(bench, DeafPhone, Contents());

        Assert.Equal(StanzaResult.Done, bench.Jingle("session-info", inner: Key));

        await leg.When("INFO application/dtmf-relay Signal=5 Duration=120 ");
        Assert.DoesNotContain("digit 5 to s", bench.Relay.Done);
    }

    [Fact] // XEP-0181 section 2
    public async Task Without_any_way_to_the_phone_a_key_is_not_acceptable()
    {
        await using var bench = new CallBench(options => options with { DigitsByInfo = false });
        await TalkAsync(bench, DeafPhone, Contents());

        var result = bench.Jingle("session-info", inner: Key);

        Assert.Contains("NotAcceptable", result.ToString(), StringComparison.Ordinal);
        Assert.False(bench.Service.TryDial(Juliet, Romeo, "5"));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_key_in_the_phones_INFO_reaches_the_client_as_it_can_take_it(bool takesEvents)
    {
        await using var bench = new CallBench();
        var (_, sink) = await TalkAsync(bench, FakeRelay.Phone, takesEvents ? Contents() : KeylessClient);

        sink.TryPost(new SipCallEvent.Info(SipBody.OfText("application/dtmf-relay", "Signal=#\r\nDuration=200\r\n")));

        if (takesEvents)
        {
            Assert.Contains("digit # to x", bench.Relay.Done);
            Assert.Equal(0, bench.Link.Count("jingle", "session-info"));
        }
        else
        {
            var told = (await bench.Link.Get("jingle", "session-info")).ToString();
            Assert.Contains("code=\"#\"", told, StringComparison.Ordinal);
            Assert.Contains("duration=\"200\"", told, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Other_bodies_in_INFO_change_nothing()
    {
        await using var bench = new CallBench();
        var (_, sink) = await TalkAsync(bench, FakeRelay.Phone, KeylessClient);

        Assert.True(sink.TryPost(new SipCallEvent.Info(SipBody.OfText("application/media_control+xml", "<media_control/>"))));

        Assert.Equal(0, bench.Link.Count("jingle", "session-info"));
    }

    [Fact] // Dino: no keypad, no telephone-event
    public async Task Digits_typed_to_the_called_address_are_pressed()
    {
        await using var bench = new CallBench();
        await TalkAsync(bench, FakeRelay.Phone, KeylessClient);

        Assert.True(bench.Service.TryDial(Juliet.Bare, Romeo, " 12#"));

        Assert.Equal(["digit 1 to s", "digit 2 to s", "digit # to s"], bench.Relay.Done.Where(d => d.StartsWith("digit", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task What_is_typed_is_a_message_when_it_is_not_only_keys_or_there_is_no_such_call()
    {
        await using var bench = new CallBench();
        Assert.False(bench.Service.TryDial(Juliet, Romeo, "12"));
        await TalkAsync(bench, FakeRelay.Phone, KeylessClient);

        Assert.False(bench.Service.TryDial(Juliet, Romeo, "12 o'clock"));
        Assert.False(bench.Service.TryDial(Juliet, Romeo, "ADD"));
        Assert.False(bench.Service.TryDial(Juliet, Romeo, ""));
        Assert.False(bench.Service.TryDial(Juliet, Romeo, new string('1', 33)));
        Assert.False(bench.Service.TryDial(Juliet, Jid.Parse("1002%pbx.test@sip.example.org"), "12"));
        Assert.False(bench.Service.TryDial(Jid.Parse("nurse@example.org"), Romeo, "12"));
    }

    [Fact] // who has a keypad means what she types
    public async Task Digits_typed_with_a_client_that_has_keys_are_a_message()
    {
        await using var bench = new CallBench();
        await TalkAsync(bench, FakeRelay.Phone, Contents());

        Assert.False(bench.Service.TryDial(Juliet, Romeo, "12"));
    }

    [Fact]
    public async Task Typed_digits_can_be_switched_off()
    {
        await using var bench = new CallBench(options => options with { TypedDigits = false });
        await TalkAsync(bench, FakeRelay.Phone, KeylessClient);

        Assert.False(bench.Service.TryDial(Juliet, Romeo, "12"));
    }

    private static async Task<(FakeCall Leg, ISipCallSink Sink)> TalkAsync(CallBench bench, string phone, string client)
    {
        bench.Propose();
        var (_, leg, sink) = await bench.Sip.Invited;
        sink.TryPost(new SipCallEvent.Answered(phone));
        await bench.Link.Get("proceed");
        bench.Jingle("session-initiate", inner: client);
        await bench.Link.Get("jingle", "session-accept");
        await bench.WhenIn(CallState.Active);
        return (leg, sink);
    }
}
