using System.Globalization;
using System.Xml.Linq;
using FsCheck;
using FsCheck.Fluent;
using Gateway.Mapping.Descriptions;
using Gateway.Sip.Sdp;
using Gateway.Testing;
using Gateway.Xmpp.Jingle;

namespace Gateway.Mapping.Tests.Descriptions;

public sealed class RoundTripTests
{
    private static readonly Gen<RtpParameter> AParameter =
        from name in Gen.Elements("minptime", "useinbandfec", "profile-level-id", "x")
        from value in Gen.Elements("1", "10", "42e01f", "a,b")
        select new RtpParameter(name, value);

    private static readonly Gen<RtpPayloadType> APayload =
        from id in Gen.Choose(96, 127)
        from name in Gen.Elements("opus", "speex", "G722", "x-unknown")
        from rate in Gen.Elements(8000, 16000, 48000)
        from channels in Gen.Choose(1, 2)
        from parameters in Gen.ListOf(AParameter)
        from feedback in Gen.Elements<RtpFeedbackMessage[]>([], [new("transport-cc")], [new("nack"), new("nack", "pli")])
        select new RtpPayloadType(id, name, rate, channels)
        {
            Parameters = [.. parameters.DistinctBy(parameter => parameter.Name)],
            Feedback = feedback.Length == 0 ? RtpFeedback.None : new RtpFeedback([.. feedback]),
        };

    private static readonly Gen<IceCandidate> ACandidate =
        from foundation in Gen.Elements("1", "2896278100", "aB+/")
        from priority in Gen.Choose(1, int.MaxValue)
        from address in Gen.Elements("192.0.2.1", "10.1.2.3", "2001:db8::15", "198.51.100.255")
        from port in Gen.Choose(1, 65535)
        from type in Gen.Elements(Enum.GetValues<IceCandidateType>())
        from generation in Gen.Choose(0, 3)
        select new IceCandidate(1, foundation, (uint)priority, address, port, type)
        {
            Generation = generation,
            RelatedAddress = type == IceCandidateType.Host ? null : "10.0.0.1",
            RelatedPort = type == IceCandidateType.Host ? null : 4000,
        };

    private static readonly Gen<JingleElement> ASession =
        from payloads in Gen.NonEmptyListOf(APayload)
        from candidates in Gen.ListOf(ACandidate)
        from hash in Gen.Elements("sha-256", "sha-1")
        from ufrag in Gen.Elements("abcd", "W3bR", "ab+/")
        from extension in Gen.Elements(JingleSenders.Both, JingleSenders.Initiator, JingleSenders.Responder)
        select new JingleElement(JingleAction.SessionInitiate, "sid")
        {
            Initiator = "juliet@capulet.example/phone",
            Groups = [new JingleGroup(JingleGroup.Bundle, ["0"])],
            Contents =
            [
                new JingleContent(JingleCreator.Initiator, "0")
                {
                    Senders = JingleSenders.Both,
                    Description = new RtpDescription("audio")
                    {
                        Payloads = [.. payloads.DistinctBy(payload => payload.Id)],
                        RtcpMux = true,
                        HeaderExtensions = [new RtpHeaderExtension(3, "urn:x", extension)],
                        Sources = [new RtpSource(42, [new RtpParameter("cname", "c")])],
                        SourceGroups = [new RtpSourceGroup("FID", [42, 43])],
                        Bandwidths = [new RtpBandwidth("AS", 64)],
                    },
                    Transport = new IceUdpTransport
                    {
                        Ufrag = ufrag,
                        Pwd = "0123456789012345678901",
                        Candidates = [.. candidates],
                        Fingerprints = [new DtlsFingerprint(hash, "AA:0B:CC", DtlsSetup.ActPass)],
                    },
                },
            ],
        };

    [Fact] // section 10.2: nothing of codecs, candidates and fingerprints is lost on the way
    public void Session_survives_being_a_description() => Check.One(
        Config.QuickThrowOnFailure.WithMaxTest(300),
        Prop.ForAll(ASession.ToArbitrary(), session =>
        {
            var sdp = Sample.Converted(session);
            var back = SdpToJingle.Initiate(sdp, MediaTable.FromSdp(sdp), session.Sid, session.Initiator!);
            return JingleWriter.Write(session).ToString() == JingleWriter.Write(back).ToString();
        }));

