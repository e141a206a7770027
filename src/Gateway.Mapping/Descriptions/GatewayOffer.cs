using System.Collections.Immutable;
using Gateway.Sip.Sdp;

namespace Gateway.Mapping.Descriptions;

/// <summary>
/// The offer that the gateway makes for a client whose session-initiate has not come yet (MAPPING J-20): read by the media
/// relay, which writes the INVITE's offer from it and reserves the ports.
/// </summary>
/// <remarks>
/// It is plain RTP on an address that nobody answers at (192.0.2.1, RFC 5737; port 9, discard): ICE credentials and a
/// fingerprint made up here would only look like an ICE restart and a new DTLS association once the client's own arrive. The
/// unspecified address would mean hold. The payload numbers are libwebrtc's, so that the phone's answer fits most
/// clients' offers as it is. Telephone events are offered at the clock rates of both families of codecs.
/// </remarks>
public static class GatewayOffer
{
    private static readonly SdpConnection Nobody = new("IN", "IP4", "192.0.2.1");

    private static readonly SdpMedia Audio = new()
    {
        Media = "audio",
        Port = 9,
        Protocol = "RTP/AVP",
        Formats = ["111", "9", "0", "8", "126", "110"],
        Attributes =
        [
            new("mid", "0"),
            new("rtpmap", "111 opus/48000/2"),
            new("fmtp", "111 minptime=10; useinbandfec=1"),
            new("rtpmap", "9 G722/8000"),
            new("rtpmap", "0 PCMU/8000"),
            new("rtpmap", "8 PCMA/8000"),
            new("rtpmap", "126 telephone-event/8000"),
            new("fmtp", "126 0-15"),
            new("rtpmap", "110 telephone-event/48000"),
            new("fmtp", "110 0-15"),
            new("ptime", "20"),
            new("sendrecv"),
        ],
    };

    private static readonly SdpMedia Video = new()
    {
        Media = "video",
        Port = 9,
        Protocol = "RTP/AVP",
        Formats = ["96", "98"],
        Attributes =
        [
            new("mid", "1"),
            new("rtpmap", "96 VP8/90000"),
            new("rtpmap", "98 H264/90000"),
            new("fmtp", "98 level-asymmetry-allowed=1; packetization-mode=1; profile-level-id=42e01f"),
            new("sendrecv"),
        ],
    };

    private static readonly SdpSession Voice = Of(["audio"]);

    private static readonly string VoiceText = Voice.ToString();

    /// <summary>The offer for these kinds of media, in their order: a client's session-initiate keeps that of its propose.</summary>
    public static SdpSession For(ImmutableArray<string> media) => media is ["audio"] ? Voice : Of(media);

    /// <summary>The same as text: most calls are voice, and their offer is the same for all.</summary>
    internal static string TextFor(ImmutableArray<string> media) => media is ["audio"] ? VoiceText : Of(media).ToString();

    private static SdpSession Of(ImmutableArray<string> media) => new()
    {
        Origin = new SdpOrigin("-", "1", 1, "IN", "IP4", Nobody.Address),
        Connection = Nobody,
        Media = [.. media.Select(kind => kind == "video" ? Video : Audio)],
    };
}
