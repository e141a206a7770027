using System.Collections.Immutable;
using System.Net.Sockets;
using Gateway.Media.Relay;

namespace Gateway.Media.Rtpengine;

/// <summary>The ng protocol's commands, with the flags that rtpengine 10.5 and later understand (docs/adr/0003).</summary>
internal static class NgCommands
{
    public static BencodeValue.Dictionary Ping { get; } = Command("ping");

    /// <param name="offer">The offer, its description as the engine shall see it.</param>
    /// <param name="profile">What the reader's own descriptions named last (RTP/SAVP, say); null when it has not spoken yet.</param>
    public static BencodeValue.Dictionary Offer(MediaOffer offer, string? profile) => Command("offer", [
        new("call-id", Text(offer.SessionId)),
        new("from-tag", Text(offer.FromTag)),
        .. Optional("to-tag", offer.ToTag),
        .. Optional("address-family", offer.Family switch
        {
            AddressFamily.InterNetwork => "IP4",
            AddressFamily.InterNetworkV6 => "IP6",
            _ => null,
        }),
        .. Codecs(offer.Transcode),
        .. PressingKeys(InsertsDigits(offer), offer.Towards == MediaProfile.WebRtc ? OfferForWebRtc : OfferForPhones(profile, offer.Srtp)),
        // Towards the end that offers; "active", the default, would shake hands before that end has an answer.
        new("DTLS-reverse", Text("passive")),
        Supports,
        new("sdp", Text(offer.Sdp)),
    ]);

    /// <summary>An answer keeps the offer's profile (RFC 3264 section 6, R-20), so none is named.</summary>
    public static BencodeValue.Dictionary Answer(MediaAnswer answer, bool insertsDigits = false) => Command("answer", [
        new("call-id", Text(answer.SessionId)),
        new("from-tag", Text(answer.FromTag)),
        new("to-tag", Text(answer.ToTag)),
        .. PressingKeys(insertsDigits, answer.Towards == MediaProfile.WebRtc ? AnswerForWebRtc : Phones),
        Supports,
        new("sdp", Text(answer.Sdp)),
    ]);

    /// <summary>At once: the engine's default is to linger for 30 seconds.</summary>
    public static BencodeValue.Dictionary Delete(string sessionId) => Command("delete", [
        new("call-id", Text(sessionId)),
        new("delete-delay", new BencodeValue.Integer(0)),
    ]);

    /// <summary>
    /// Whether keys may have to be pressed by command: for an end that sends no telephone-event, and only then, for it keeps
    /// packets out of the kernel.
    /// </summary>
    public static bool InsertsDigits(MediaOffer offer) =>
        !offer.Transcode.IsDefaultOrEmpty && offer.Transcode.Contains("telephone-event", StringComparer.OrdinalIgnoreCase);

    /// <summary>from-tag names the end whose voice the tone replaces: the other one hears it.</summary>
    public static BencodeValue.Dictionary PlayDigit(MediaDigit digit, string fromTag) => Command("play DTMF", [
        new("call-id", Text(digit.SessionId)),
        new("from-tag", Text(fromTag)),
        new("code", Text(digit.Key.ToString())),
        new("duration", new BencodeValue.Integer((long)Math.Clamp(digit.Duration.TotalMilliseconds, 100, 5000))),
    ]);

    public static BencodeValue.Dictionary Query(string sessionId) => Command("query", [new("call-id", Text(sessionId))]);

    private static IEnumerable<KeyValuePair<string, BencodeValue>> PressingKeys(
        bool pressing, KeyValuePair<string, BencodeValue>[] arguments) =>
        !pressing ? arguments : arguments.Select(argument => argument is { Key: "flags", Value: BencodeValue.List flags }
            ? new("flags", new BencodeValue.List([.. flags.Items, new BencodeValue.Octets("inject-DTMF")])) : argument);

