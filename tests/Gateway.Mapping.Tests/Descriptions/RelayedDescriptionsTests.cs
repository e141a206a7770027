using Gateway.Mapping.Descriptions;
using Gateway.Media.Embedded;
using Gateway.Media.Relay;
using Gateway.Media.Rtpengine;
using Gateway.Sip.Sdp;
using Gateway.Testing.Servers;
using Gateway.Xmpp.Jingle;
using Microsoft.Extensions.Logging.Abstractions;

namespace Gateway.Mapping.Tests.Descriptions;

/// <summary>The whole way of a call's descriptions, through a real relay: client, relay, phone and back.</summary>
public abstract class RelayedDescriptionsTests(IMediaRelay relay)
{
    private protected const string Us = "romeo%montague.example@sip.capulet.example/sip";
    private readonly string _session = Guid.NewGuid().ToString();

    public static TheoryData<string> Callers =>
    [
        "conversations-session-initiate", "conversations-video-session-initiate", "dino-session-initiate",
        "libwebrtc-session-initiate", "monal-session-initiate", "movim-session-initiate",
    ];

    [Theory] // MAPPING 9.2: the phone is invited before the client has spoken
    [MemberData(nameof(Callers))]
    public async Task Phone_that_answered_the_gateways_offer_serves_every_client(string client)
    {
        var sent = await OfferAsync("xmpp", GatewayOffer.For(["audio"]), MediaProfile.PlainRtp);
        Assert.Equal("RTP/AVP", Assert.Single(sent.Media).Protocol);
        Assert.False(sent.IsHold);
        var stored = PhoneAnswers(sent, "0", "126");
        await AnswerAsync("xmpp", "sip", stored, MediaProfile.PlainRtp);

        var initiate = Sample.Jingle(client);
        var offer = Sample.Converted(initiate);
        Assert.Equal(new CodecFit.Same(), CodecComparison.Compare(sent, stored, offer));
        var again = await OfferAsync("xmpp", offer, MediaProfile.PlainRtp, to: "sip");
        Assert.Equal(sent.Media[0].Port, again.Media[0].Port);
        Assert.False(again.IsHold);
        var answer = await AnswerAsync("xmpp", "sip", CodecComparison.AnswerFor(again, stored), MediaProfile.WebRtc);

        Assert.True(
            SdpToJingle.TryAccept(answer, initiate, MediaTable.FromJingle(initiate), Us, out var accept, out var fault), fault?.Text);
        var taken = StrictClient.Takes(accept, initiate);
        Assert.Equal("PCMU", taken.Contents[0].Description!.Payloads[0].Name);
        Assert.NotEmpty(taken.Contents[0].Transport!.Candidates);
    }

    [Theory] // MAPPING 9.2, early: the client's own codecs are in the INVITE
    [MemberData(nameof(Callers))]
    public async Task Clients_own_offer_reaches_the_phone_plain_and_small(string client)
    {
        var initiate = Sample.Jingle(client);
        var sent = PhoneProfile.Trim(await OfferAsync("xmpp", Sample.Converted(initiate), MediaProfile.PlainRtp));

        var audio = Assert.Single(sent.Media);
        Assert.Equal("RTP/AVP", audio.Protocol);
        Assert.Contains("0", audio.Formats);
        Assert.False(sent.IsHold);
        Assert.Empty(audio.Attributes.Select(attribute => attribute.Name).Intersect(["candidate", "fingerprint", "extmap", "ssrc"]));
        Assert.InRange(sent.ToString().Length, 1, 700); // U-33: leaves room for the header of an INVITE of 1300 octets
    }

    [Fact] // MAPPING 9.3
    public async Task Offer_of_a_phone_reaches_a_strict_client_and_its_accept_answers_the_phone()
    {
        var invite = Sample.Sdp(
            """
            v=0
            o=mickey 2890 1 IN IP4 127.0.0.1
            s=Talk
            c=IN IP4 127.0.0.1
            t=0 0
            m=image 5000 udptl t38
            m=audio 7078 RTP/AVP 96 0 18 101
            a=rtpmap:96 opus/48000/2
            a=rtpmap:101 telephone-event/8000
            """);
        Assert.True(SipOfferPlan.TryMake(invite, video: false, out var plan));
        var forClient = await OfferAsync("sip", plan.Filtered, MediaProfile.WebRtc);
        var table = MediaTable.FromSdp(forClient);
        var initiate = StrictClient.Takes(SdpToJingle.Initiate(forClient, table, "sid", Us));
        Assert.Equal(["opus", "PCMU", "telephone-event"], initiate.Contents[0].Description!.Payloads.Select(payload => payload.Name!));

        var accept = Sample.Jingle("dino-session-accept");
        accept = accept with
        {
            Contents = [accept.Contents[0] with
            {
                Name = initiate.Contents[0].Name,
                Description = accept.Contents[0].Description! with { Payloads = [new RtpPayloadType(96, "opus", 48000, 2)] },
            }],
        };
        Assert.True(JingleToSdp.TryConvert(
            accept, JingleCreator.Responder, table, new DescriptionOptions { RequireSrtp = true }, out var sdp, out var fault), fault?.Text);
        var forPhone = PhoneProfile.Trim(plan.Restore(await AnswerAsync("sip", "xmpp", sdp, MediaProfile.PlainRtp)));

        Assert.Equal(["image", "audio"], forPhone.Media.Select(media => media.Media));
        Assert.True(forPhone.Media[0].IsRefused);
        Assert.Equal("RTP/AVP", forPhone.Media[1].Protocol);
        Assert.Equal("96", forPhone.Media[1].Formats[0]);
        Assert.NotEqual(0, forPhone.Media[1].Port);
        Assert.False(forPhone.IsHold);
    }

