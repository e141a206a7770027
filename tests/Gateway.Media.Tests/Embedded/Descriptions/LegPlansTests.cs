using Gateway.Media.Embedded.Descriptions;
using Gateway.Media.Rtp;

namespace Gateway.Media.Tests.Embedded.Descriptions;

public sealed class LegPlansTests
{
    private static readonly PayloadFormat Pcmu = new(0, "PCMU", 8000);
    private static readonly PayloadFormat Pcma = new(8, "PCMA", 8000);
    private static readonly PayloadFormat Opus = new(111, "opus", 48000, 2);

    [Fact] // RFC 3264 section 5.1; libwebrtc sends the offer's first codec after setCodecPreferences whatever its answer says
    public void Voice_that_was_offered_and_not_answered_passes_where_the_offerer_has_it()
    {
        var pairs = CodecPairs.Of([Pcmu, Pcma], [Opus]);
        var phone = new StreamSide(0, MediaDirection.Both, [Pcmu, Pcma], [Pcmu], [], new(1, "a"));
        var browser = new StreamSide(0, MediaDirection.Both, [Opus], [Pcmu, Pcma, Opus], [], new(2, "b"));

        var (_, plan) = LegPlans.Of("audio", pairs, phone, browser);

        Assert.Equal<PayloadRule>(
            [
                new(Pcmu, Pcmu, PayloadAction.Forward),
                new(Pcma, Pcma, PayloadAction.Forward),
                new(Opus, Pcmu, PayloadAction.Transcode),
            ],
            plan.Incoming);
    }
}
