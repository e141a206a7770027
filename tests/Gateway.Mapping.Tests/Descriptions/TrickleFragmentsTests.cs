using Gateway.Mapping.Descriptions;
using Gateway.Xmpp.Jingle;

namespace Gateway.Mapping.Tests.Descriptions;

public sealed class TrickleFragmentsTests
{
    [Fact] // RFC 8840 section 9
    public void Candidate_of_Conversations_is_a_fragment_with_its_credentials()
    {
        var session = Sample.Jingle("conversations-session-initiate");

        Assert.Equal<string>(
            [
                "a=ice-ufrag:bhrE\r\na=ice-pwd:Vq9gSw0xyGhnRcPoB1tJtE5R\r\nm=audio 9 RTP/AVP 0\r\na=mid:0\r\n"
                + "a=candidate:1510613869 1 udp 2122063615 192.0.2.14 41002 typ host generation 0\r\n",
            ],
            TrickleFragments.From(Sample.Jingle("conversations-transport-info"), MediaTable.FromJingle(session)));
    }

    [Fact] // clients 3: Movim sends the user fragment without the password
    public void Missing_password_is_the_sessions()
    {
        var session = Sample.Jingle("movim-session-initiate");
        var fragment = Assert.Single(
            TrickleFragments.From(Sample.Jingle("movim-transport-info"), MediaTable.FromJingle(session), session));

        Assert.Contains("a=ice-pwd:movimMovimMovimMovimMovi\r\n", fragment, StringComparison.Ordinal);
        Assert.Contains("typ srflx raddr 0.0.0.0 rport 0 generation 0\r\n", fragment, StringComparison.Ordinal);
    }

    [Fact] // clients 7
    public void Of_a_browsers_candidates_the_usable_one_is_passed_on_and_the_end_too()
    {
        var session = Sample.Jingle("libwebrtc-session-initiate");
        var table = MediaTable.FromJingle(session);

        var fragment = Assert.Single(TrickleFragments.From(Sample.Jingle("libwebrtc-transport-info"), table, session));
        Assert.Equal(1, fragment.Split("a=candidate:").Length - 1);
        var end = Assert.Single(TrickleFragments.From(Sample.Jingle("libwebrtc-gathering-complete"), table, session));
        Assert.EndsWith("a=mid:0\r\na=end-of-candidates\r\n", end, StringComparison.Ordinal);
    }

    [Fact] // clients 3: Dino keeps credentials per content
    public void Each_set_of_credentials_has_its_own_fragment()
    {
        var accept = Sample.Jingle("dino-session-accept");
        var table = new MediaTable(
        [
            new MediaLine("audio", JingleCreator.Initiator, "0", "audio"),
            new MediaLine("video", JingleCreator.Initiator, "1", "video"),
        ]);

        var fragments = TrickleFragments.From(accept, table);

        Assert.Equal(2, fragments.Length);
        Assert.Contains("a=ice-ufrag:m1Nb", fragments[0], StringComparison.Ordinal);
        Assert.Contains("a=mid:1", fragments[1], StringComparison.Ordinal);
    }

    [Fact]
    public void Second_component_unknown_content_and_restart_without_candidates_are_nothing_new()
    {
        var session = Sample.Jingle("conversations-session-initiate");
        var table = MediaTable.FromJingle(session);
        JingleElement Info(string name, int component) => new(JingleAction.TransportInfo, "s")
        {
            Contents =
            [
                new JingleContent(JingleCreator.Initiator, name)
                {
                    Transport = new IceUdpTransport
                    {
                        Ufrag = "bhrE",
                        Candidates = [new IceCandidate(component, "1", 1, "192.0.2.1", 5000, IceCandidateType.Host)],
                    },
                },
            ],
        };

        Assert.Single(TrickleFragments.From(Info("0", 1), table));
        Assert.Empty(TrickleFragments.From(Info("0", 2), table));
        Assert.Empty(TrickleFragments.From(Info("1", 1), table));
        Assert.Empty(TrickleFragments.From(Sample.Jingle("conversations-ice-restart"), table));
    }

    [Fact]
    public void New_user_fragment_is_a_restart_and_keeps_the_fingerprint()
    {
        var session = Sample.Jingle("conversations-session-initiate");
        var table = MediaTable.FromJingle(session);
        var restart = Sample.Jingle("conversations-ice-restart");

        Assert.True(IceRestart.IsRestart(session, restart, table));
        Assert.False(IceRestart.IsRestart(session, Sample.Jingle("conversations-transport-info"), table));

        var renewed = IceRestart.Apply(session, restart);
        Assert.Equal("Zx81", renewed.Contents[0].Transport!.Ufrag);
        Assert.Equal<DtlsFingerprint>(
            session.Contents[0].Transport!.Fingerprints, renewed.Contents[0].Transport!.Fingerprints);
        Assert.Equal("Zx81", Sample.Converted(renewed).Media[0].Value("ice-ufrag"));
    }

    [Fact] // RFC 9143: one transport for the bundle
    public void Restart_of_a_bundle_renews_all_its_contents()
    {
        var session = Sample.Jingle("conversations-video-session-initiate");

        var renewed = IceRestart.Apply(session, Sample.Jingle("conversations-ice-restart"));

        Assert.Equal(["Zx81", "Zx81"], renewed.Contents.Select(content => content.Transport!.Ufrag));
    }
}
