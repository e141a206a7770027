using Gateway.Media.Quality;
using Gateway.Media.Relay;
using Gateway.Media.Tests.Relay;

namespace Gateway.Media.Tests.Embedded;

/// <summary>What the relay itself measures of a call: RFC 3550 section 6.4.1 and the score of ITU-T G.107.</summary>
public sealed class QualityTests(EmbeddedFixture fixture) : IClassFixture<EmbeddedFixture>
{
    [Fact]
    public async Task A_call_over_loopback_loses_nothing_and_scores_well_in_both_directions()
    {
        var session = $"call {Guid.NewGuid():N}";
        var web = await fixture.Ends.WebAsync(offers: true, 1000, 440);
        var phone = await fixture.Ends.PlainAsync(440, 1000);
        var forPhone = await fixture.Relay.OfferAsync(new(session, "web", web.Offer([Codec.Pcmu]), MediaProfile.PlainRtp), default);
        var answer = phone.Answer(new Description(forPhone.Sdp!), [Codec.Pcmu]);
        var forWeb = await fixture.Relay.AnswerAsync(new(session, "web", "phone", answer, MediaProfile.WebRtc), default);
        await phone.RemoteAsync(new Description(forPhone.Sdp!));
        await web.AnsweredAsync(new Description(forWeb.Sdp!));
        await web.HearsAsync();
        await phone.HearsAsync();

        var statistics = await fixture.Relay.QueryAsync(session, default);

        Assert.Equal(2, statistics!.Ends.Length);
        Assert.All(statistics.Ends, end =>
        {
            Assert.Equal(end.Packets, end.Received!.Packets);
            Assert.Equal(0, end.Received.Lost);
            Assert.Equal(EModel.Estimate(0, end.Received.Jitter, null), end.Received.Score); // a busy machine jitters
            Assert.Null(end.Sent); // neither end sends reports
        });
        await fixture.Relay.DeleteAsync(session, default);
        await web.CloseAsync();
        await phone.CloseAsync();
    }
}
