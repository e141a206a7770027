using Gateway.Mapping.Descriptions;
using Gateway.Xmpp.Jingle;

namespace Gateway.Mapping.Tests.Descriptions;

public sealed class MediaTableTests
{
    [Fact] // a tag is a token, a content name need not be one
    public void Name_that_is_no_token_gets_a_tag_of_our_own()
    {
        var table = MediaTable.FromJingle(Sample.Initiate(
            Sample.Audio("this is the audio", new RtpPayloadType(0, "PCMU")), Sample.Audio("m0", new RtpPayloadType(0, "PCMU"))));

        Assert.Equal(["m0x", "m0"], table.Lines.Select(line => line.Mid));
        Assert.Equal("this is the audio", table.ByMid("m0x")!.Name);
    }

    [Fact]
    public void Video_is_relayed_only_when_asked_for()
    {
        var session = Sample.Jingle("conversations-video-session-initiate");

        Assert.Equal([true, false], MediaTable.FromJingle(session).Lines.Select(line => line.IsRelayed));
        Assert.Equal([true, true], MediaTable.FromJingle(session, video: true).Lines.Select(line => line.IsRelayed));
    }

    [Fact]
    public void Only_the_first_audio_is_relayed()
    {
        var table = MediaTable.FromJingle(Sample.Initiate(
            Sample.Audio("a", new RtpPayloadType(0, "PCMU")), Sample.Audio("b", new RtpPayloadType(0, "PCMU"))));

        Assert.Equal(["a"], table.Relayed.Select(line => line.Name));
    }

    [Theory] // clients 4, rule 5: at most 16 characters, no white space
    [InlineData("0", "0")]
    [InlineData("audio", "audio")]
    [InlineData("a-tag-of-more-than-sixteen", "audio")]
    [InlineData(null, "0")]
    public void Content_is_named_by_its_tag_if_clients_take_the_name(string? mid, string name)
    {
        var relay = Sample.Relay("actpass");
        var media = mid is null ? relay.Media[0].WithoutAttribute("mid") : relay.Media[0].WithAttribute("mid", mid);

        Assert.Equal(name, MediaTable.FromSdp(relay.WithMedia(0, media)).Lines[0].Name);
    }

    [Fact]
    public void Line_is_found_by_its_place_when_the_relay_leaves_tags_out()
    {
        var relay = Sample.Relay("active");
        var untagged = relay.WithMedia(0, relay.Media[0].WithoutAttribute("mid"));
        var table = MediaTable.FromJingle(Sample.Jingle("dino-session-initiate"));

        Assert.NotNull(table.Find(untagged, table.Lines[0]));
        Assert.Null(table.Find(relay, table.Lines[0])); // tagged 0, and the content is called audio
    }
}