    [Theory] // R-20, RFC 3264 section 6.1: the answer's protocol is the offer's
    [InlineData("RTP/AVP", "")]
    [InlineData("RTP/AVPF", "a=rtcp-fb:* nack\r\n")]
    [InlineData("RTP/SAVP", "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:WVNfX19zZW1jdGwgKCkgewkyMjA7fQp9CnVubGVz\r\n")]
    [InlineData("RTP/SAVPF", "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:WVNfX19zZW1jdGwgKCkgewkyMjA7fQp9CnVubGVz\r\n")]
    public async Task Phone_is_answered_in_the_protocol_that_it_offered(string protocol, string attribute)
    {
        var invite = Sample.Sdp(
            "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n"
            + $"m=audio 7078 {protocol} 0\r\n{attribute}");
        Assert.True(SipOfferPlan.TryMake(invite, video: false, out var plan));
        var forClient = await OfferAsync("sip", plan.Filtered, MediaProfile.WebRtc);
        var table = MediaTable.FromSdp(forClient);
        StrictClient.Takes(SdpToJingle.Initiate(forClient, table, "sid", Us));

        var accept = Sample.Jingle("dino-session-accept");
        accept = accept with
        {
            Contents = [accept.Contents[0] with
            {
                Name = table.Lines[0].Name,
                Description = accept.Contents[0].Description! with { Payloads = [new RtpPayloadType(0, "PCMU", 8000)] },
            }],
        };
        Assert.True(JingleToSdp.TryConvert(
            accept, JingleCreator.Responder, table, new DescriptionOptions(), out var sdp, out var fault), fault?.Text);
        var answer = plan.Restore(PhoneProfile.Trim(await AnswerAsync("sip", "xmpp", sdp, MediaProfile.PlainRtp)));

        Assert.Equal(protocol, answer.Media[0].Protocol);
        Assert.Equal(protocol.Contains("SAVP", StringComparison.Ordinal), answer.Media[0].Has("crypto"));
        Assert.False(answer.Media[0].Has("rtcp-fb"));
    }

    [Fact] // the phone took G722 and the client has it not: transcoding is asked for by the client's own offer
    public async Task Client_without_the_phones_codec_is_transcoded()
    {
        var sent = await OfferAsync("xmpp", GatewayOffer.For(["audio"]), MediaProfile.PlainRtp);
        var stored = PhoneAnswers(sent, "8");
        var initiate = Sample.Initiate(Sample.Audio("0", new RtpPayloadType(96, "opus", 48000, 2)));
        initiate = initiate with
        {
            Contents = [initiate.Contents[0] with { Transport = Sample.Jingle("monal-session-initiate").Contents[0].Transport }],
        };
        var offer = Sample.Converted(initiate);
        var fit = Assert.IsType<CodecFit.Transcode>(CodecComparison.Compare(sent, stored, offer));

        var again = await OfferAsync("xmpp", offer, MediaProfile.PlainRtp, transcode: fit.Encodings);
        var answer = await AnswerAsync("xmpp", "sip", CodecComparison.AnswerFor(again, stored), MediaProfile.WebRtc);

        Assert.True(
            SdpToJingle.TryAccept(answer, initiate, MediaTable.FromJingle(initiate), Us, out var accept, out var fault), fault?.Text);
        Assert.Equal("opus", StrictClient.Takes(accept, initiate).Contents[0].Description!.Payloads[0].Name);
    }

    [Fact] // R-10, RFC 3264 section 8.4
    public async Task Hold_of_the_phone_is_answered_recvonly()
    {
        var initiate = Sample.Jingle("monal-session-initiate");
        var sent = await OfferAsync("xmpp", Sample.Converted(initiate), MediaProfile.PlainRtp);
        var stored = PhoneAnswers(sent, "0");
        await AnswerAsync("xmpp", "sip", stored, MediaProfile.WebRtc);

        var held = stored.WithDirection(SdpDirection.SendOnly);
        Assert.Equal(HoldChange.Held, SdpHold.Compare(stored, held));
        var forClient = await OfferAsync("sip", held, MediaProfile.WebRtc, to: "xmpp");
        var client = CodecComparison.AnswerFor(forClient, SdpHold.Answer(Sample.Converted(initiate), forClient, heldByUs: false));
        var forPhone = await AnswerAsync("sip", "xmpp", client, MediaProfile.PlainRtp);

        Assert.Equal(SdpDirection.RecvOnly, forPhone.DirectionOf(forPhone.Media[0]));
    }

