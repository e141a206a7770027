using System.Collections.Immutable;
using Gateway.Media.Embedded.Descriptions;
using Gateway.Media.Rtp;

namespace Gateway.Media.Tests.Embedded.Descriptions;

public sealed class CodecPairsTests
{
    private static readonly PayloadFormat Opus = new(111, "opus", 48000, 2);
    private static readonly PayloadFormat Pcmu = new(0, "PCMU", 8000);
    private static readonly PayloadFormat Pcma = new(8, "PCMA", 8000);
    private static readonly PayloadFormat Digits = new(126, "telephone-event", 8000);
    private static readonly PayloadFormat WideDigits = new(110, "telephone-event", 48000);

    [Fact] // the offerer is answered with its own numbers, in the answerer's order
    public void Common_codecs_are_paired_whatever_their_numbers()
    {
        var pairs = CodecPairs.Of([Opus, Pcmu, Pcma], [Pcma, Opus with { Id = 96, Parameters = "useinbandfec=1" }]);

        Assert.Equal<PayloadFormat>([Pcma, Opus with { Parameters = "useinbandfec=1" }], pairs.Answer);
        Assert.All(pairs.Pairs, pair => Assert.Equal(PayloadAction.Forward, pair.Action));
    }

    [Fact]
    public void Only_ends_without_a_common_codec_are_transcoded()
    {
        var pairs = CodecPairs.Of([Opus, WideDigits], [Pcmu, Digits]);

        Assert.Equal(
            [(Opus.Id, Pcmu.Id, PayloadAction.Transcode), (WideDigits.Id, Digits.Id, PayloadAction.Digits)],
            pairs.Pairs.Select(pair => (pair.Offerer.Id, pair.Answerer.Id, pair.Action)));
        Assert.False(CodecPairs.Of([Opus, Pcmu], [Pcmu]).IsTranscoded);
    }

    [Fact] // the far end may send what the relay added to its offer (RFC 3264 section 5.1)
    public void Codec_that_the_relay_had_added_is_taken_one_way()
    {
        var pairs = CodecPairs.Of([Pcmu], [Pcmu, Opus]);

        Assert.Equal<PayloadFormat>([Pcmu], pairs.Answer);
        Assert.Equal<CodecPair>([new(Pcmu, Opus)], pairs.FromAnswerer);
    }

    [Fact]
    public void What_cannot_be_transcoded_is_refused() =>
        Assert.True(CodecPairs.Of([Opus], [new(18, "G729", 8000)]).IsEmpty);

    [Fact] // only digits are left in common: no call
    public void Digits_alone_are_no_call() => Assert.True(CodecPairs.Of([new(18, "G729", 8000), Digits], [Digits]).IsEmpty);

    [Fact] // RFC 6184 section 8.2.2
    public void H264_of_another_packetization_mode_is_another_format()
    {
        PayloadFormat one = new(98, "H264", 90000, 1, "packetization-mode=1;profile-level-id=42e01f");
        PayloadFormat other = new(97, "H264", 90000, 1, "profile-level-id=42e01f");

        Assert.True(CodecPairs.Of([one], [other]).IsEmpty);
        Assert.Equal(98, Assert.Single(CodecPairs.Of([one], [one with { Id = 97 }]).Answer).Id);
    }

    [Fact] // an end that takes digits gets them from the relay when the other end sends none
    public void Digits_of_one_end_only_are_the_relays_to_press() =>
        Assert.Equal<PayloadFormat>([Digits], CodecPairs.Of([Pcmu, Digits], [Pcmu]).Pressed);

    [Fact]
    public void Offer_is_extended_behind_its_own_codecs_by_numbers_that_are_free()
    {
        PayloadFormat video = new(111, "G729", 8000);
        var extended = TranscodedCodecs.Extend([video, Pcmu, Digits], ["opus", "PCMU"]);

        Assert.Equal<PayloadFormat>([video, Pcmu, Digits], extended[..3]);
        Assert.Equal(["opus", "telephone-event"], extended[3..].Select(format => format.Encoding)); // at Opus's rate
        Assert.Equal(extended.Length, extended.Select(format => format.Id).Distinct().Count());
    }

    [Fact] // numbers that an end may use: as shown, as said, as shown before
    public void Numbers_of_an_earlier_offer_are_still_understood()
    {
        var (_, phone) = LegPlans.Of(
            "audio",
            CodecPairs.Of([Opus with { Id = 96 }], [Opus]),
            Side([Opus with { Id = 96 }], []),
            Side([Opus], [Opus with { Id = 96 }], [Opus with { Id = 100 }]));

        Assert.Equal([96, 111, 100], phone.Incoming.Select(rule => (int)rule.Incoming.Id));
        Assert.All(phone.Incoming, rule => Assert.Equal(96, rule.Outgoing.Id));
    }

    [Theory] // RFC 3264 section 8.4
    [InlineData("Both", "Both", true, true)]
    [InlineData("Sends", "Receives", true, false)]
    [InlineData("Both", "Sends", false, true)]
    [InlineData("None", "None", false, false)]
    public void Packets_pass_only_where_both_ends_agree(string one, string other, bool receives, bool sends)
    {
        var (plan, _) = LegPlans.Of(
            "audio",
            CodecPairs.Of([Pcmu], [Pcmu]),
            Side([Pcmu], [Pcmu]) with { Direction = Enum.Parse<MediaDirection>(one) },
            Side([Pcmu], [Pcmu]) with { Direction = Enum.Parse<MediaDirection>(other) });

        Assert.Equal((receives, sends), (plan.Receives, plan.Sends));
    }

    private static StreamSide Side(
        ImmutableArray<PayloadFormat> payloads, ImmutableArray<PayloadFormat> shown, params ImmutableArray<PayloadFormat> before) =>
        new(0, MediaDirection.Both, payloads, shown, before, new(1, "a"));
}
