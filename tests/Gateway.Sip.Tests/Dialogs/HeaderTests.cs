using FsCheck;
using FsCheck.Fluent;
using Gateway.Sip.Dialogs;
using Gateway.Sip.Messages;
using Gateway.Sip.Tests.UserAgent;
using Gateway.Sip.UserAgent;

namespace Gateway.Sip.Tests.Dialogs;

public sealed class HeaderTests
{
    [Theory] // RFC 3326 section 2
    [InlineData("SIP ;cause=200 ;text=\"Call completed elsewhere\"", "SIP", 200, "Call completed elsewhere")]
    [InlineData("Q.850 ;cause=16 ;text=\"Terminated\"", "Q.850", 16, "Terminated")]
    [InlineData("Q.850;cause=17;text=\"a;b \\\"c\\\"\"", "Q.850", 17, "a;b \"c\"")]
    [InlineData("Q.850;text=bare;cause=18;x=y", "Q.850", 18, "bare")]
    public void Reason_is_read(string value, string protocol, int cause, string text)
    {
        using var ua = new TestAgent();
        var reasons = ReasonHeader.Read(ua.Incoming(SipMethod.Bye, 1, null, "Reason: " + value));
        Assert.Equal(new SipReason(protocol, cause, text), Assert.Single(reasons));
    }

    [Theory] // a Reason that says nothing is nothing
    [InlineData("SIP")]
    [InlineData("SIP;cause=abc")]
    [InlineData("SIP;cause=-1")]
    [InlineData(";cause=1")]
    public void Malformed_reason_is_left_out(string value)
    {
        using var ua = new TestAgent();
        Assert.Empty(ReasonHeader.Read(ua.Incoming(SipMethod.Bye, 1, null, "Reason: " + value)));
    }

    [Fact] // RFC 3326 section 2: one value a protocol
    public void Second_reason_of_a_protocol_is_left_out()
    {
        using var ua = new TestAgent();
        var reasons = ReasonHeader.Read(ua.Incoming(
            SipMethod.Bye, 1, null, "Reason: SIP;cause=200, Q.850;cause=16", "Reason: sip;cause=600"));
        Assert.Equal([200, 16], reasons.Select(reason => reason.Cause));
    }

    [Fact] // no text breaks out of its header, and what is written is read again
    public void Any_reason_text_survives_or_is_cleaned() =>
        Prop.ForAll<string>(text =>
        {
            if (text is null)
            {
                return true;
            }

            using var ua = new TestAgent();
            var written = ReasonHeader.Write(new SipReason("SIP", 486, text));
            var read = ReasonHeader.Read(ua.Incoming(SipMethod.Bye, 1, null, "Reason: " + written));
            return !written.Any(char.IsControl) && read is [{ Cause: 486 }];
        }).QuickCheckThrowOnFailure();

    [Theory] // RFC 3891 section 6.1
    [InlineData("98732@sip.example.com;from-tag=r33th4x0r;to-tag=ff87ff", "98732@sip.example.com", "ff87ff", "r33th4x0r", false)]
    [InlineData("12adf2f34456gs5 ; to-tag=12345 ; from-tag=54321 ; early-only", "12adf2f34456gs5", "12345", "54321", true)]
    public void Replaces_is_read(string value, string callId, string to, string from, bool early)
    {
        Assert.True(ReplacesHeader.TryParse(value, out var replaces));
        Assert.Equal(new ReplacesHeader(callId, to, from, early), replaces);
        Assert.Equal(new DialogId(callId, to, from), replaces.Dialog);
    }

    [Theory]
    [InlineData("call;to-tag=a")]
    [InlineData(";to-tag=a;from-tag=b")]
    [InlineData("call;to-tag=;from-tag=b")]
    public void Incomplete_replaces_is_refused(string value) => Assert.False(ReplacesHeader.TryParse(value, out _));

    [Theory] // RFC 4028 sections 7.2, 9, 10
    [InlineData("600;refresher=uac", "timer", 600, false, 300, 568)]
    [InlineData("90;refresher=uas", "timer", 90, true, 45, 60)]
    [InlineData("600", "timer", 600, false, 300, 568)]
    [InlineData("600", "100rel", 600, true, 300, 568)]
    [InlineData("30;refresher=uac", "100rel", 90, false, 45, 60)]
    public void Interval_is_agreed_upon(string wish, string supported, int seconds, bool weRefresh, double refresh, double end)
    {
        using var ua = new TestAgent();
        var agreed = SessionInterval.ForAnswer(
            ua.Incoming(SipMethod.Invite, 1, null, "Session-Expires: " + wish, "Supported: " + supported));
        Assert.Equal(new SessionInterval(seconds, weRefresh), agreed);
        Assert.Equal((refresh, end), (agreed!.RefreshAfter.TotalSeconds, agreed.EndAfter.TotalSeconds));
    }

    [Theory]
    [InlineData("a\r\nb", "a  b")]
    [InlineData("tab\there\0", "tab here ")]
    [InlineData("plain", "plain")]
    public void Control_characters_become_blanks(string text, string clean) => Assert.Equal(clean, HeaderText.Clean(text));

    [Fact]
    public void Text_is_cut_between_characters()
    {
        Assert.Equal("€€", HeaderText.Cut("€€€", 8));
        Assert.Equal("a", HeaderText.Cut("a😀", 4));
    }
}
