using System.Collections.Immutable;
using System.Globalization;

namespace Gateway.Media.Tests.Relay;

/// <summary>A desk phone's end: RTP/AVP and nothing else.</summary>
public sealed class PlainEnd(MediaEnds ends, string name) : MediaEnd(ends, name)
{
    private ImmutableArray<Codec> _codecs;
    private int _version;

    public int Port { get; set; }

    public string Host { get; init; } = "127.0.0.1";

    /// <summary>Key and salt in base64 that its packets are protected by (RFC 4568); null: by none.</summary>
    public string? SendKey { get; set; }

    /// <summary>The tag of its a=crypto line: an answer repeats the offer's.</summary>
    public int CryptoTag { get; set; } = 1;

    private string Address => $"{(Host.Contains(':', StringComparison.Ordinal) ? "IP6" : "IP4")} {Host}";

    public string Offer(IEnumerable<Codec> codecs, string direction = "sendrecv")
    {
        _codecs = [.. codecs];
        var lines = _codecs.Select(codec => $"a=rtpmap:{codec}\r\n");
        return string.Create(CultureInfo.InvariantCulture, $"v=0\r\no=phone 815 {++_version} IN {Address}\r\ns=call\r\n")
            + string.Create(CultureInfo.InvariantCulture, $"c=IN {Address}\r\nt=0 0\r\nm=audio {Port} RTP/{(SendKey is null ? "AVP" : "SAVP")} ")
            + $"{string.Join(' ', _codecs.Select(c => c.Id))}\r\n{string.Concat(lines)}a={direction}\r\n"
            + (SendKey is null ? "" : $"a=crypto:{CryptoTag} AES_CM_128_HMAC_SHA1_80 inline:{SendKey}\r\n");
    }

    /// <summary>The codecs that it shares with the offer, by the offer's numbers.</summary>
    public string Answer(Description offer, IEnumerable<Codec> codecs, string direction = "sendrecv") =>
        Offer(Shared(offer, codecs.ToList()), direction);

    /// <summary>The key of the line with its suite and tag.</summary>
    private string KeyOf(Description relay) => SendKey is null ? "" : relay.All("crypto")
        .Select(line => line.Split(' ', 3)).First(line => line[0] == $"{CryptoTag}" && line[1] == "AES_CM_128_HMAC_SHA1_80")[2]
        ["inline:".Length..].Split('|', ' ')[0];

    /// <summary>Where the relay takes its audio; it starts to send there.</summary>
    public Task RemoteAsync(Description relay) => Ends.SendAsync(
        Name,
        "remote",
        ("host", relay.Host),
        ("port", relay.Port),
        ("protect", SendKey ?? ""),
        ("open", KeyOf(relay)),
        ("receive", Rows(_codecs)),
        ("send", Rows(Shared(relay, _codecs))));
}