    private static SdpSession PhoneAnswers(SdpSession offer, params string[] formats)
    {
        var kept = formats.ToHashSet(StringComparer.Ordinal);
        return Sample.Sdp(Sample.PhoneAnswer.Replace("192.0.2.60", "127.0.0.1", StringComparison.Ordinal)) with
        {
            Media =
            [
                .. offer.Media.Select(media => new SdpMedia
                {
                    Media = media.Media,
                    Port = 4000,
                    Protocol = media.Protocol,
                    Formats = [.. media.Formats.Where(kept.Contains)],
                    Attributes = [.. media.Attributes.Where(
                        attribute => attribute.Name is "rtpmap" or "fmtp" && kept.Contains(attribute.Value!.Split(' ')[0]))],
                }),
            ],
        };
    }

    private protected async Task<SdpSession> OfferAsync(
        string from,
        SdpSession sdp,
        MediaProfile towards,
        string? to = null,
        System.Collections.Immutable.ImmutableArray<string> transcode = default)
    {
        var offer = new MediaOffer(_session, from, sdp.ToString(), towards) { ToTag = to };
        return Read(await relay.OfferAsync(transcode.IsDefault ? offer : offer with { Transcode = transcode }, default));
    }

    private async Task<SdpSession> AnswerAsync(string from, string to, SdpSession sdp, MediaProfile towards) =>
        Read(await relay.AnswerAsync(new MediaAnswer(_session, from, to, sdp.ToString(), towards), default));

    private static SdpSession Read(MediaResult result)
    {
        Assert.True(result.IsOk, result.Detail);
        return Sample.Sdp(result.Sdp!);
    }
}

/// <summary>Through rtpengine.</summary>
public sealed class DescriptionsThroughRtpengineTests(DescriptionsThroughRtpengineTests.Engine engine)
    : RelayedDescriptionsTests(engine.Relay), IClassFixture<DescriptionsThroughRtpengineTests.Engine>
{
    [Fact] // GSM, which the relay in the process does not transcode
    public async Task Phone_without_web_codecs_is_transcoded()
    {
        var invite = Sample.Sdp("v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 7078 RTP/AVP 3\r\n");
        Assert.True(SipOfferPlan.TryMake(invite, video: false, out var plan));

        var forClient = await OfferAsync("sip", plan.Filtered, MediaProfile.WebRtc, transcode: plan.Transcode);

        Assert.Contains(
            SdpToJingle.Initiate(forClient, MediaTable.FromSdp(forClient), "sid", Us).Contents[0].Description!.Payloads,
            payload => payload is { Name: "opus", ClockRate: 48000, Channels: 2 });
    }

    /// <summary>One private engine for all tests of the class.</summary>
    public sealed class Engine : IAsyncLifetime, IAsyncDisposable
    {
        private RtpengineServer? _server;
        private RtpengineRelay? _relay;

        public IMediaRelay Relay => _relay!;

        public async Task InitializeAsync()
        {
            _server = await RtpengineServer.StartAsync();
            _relay = new RtpengineRelay(
                new RtpengineOptions { Engines = [_server.Address] }, TimeProvider.System, NullLogger<RtpengineRelay>.Instance);
        }

        Task IAsyncLifetime.DisposeAsync() => DisposeAsync().AsTask();

        public async ValueTask DisposeAsync()
        {
            await _relay!.DisposeAsync();
            await _server!.DisposeAsync();
        }
    }
}

/// <summary>Through the relay in this process.</summary>
public sealed class DescriptionsThroughEmbeddedRelayTests(DescriptionsThroughEmbeddedRelayTests.Engine engine)
    : RelayedDescriptionsTests(engine.Relay), IClassFixture<DescriptionsThroughEmbeddedRelayTests.Engine>
{
    /// <summary>One relay for all tests of the class.</summary>
    public sealed class Engine : IAsyncLifetime, IAsyncDisposable
    {
        private readonly EmbeddedRelay _relay = new(
            new EmbeddedRelayOptions { FirstPort = 26_000, LastPort = 26_399, Threads = 1 },
            NoMediaNotices.Instance,
            TimeProvider.System,
            NullLoggerFactory.Instance);

        public IMediaRelay Relay => _relay;

        public Task InitializeAsync() => Task.CompletedTask;

        Task IAsyncLifetime.DisposeAsync() => DisposeAsync().AsTask();

        public ValueTask DisposeAsync() => _relay.DisposeAsync();
    }
}
