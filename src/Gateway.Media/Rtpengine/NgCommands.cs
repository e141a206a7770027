using System.Collections.Immutable;
using Gateway.Media.Relay;

namespace Gateway.Media.Rtpengine;

/// <summary>The ng protocol's commands, with the flags that rtpengine 10.5 and later understand (docs/adr/0003).</summary>
internal static class NgCommands
{
    public static BencodeValue.Dictionary Ping { get; } = Command("ping");

    public static BencodeValue.Dictionary Offer(MediaOffer offer) => Command("offer", [
        new("call-id", Text(offer.SessionId)),
        new("from-tag", Text(offer.FromTag)),
        .. Optional("to-tag", offer.ToTag),
        .. Codecs(offer.Transcode),
        .. Towards(offer.Towards, isOffer: true),
        new("sdp", Text(offer.Sdp)),
    ]);

    public static BencodeValue.Dictionary Answer(MediaAnswer answer) => Command("answer", [
        new("call-id", Text(answer.SessionId)),
        new("from-tag", Text(answer.FromTag)),
        new("to-tag", Text(answer.ToTag)),
        .. Towards(answer.Towards, isOffer: false),
        new("sdp", Text(answer.Sdp)),
    ]);

    /// <summary>At once: the engine's default is to linger for 30 seconds.</summary>
    public static BencodeValue.Dictionary Delete(string sessionId) => Command("delete", [
        new("call-id", Text(sessionId)),
        new("delete-delay", new BencodeValue.Integer(0)),
    ]);

    public static BencodeValue.Dictionary Query(string sessionId) => Command("query", [new("call-id", Text(sessionId))]);

    private static IEnumerable<KeyValuePair<string, BencodeValue>> Towards(MediaProfile profile, bool isOffer) => profile switch
    {
        MediaProfile.WebRtc => [
            new("transport-protocol", Text("UDP/TLS/RTP/SAVPF")),
            new("ICE", Text("force")),
            new("DTLS", Text("passive")),
            new("DTLS-fingerprint", Text("sha-256")),
            new("SDES", Texts("off")),
            new("rtcp-mux", isOffer ? Texts("offer", "require") : Texts("accept")),
            new("replace", Texts("origin", "session-connection")),
            new("flags", Texts("trust-address", "generate-mid", "trickle-ICE")),
            Supports,
        ],
        _ => [
            new("transport-protocol", Text("RTP/AVP")),
            new("ICE", Text("remove")),
            new("DTLS", Text("off")),
            new("DTLS-reverse", Text("passive")),
            new("SDES", Texts("off")),
            new("rtcp-mux", Texts("demux")),
            new("replace", Texts("origin", "session-connection")),
            new("flags", Texts("trust-address", "original-sendrecv", "trickle-ICE")),
            Supports,
        ],
    };

    private static KeyValuePair<string, BencodeValue> Supports => new("supports", Texts("load limit"));

    private static IEnumerable<KeyValuePair<string, BencodeValue>> Codecs(ImmutableArray<string> transcode) =>
        transcode.IsDefaultOrEmpty
            ? []
            : [new("codec", new BencodeValue.Dictionary([new("transcode", Texts([.. transcode]))]))];

    private static IEnumerable<KeyValuePair<string, BencodeValue>> Optional(string key, string? value) =>
        value is null ? [] : [new(key, Text(value))];

    private static BencodeValue.Dictionary Command(
        string name, params IEnumerable<KeyValuePair<string, BencodeValue>> arguments) =>
        new([new("command", Text(name)), .. arguments]);

    private static BencodeValue.Octets Text(string text) => new(text);

    private static BencodeValue.List Texts(params string[] texts) =>
        new([.. texts.Select(text => new BencodeValue.Octets(text))]);
}
