using Gateway.Media.Embedded;
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

    [Fact] // pressed keys have the clock of the voice beside them
    public void Keys_have_the_clock_of_the_voice()
    {
        PayloadFormat narrow = new(101, "telephone-event", 8000), wide = new(110, "telephone-event", 48000);
        var pairs = CodecPairs.Of([Opus, narrow, wide], [Opus, narrow, wide]);
        StreamSide Side(uint ssrc) => new(0, MediaDirection.Both, [Opus, narrow, wide], [], [], new(ssrc, "a"));

        var (plan, _) = LegPlans.Of("audio", pairs, Side(1), Side(2));

        Assert.Equal(wide.Id, plan.Digits?.Payload);
    }

    [Fact] // RFC 3264 section 8.3.2: a change that the end was never told of, and another, do not take its numbers away
    public void Numbers_of_long_ago_are_still_understood()
    {
        using var slot = new EndMedium();
        slot.Show([Opus]);
        slot.Show([Opus with { Id = 96 }, Pcmu]);
        slot.Show([Opus with { Id = 97 }]);
        var pairs = CodecPairs.Of([Opus with { Id = 97 }], [Opus with { Id = 97 }]);
        var side = new StreamSide(0, MediaDirection.Both, [Opus with { Id = 97 }], slot.Shown, slot.ShownBefore, new(1, "a"));

        var (plan, _) = LegPlans.Of("audio", pairs, side, side);

        Assert.Equal([97, 96, 111], plan.Incoming.Select(rule => (int)rule.Incoming.Id));
    }
}