    [Fact] // no input throws, and what comes out can be read by both sides
    public void Odd_descriptions_never_throw()
    {
        string[] names =
        [
            "rtpmap", "fmtp", "rtcp-fb", "extmap", "candidate", "ssrc", "ssrc-group", "crypto", "fingerprint", "setup", "mid", "group",
            "ptime", "maxptime", "ice-ufrag", "ice-pwd",
        ];
        string[] values =
        [
            "", " ", ":", "0", "0 ", "0 opus", "0 opus/", "0 opus/x", "111 opus/48000/2", "* x", "1/", "1/recvonly", "1 1 UDP 1",
            "1 1 udp 5 192.0.2.1 9 typ host", "1 1 udp 5 192.0.2.1 9 typ weird raddr", "sha-256", "sha-256 zz", "BUNDLE 0 1 2",
            "99999999999999999999", "-1", "a=b;;=;c", "42 cname", "FID x y",
        ];
        var attribute =
            from name in Gen.Elements(names)
            from value in Gen.Elements(values)
            select new SdpAttribute(name, value);
        var odd =
            from session in Gen.ListOf(attribute)
            from audio in Gen.ListOf(attribute)
            from formats in Gen.ListOf(Gen.Elements("0", "8", "111", "77", "x", "999", "-3"))
            from port in Gen.Elements(0, 9, 5000)
            select new SdpSession
            {
                Origin = new SdpOrigin("-", "1", 1, "IN", "IP4", "192.0.2.1"),
                Attributes = [.. session],
                Media = [.. new[] { "audio", "video", "image" }.Select(media => new SdpMedia
                {
                    Media = media,
                    Port = port,
                    Protocol = "RTP/AVP",
                    Formats = [.. formats],
                    Attributes = [.. audio],
                })],
            };
        var offer = Sample.Jingle("conversations-video-session-initiate");
        var table = MediaTable.FromJingle(offer, video: true);
        var clientOffer = Sample.Converted(offer, video: true);

        Check.One(
            Config.QuickThrowOnFailure.WithMaxTest(1000),
            Prop.ForAll(odd.ToArbitrary(), sdp =>
            {
                var own = MediaTable.FromSdp(sdp);
                JingleWriter.Write(SdpToJingle.Initiate(sdp, own, "s", "a@b/c"));
                SdpToJingle.TransportInfo(sdp, own, "s");
                SdpToJingle.TryAccept(sdp, offer, table, "a@b/c", out _, out _);
                CodecComparison.Compare(clientOffer, sdp, clientOffer);
                _ = CodecComparison.AnswerFor(clientOffer, sdp).ToString();
                _ = CodecComparison.AnswerFor(sdp, clientOffer).ToString();
                PhoneProfile.Trim(sdp);
                SdpHold.Answer(sdp, clientOffer, heldByUs: true);
                return !SipOfferPlan.TryMake(sdp, video: true, out var plan) || plan.Restore(clientOffer).Media.Length == 3;
            }));
    }

    [Fact] // damaged stanzas that are still read must make descriptions that are still read
    public void Damaged_sessions_of_clients_never_throw()
    {
        var stanzas = JingleCorpus.Names.Select(JingleCorpus.Payload).Where(jingle => jingle.Name.LocalName == "jingle").ToArray();
        var damaged =
            from stanza in Gen.Elements(stanzas)
            from first in Gen.Choose(0, 500)
            from second in Gen.Choose(0, 500)
            select (stanza, first, second);

        Check.One(
            Config.QuickThrowOnFailure.WithMaxTest(1000),
            Prop.ForAll(damaged.ToArbitrary(), entry =>
            {
                var jingle = new XElement(entry.stanza);
                foreach (var victim in new[] { entry.first, entry.second })
                {
                    var attributes = jingle.Descendants().Attributes().Where(attribute => !attribute.IsNamespaceDeclaration).ToList();
                    attributes.ElementAtOrDefault(victim % Math.Max(1, attributes.Count))?.Remove();
                }

                if (!JingleReader.TryRead(jingle, out var session, out _))
                {
                    return true;
                }

                var table = MediaTable.FromJingle(session, video: true);
                TrickleFragments.From(session, table, session);
                IceRestart.Apply(session, session);
                return !JingleToSdp.TryConvert(
                        session, JingleCreator.Initiator, table, new DescriptionOptions(), out var sdp, out _)
                    || SdpSession.TryParse(sdp.ToString(), out _, out _);
            }));
    }

    [Fact]
    public void Numbers_are_written_the_same_in_every_culture()
    {
        var before = CultureInfo.CurrentCulture;
        try
        {
            CultureInfo.CurrentCulture = new CultureInfo("ar-SA");
            var sdp = Sample.Converted(Sample.Jingle("dino-session-initiate"));
            Assert.Contains("1 1 udp 2130706431 192.0.2.21 50100 typ host generation 0", sdp.Media[0].Values("candidate"));
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }
}