    private static KeyValuePair<string, BencodeValue>[] OfferForWebRtc { get; } =
        [new("transport-protocol", Text("UDP/TLS/RTP/SAVPF")), .. WebRtc("offer", "require")];

    private static KeyValuePair<string, BencodeValue>[] AnswerForWebRtc { get; } = WebRtc("accept");

    /// <summary>A phone that once spoke SRTP by SDES (RFC 4568) is not asked to leave it in the middle of a call.</summary>
    private static KeyValuePair<string, BencodeValue>[] OfferForPhones(string? profile, MediaSrtp srtp) => (profile, srtp) switch
    {
        ("RTP/SAVP" or "RTP/SAVPF", _) => [new("transport-protocol", Text(profile)), new("SDES", WithoutWeakSuites), .. Phones],
        (_, MediaSrtp.Required) => [new("transport-protocol", Text("RTP/SAVP")), new("SDES", WithoutWeakSuites), .. Phones],
        (_, MediaSrtp.Optional) =>
            [new("transport-protocol", Text("RTP/SAVP")), new("OSRTP", Texts("offer")), new("SDES", WithoutWeakSuites), .. Phones],
        _ => OfferForPlainPhones,
    };

    private static KeyValuePair<string, BencodeValue>[] OfferForPlainPhones =>
        field ??= [new("transport-protocol", Text("RTP/AVP")), new("SDES", Texts("off")), .. Phones];

    /// <summary>What 10.5 would offer besides: no encryption at all, short tags, and suites that phones do not have.</summary>
    private static BencodeValue.List WithoutWeakSuites { get; } = Texts([.. new[]
    {
        "NULL_HMAC_SHA1_80", "NULL_HMAC_SHA1_32", "F8_128_HMAC_SHA1_80", "F8_128_HMAC_SHA1_32",
        "AES_CM_128_HMAC_SHA1_32", "AES_192_CM_HMAC_SHA1_32", "AES_192_CM_HMAC_SHA1_80", "AES_256_CM_HMAC_SHA1_32",
    }.Select(suite => $"no-{suite}")]);

    private static KeyValuePair<string, BencodeValue>[] WebRtc(params string[] rtcpMux) =>
    [
        new("ICE", Text("force")),
        new("DTLS", Text("passive")), // the end shakes hands as soon as its own ICE is ready
        new("DTLS-fingerprint", Text("sha-256")),
        new("SDES", Texts("off")),
        new("rtcp-mux", Texts(rtcpMux)),
        new("replace", Texts("origin", "session-connection")),
        new("flags", Texts("trust-address", "generate-mid", "trickle-ICE")),
    ];

    private static KeyValuePair<string, BencodeValue>[] Phones { get; } =
    [
        new("ICE", Text("remove")),
        new("DTLS", Text("off")),
        new("rtcp-mux", Texts("demux")),
        new("replace", Texts("origin", "session-connection")),
        new("flags", Texts("trust-address", "original-sendrecv", "trickle-ICE")),
    ];

    private static KeyValuePair<string, BencodeValue> Supports { get; } = new("supports", Texts("load limit"));

    private static KeyValuePair<string, BencodeValue>[] Codecs(ImmutableArray<string> transcode) =>
        transcode.IsDefaultOrEmpty
            ? []
            : [new("codec", new BencodeValue.Dictionary([new("transcode", Texts([.. transcode]))]))];

    private static KeyValuePair<string, BencodeValue>[] Optional(string key, string? value) =>
        value is null ? [] : [new(key, Text(value))];

    private static BencodeValue.Dictionary Command(
        string name, params ReadOnlySpan<KeyValuePair<string, BencodeValue>> arguments) =>
        new([new("command", Text(name)), .. arguments]);

    private static BencodeValue.Octets Text(string text) => new(text);

    private static BencodeValue.List Texts(params string[] texts) =>
        new([.. texts.Select(text => new BencodeValue.Octets(text))]);
}
