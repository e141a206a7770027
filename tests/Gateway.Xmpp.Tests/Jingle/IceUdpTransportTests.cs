using Gateway.Xmpp.Jingle;
using Gateway.Xmpp.Stanzas;

namespace Gateway.Xmpp.Tests.Jingle;

public sealed class IceUdpTransportTests
{
    private const string Usable = "ip='192.0.2.1' port='5000' priority='100'";

    [Fact] // XEP-0176 section 5.3; Monal writes rel_port
    public void Monals_candidate_keeps_its_related_port()
    {
        var candidate = Assert.Single(Reading.Corpus("monal-session-initiate").Contents[0].Transport!.Candidates);

        Assert.True(candidate is
        {
            Component: 1,
            Foundation: "842163049",
            Address: "198.51.100.77",
            Port: 46154,
            Priority: 1677729535,
            Type: IceCandidateType.ServerReflexive,
            RelatedAddress: "10.1.2.3",
            RelatedPort: 46154,
        });
    }

    [Fact] // clients 7: no id, generation, network; TCP and .local mixed in; ufrag without pwd
    public void Of_a_browsers_candidates_the_usable_one_is_kept()
    {
        var transport = Reading.Corpus("libwebrtc-transport-info").Contents[0].Transport!;

        Assert.True(Assert.Single(transport.Candidates) is { Port: 51234, Id: null, Network: null, Generation: 0 });
        Assert.Equal(2, transport.IgnoredCandidates);
        Assert.Equal("W3bR", transport.Ufrag);
        Assert.Null(transport.Pwd);
    }

    [Fact]
    public void Link_local_candidate_is_left_out()
    {
        var transport = Reading.Corpus("dino-session-initiate").Contents[0].Transport!;

        Assert.Equal(["192.0.2.21", "192.0.2.21", "2001:db8::15"], transport.Candidates.Select(candidate => candidate.Address));
        Assert.Equal([1, 2, 1], transport.Candidates.Select(candidate => candidate.Component));
        Assert.Equal(1, transport.IgnoredCandidates);
    }

    [Fact]
    public void End_of_candidates_is_understood() =>
        Assert.True(Reading.Corpus("libwebrtc-gathering-complete").Contents[0].Transport!.GatheringComplete);

