using Gateway.Mapping.Descriptions;
using Gateway.Sip.Sdp;
using Gateway.Testing;
using Gateway.Xmpp.Jingle;

namespace Gateway.Mapping.Tests.Descriptions;

/// <summary>Sessions of clients, and descriptions of relays and phones.</summary>
internal static class Sample
{
    /// <summary>What the relay answers or offers to a client; <c>SETUP</c> stands for the role.</summary>
    private const string RelayText =
        """
        v=0
        o=- 8 1 IN IP4 198.51.100.7
        s=-
        c=IN IP4 198.51.100.7
        t=0 0
        a=group:BUNDLE 0
        a=ice-options:trickle
        m=audio 30000 UDP/TLS/RTP/SAVPF 111 0 126
        a=mid:0
        a=rtpmap:111 opus/48000/2
        a=fmtp:111 minptime=10;useinbandfec=1
        a=rtpmap:0 PCMU/8000
        a=rtpmap:126 telephone-event/8000
        a=fmtp:126 0-15
        a=ptime:20
        a=sendrecv
        a=rtcp-mux
        a=ice-ufrag:GwUf
        a=ice-pwd:gatewayPasswordOf24Chars
        a=fingerprint:sha-256 0a:0B:B9:B1:3F:82:18:3B:54:02:12:DF:3E:5D:49:6B:19:E5:7C:AB:3E:4B:65:2E:7D:46:3F:54:42:CD:54:F1
        a=setup:SETUP
        a=candidate:1 1 UDP 2130706431 198.51.100.7 30000 typ host
        a=candidate:1 2 UDP 2130706430 198.51.100.7 30001 typ host
        a=candidate:2 1 UDP 2130706175 fe80::1 30000 typ host
        a=candidate:3 1 TCP 1518280447 198.51.100.7 9 typ host tcptype active
        a=candidate:4 1 UDP 1694498815 203.0.113.1 40000 typ srflx raddr 198.51.100.7 rport 30000 generation 2
        """;

    public const string PhoneAnswer =
        """
        v=0
        o=phone 123 1 IN IP4 192.0.2.60
        s=call
        c=IN IP4 192.0.2.60
        t=0 0
        m=audio 4000 RTP/AVP 0 126
        a=rtpmap:0 PCMU/8000
        a=rtpmap:126 telephone-event/8000
        a=fmtp:126 0-15
        """;

    public static SdpSession Relay(string setup) => Sdp(RelayText.Replace("SETUP", setup, StringComparison.Ordinal));

    public static SdpSession Sdp(string text)
    {
        Assert.True(SdpSession.TryParse(text, out var session, out var fault), fault);
        return session;
    }

    public static JingleElement Jingle(string name)
    {
        Assert.True(JingleReader.TryRead(JingleCorpus.Payload(name), out var element, out var fault), fault?.Text);
        return element;
    }

    /// <summary>The client's offer as the relay reads it.</summary>
    public static SdpSession Converted(JingleElement initiate, bool video = false)
    {
        var ok = JingleToSdp.TryConvert(
            initiate, JingleCreator.Initiator, MediaTable.FromJingle(initiate, video), new DescriptionOptions(), out var sdp, out var fault);
        Assert.True(ok, fault?.Text);
        return Sdp(sdp!.ToString()); // through the text, as the relay gets it
    }

    /// <summary>A client's content with one audio codec, for what differs by client in a detail.</summary>
    public static JingleContent Audio(string name, params RtpPayloadType[] payloads) => new(JingleCreator.Initiator, name)
    {
        Description = new RtpDescription("audio") { Payloads = [.. payloads], RtcpMux = true },
        Transport = new IceUdpTransport
        {
            Ufrag = "ufra",
            Pwd = "0123456789012345678901",
            Fingerprints = [new DtlsFingerprint("sha-256", "AA:BB", DtlsSetup.ActPass)],
        },
    };

    public static JingleElement Initiate(params JingleContent[] contents) =>
        new(JingleAction.SessionInitiate, "sid") { Contents = [.. contents] };
}
