using FsCheck;
using FsCheck.Fluent;
using Gateway.Mapping.Calls;
using Gateway.Sip.Messages;

namespace Gateway.Mapping.Tests.Calls;

public sealed class DigitTextTests
{
    [Theory] // what phones and exchanges write
    [InlineData("application/dtmf-relay", "Signal=5\r\nDuration=160\r\n", '5', 160)]
    [InlineData("application/dtmf-relay", "Signal= 5\r\nDuration= 250\r\n", '5', 250)]
    [InlineData("Application/DTMF-Relay;x=y", "signal = *\nduration = 160", '*', 160)]
    [InlineData("application/dtmf-relay", "Signal=11\r\n", '#', 160)]
    [InlineData("application/dtmf-relay", "Signal=d\r\nDuration=999999\r\n", 'D', 8000)]
    [InlineData("application/dtmf-relay", "Duration=1\r\nSignal=0", '0', 40)]
    [InlineData("application/dtmf", "7", '7', 160)]
    [InlineData("application/dtmf", "10\r\n", '*', 160)]
    public void A_key_is_read(string type, string body, char key, int milliseconds)
    {
        Assert.True(DigitText.TryRead(SipBody.OfText(type, body), out var read, out var duration));
        Assert.Equal((key, (double)milliseconds), (read, duration.TotalMilliseconds));
    }

    [Theory]
    [InlineData("application/dtmf-relay", "")]
    [InlineData("application/dtmf-relay", "Duration=160")]
    [InlineData("application/dtmf-relay", "Signal=")]
    [InlineData("application/dtmf-relay", "Signal=16")] // hook flash
    [InlineData("application/dtmf-relay", "Signal=E")]
    [InlineData("application/dtmf", "123")]
    [InlineData("text/plain", "Signal=5")]
    public void What_is_no_key_is_not_read(string type, string body) =>
        Assert.False(DigitText.TryRead(SipBody.OfText(type, body), out _, out _));

    [Fact]
    public void What_is_written_is_read()
    {
        foreach (var key in "0123456789*#ABCD")
        {
            Assert.True(DigitText.TryRead(DigitText.Body(key, TimeSpan.FromMilliseconds(300)), out var read, out var duration));
            Assert.Equal((key, 300), (read, duration.TotalMilliseconds));
        }
    }

    [Fact] // hostile input
    public void No_body_throws() => Prop.ForAll<string?>(text =>
    {
        foreach (var type in new[] { "application/dtmf-relay", "application/dtmf" })
        {
            _ = DigitText.TryRead(SipBody.OfText(type, text ?? ""), out _, out _);
            _ = DigitText.TryRead(SipBody.OfText(type, $"Signal={text}"), out _, out _);
        }

        _ = DigitText.TryReadTyped(text ?? "", out _);
    }).QuickCheckThrowOnFailure();

    [Fact] // digits are secrets
    public void Events_and_effects_print_without_the_key()
    {
        Assert.Equal("DigitSignalled", new CallEvent.DigitSignalled('5', TimeSpan.Zero).ToString());
        Assert.Equal("PassDigit", new CallEffect.PassDigit('5', TimeSpan.Zero).ToString());
    }
}
