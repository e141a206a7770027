using Gateway.Mapping.Descriptions;
using Gateway.Xmpp.Jingle;

namespace Gateway.Mapping.Tests.Descriptions;

public sealed class FormatParametersTests
{
    public static TheoryData<string, string, RtpParameter[]> Pairs => new()
    {
        { "opus", "minptime=10; useinbandfec=1", [new("minptime", "10"), new("useinbandfec", "1")] },
        { "telephone-event", "0-16", [new("events", "0-16")] },
        { "red", "111/111", [new("", "111/111")] },
        {
            "H264",
            "packetization-mode=1; sprop-parameter-sets=Z0IAKeKQFAe2AtwEBAaQeJEV,aM48gA==",
            [new("packetization-mode", "1"), new("sprop-parameter-sets", "Z0IAKeKQFAe2AtwEBAaQeJEV,aM48gA==")]
        },
        {
            "H264",
            "sprop-parameter-sets=Z0IAKeKQFAe2AtwEBAaQeJEV,aM48gA==",
            [new("sprop-parameter-sets", "Z0IAKeKQFAe2AtwEBAaQeJEV,aM48gA==")]
        },
        { "G729", "annexb=no", [new("annexb", "no")] },
    };

    [Theory]
    [MemberData(nameof(Pairs))]
    public void Parameters_and_fmtp_are_the_same_thing_in_two_spellings(string encoding, string fmtp, RtpParameter[] parameters)
    {
        Assert.Equal<RtpParameter>(parameters, FormatParameters.ToJingle(encoding, fmtp));
        Assert.Equal(fmtp, FormatParameters.ToSdp(encoding, [.. parameters]));
    }

    [Theory] // no blanks, blanks, an ending semicolon; a comma between pairs
    [InlineData("a=1;b=2")]
    [InlineData(" a=1 ;  b=2 ; ")]
    [InlineData("a=1,b=2")]
    public void Spacing_of_fmtp_does_not_matter(string fmtp) =>
        Assert.Equal<RtpParameter>([new("a", "1"), new("b", "2")], FormatParameters.ToJingle("x", fmtp));

    [Fact] // the default is made explicit
    public void Events_without_parameters_are_the_sixteen_keys()
    {
        Assert.Equal("0-15", FormatParameters.ToSdp("telephone-event", []));
        Assert.Equal<RtpParameter>([new("events", "0-15")], FormatParameters.ToJingle("telephone-event", null));
    }

    [Theory] // clients 7
    [InlineData("111/111", null)]
    [InlineData("", "111/111")]
    public void Reds_lone_value_is_understood_in_both_spellings(string name, string? value) =>
        Assert.Equal("111/111", FormatParameters.ToSdp("red", [new RtpParameter(name, value)]));

    [Fact]
    public void Codec_without_parameters_has_no_fmtp()
    {
        Assert.Null(FormatParameters.ToSdp("PCMU", []));
        Assert.Empty(FormatParameters.ToJingle("PCMU", " "));
    }
}