    [Fact] // an ICE restart of Conversations
    public void Transport_with_credentials_alone_is_read()
    {
        var transport = Reading.Corpus("conversations-ice-restart").Contents[0].Transport!;

        Assert.Equal("Zx81", transport.Ufrag);
        Assert.Empty(transport.Candidates);
        Assert.DoesNotContain(transport.Pwd!, transport.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Options_are_kept_and_unknown_children_ignored() =>
        Assert.Equal<string>(
            ["trickle", "renomination"], Reading.Corpus("conversations-session-initiate").Contents[0].Transport!.Options);

    [Theory] // one bad candidate must not end a call
    [InlineData("<candidate port='5000' priority='100'/>")]
    [InlineData("<candidate ip='192.0.2.1' priority='100'/>")]
    [InlineData("<candidate ip='192.0.2.1' port='0' priority='100'/>")]
    [InlineData("<candidate ip='192.0.2.1' port='70000' priority='100'/>")]
    [InlineData("<candidate ip='192.0.2.1' port='5000' priority='-5'/>")]
    [InlineData("<candidate ip='example.org' port='5000' priority='100'/>")]
    [InlineData("<candidate ip='127.1' port='5000' priority='100'/>")]
    [InlineData("<candidate ip='fe80::1%eth0' port='5000' priority='100'/>")]
    [InlineData("<candidate ip='192.0.2.1 1 typ host&#10;a=x' port='5000' priority='100'/>")]
    [InlineData("<candidate " + Usable + " protocol='ssltcp'/>")]
    public void Unusable_candidate_is_counted_and_left_out(string candidate)
    {
        var transport = Reading.Transport(candidate + "<candidate " + Usable + "/>");

        Assert.Single(transport.Candidates);
        Assert.Equal(1, transport.IgnoredCandidates);
    }

    [Fact] // a foundation that is no token cannot do harm
    public void Foundation_that_ice_does_not_allow_is_replaced() =>
        Assert.Equal("0", Reading.Transport($"<candidate {Usable} foundation='a b'/>").Candidates[0].Foundation);

    [Theory] // XEP-0320 section 1, RFC 8122 section 5
    [InlineData("movim-session-initiate")]
    [InlineData("conversations-session-initiate")]
    public void Fingerprint_is_the_same_whatever_its_case_and_white_space(string name) =>
        Assert.Equal<DtlsFingerprint>(
            [
                new(
                    "sha-256",
                    "4A:AD:B9:B1:3F:82:18:3B:54:02:12:DF:3E:5D:49:6B:19:E5:7C:AB:3E:4B:65:2E:7D:46:3F:54:42:CD:54:F1",
                    DtlsSetup.ActPass),
            ],
            Reading.Corpus(name).Contents[0].Transport!.Fingerprints);

    [Theory]
    [InlineData("hash='sha-256' setup='actpass'", "4A:AD:B")]
    [InlineData("hash='sha-256' setup='actpass'", "4AADB9")]
    [InlineData("hash='sha-256' setup='actpass'", "")]
    [InlineData("setup='actpass'", "4A:AD")]
    [InlineData("hash='sha 256'", "4A:AD")]
    [InlineData("hash='sha-256' setup='both'", "4A:AD")]
    public void Malformed_fingerprint_is_a_bad_request(string attributes, string text) =>
        Assert.Equal(
            StanzaErrorCondition.BadRequest,
            Reading.Fault(Reading.Initiate(
                inTransport: $"<fingerprint xmlns='urn:xmpp:jingle:apps:dtls:0' {attributes}>{text}</fingerprint>")).Condition);

    [Fact] // RFC 8839 section 5.4
    public void Credentials_hold_ice_chars_only()
    {
        var jingle = Reading.Initiate();
        jingle.Descendants(JingleNamespaces.IceUdp + "transport").Single().SetAttributeValue("ufrag", "ab cd");

        Assert.Equal(StanzaErrorCondition.BadRequest, Reading.Fault(jingle).Condition);
    }

    [Fact] // Monal refuses a candidate that lacks component, foundation, generation, ip, port, priority, protocol or type
    public void Candidate_is_written_with_every_attribute()
    {
        var transport = Reading.Transport($"<candidate {Usable}/>");
        var written = JingleWriter.Write(new JingleElement(JingleAction.TransportInfo, "s")
        {
            Contents = [new JingleContent(JingleCreator.Initiator, "audio") { Transport = transport }],
        });

        var candidate = written.Descendants(JingleNamespaces.IceUdp + "candidate").Single();
        Assert.Equal(
            ["component", "foundation", "generation", "id", "ip", "network", "port", "priority", "protocol", "type"],
            candidate.Attributes().Select(attribute => attribute.Name.LocalName));
        Assert.Equal("udp", candidate.Attribute("protocol")!.Value);
        Assert.Matches("^[A-Za-z_][A-Za-z0-9._-]*$", candidate.Attribute("id")!.Value); // an NCName
    }

    [Fact] // clients 4, rule 7
    public void Link_local_address_is_never_written()
    {
        var written = JingleWriter.Write(new JingleElement(JingleAction.TransportInfo, "s")
        {
            Contents =
            [
                new JingleContent(JingleCreator.Initiator, "audio")
                {
                    Transport = new IceUdpTransport
                    {
                        Candidates = [new IceCandidate(1, "1", 1, "fe80::1", 9, IceCandidateType.Host)],
                    },
                },
            ],
        });

        Assert.Empty(written.Descendants(JingleNamespaces.IceUdp + "candidate"));
    }
}
