using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Gateway.Sip.Sdp;
using Gateway.Sip.Tests.Messages;

namespace Gateway.Sip.Tests.Sdp;

public sealed class SdpProperties
{
    private static readonly byte[] Seed = Encoding.UTF8.GetBytes(
        "v=0\r\no=- 1 2 IN IP4 192.0.2.1\r\ns=-\r\ni=x\r\nc=IN IP4 192.0.2.1\r\nb=AS:1\r\nt=0 0\r\nk=clear:x\r\na=group:BUNDLE 0\r\n"
        + "m=audio 9/2 RTP/AVP 0 96\r\ni=y\r\nc=IN IP4 0.0.0.0\r\nc=IN IP6 ::\r\na=rtpmap:96 opus/48000/2\r\na=fmtp:96 a=b\r\na=sendonly\r\n");

    [Fact]
    public void Damaged_description_is_refused_or_read_the_same_from_what_it_writes() =>
        Prop.ForAll(Noise.Of(Seed), bytes =>
        {
            var text = Encoding.UTF8.GetString(bytes);
            if (!SdpSession.TryParse(text, out var session, out var fault))
            {
                Assert.NotNull(fault);
                return;
            }

            Assert.True(SdpSession.TryParse(session.ToString(), out var again, out fault), fault);
            Assert.Equal(session.ToString(), again.ToString());
            Assert.Equal(session, again);
            _ = session.IsHold;
            foreach (var media in session.Media)
            {
                _ = session.DirectionOf(media);
                foreach (var format in media.Formats)
                {
                    _ = media.TryRtpMap(format, out _) ? media.Fmtp(format) : null;
                }
            }
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(3000));

    [Fact]
    public void Any_text_as_a_value_stays_on_its_line() =>
        Prop.ForAll(Noise.Text, value =>
        {
            var session = new SdpSession
            {
                Origin = new("-", "1", 1, "IN", "IP4", "h"),
                Attributes = [new("x", value)],
                Media = [new SdpMedia { Media = "audio", Port = 1, Protocol = "RTP/AVP", Formats = ["0"] }],
            };

            Assert.True(SdpSession.TryParse(session.ToString(), out var again, out _));
            Assert.Equal(string.Concat(value.Where(c => c is not ('\r' or '\n' or '\0'))), again.Value("x"));
            Assert.Single(again.Attributes);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(1000));
}
