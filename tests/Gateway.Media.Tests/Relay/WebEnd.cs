using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;

namespace Gateway.Media.Tests.Relay;

/// <summary>A browser's or Jingle client's end: ICE, DTLS-SRTP, rtcp-mux.</summary>
public sealed class WebEnd(MediaEnds ends, string name) : MediaEnd(ends, name)
{
    private string _ufrag = "", _pwd = "", _fingerprint = "";
    private string? _described;
    private ImmutableArray<Codec> _codecs;
    private int _version;

    public ImmutableArray<string> Candidates { get; private set; }

    /// <summary>What <c>made</c> told.</summary>
    public void Take(JsonObject made)
    {
        _ufrag = (string)made["ufrag"]!;
        _pwd = (string)made["pwd"]!;
        _fingerprint = (string)made["fingerprint"]!;
        Candidates = [.. made["candidates"]!.AsArray().Select(candidate => (string)candidate!)];
    }

    public string Offer(IEnumerable<Codec> codecs, bool candidates = true, string direction = "sendrecv")
    {
        _codecs = [.. codecs];
        return Describe("actpass", candidates, direction);
    }

    /// <summary>As a libwebrtc client answers: those codecs that it shares, by the offer's numbers.</summary>
    public string Answer(Description offer, IEnumerable<Codec> codecs, bool candidates = true, string setup = "active")
    {
        _codecs = [.. Shared(offer, codecs.ToList())];
        return Describe(setup, candidates, "sendrecv");
    }

    /// <summary>
    /// Its description once more, as one that stores it would write it for a new exchange: another direction, the
    /// credentials that it has now.
    /// </summary>
    public string Again(string direction, string setup = "active") => Describe(setup, candidates: true, direction);

    /// <summary>The candidates as an SDP fragment (RFC 8840 section 9).</summary>
    public string Fragment(bool withPassword = true) =>
        $"a=ice-ufrag:{_ufrag}\r\n{(withPassword ? $"a=ice-pwd:{_pwd}\r\n" : "")}m=audio 9 UDP/TLS/RTP/SAVPF 0\r\na=mid:0\r\n"
        + string.Concat(Candidates.Select(candidate => $"a=candidate:{candidate}\r\n"));

    /// <summary>The relay's side of it all; ICE checks start now.</summary>
    public Task RemoteAsync(Description relay, string role)
    {
        _described = relay.Value("ice-ufrag");
        return Ends.SendAsync(
            Name,
            "remote",
            ("ufrag", relay.Value("ice-ufrag")!),
            ("pwd", relay.Value("ice-pwd")!),
            ("fingerprint", relay.Value("fingerprint")!.Split(' ')[1]),
            ("candidates", relay.Candidates),
            ("role", role),
            ("receive", Rows(_codecs)),
            ("send", Rows(Shared(relay, _codecs))));
    }

    /// <summary>DTLS role by the relay's setup in an answer (RFC 5763 section 5).</summary>
    public Task AnsweredAsync(Description answer) =>
        RemoteAsync(answer, answer.Value("setup") == "active" ? "server" : "client");

    /// <summary>The offer said actpass; <see cref="Answer"/> said active.</summary>
    public Task OfferedAsync(Description offer) => RemoteAsync(offer, "client");

    /// <summary>New ICE credentials and candidates, on a new port, under the same DTLS association.</summary>
    public async Task RestartAsync()
    {
        await Ends.SendAsync(Name, "restart");
        Take(await Ends.When(Name, "made"));
    }

    public async Task ReconnectAsync(Description relay)
    {
        Assert.NotEqual(_described, relay.Value("ice-ufrag"));
        await Ends.SendAsync(
            Name,
            "reconnect",
            ("ufrag", relay.Value("ice-ufrag")!),
            ("pwd", relay.Value("ice-pwd")!),
            ("candidates", relay.Candidates));
        await Ends.When(Name, "reconnected");
    }

    public Task ConnectedAsync() => Ends.When(Name, "dtls", e => (string?)e["state"] == "connected");

    private string Describe(string setup, bool candidates, string direction)
    {
        var sdp = new StringBuilder();
        sdp.Append(CultureInfo.InvariantCulture, $"v=0\r\no=- 4711 {++_version} IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\n")
            .Append("a=group:BUNDLE 0\r\n")
            .Append(CultureInfo.InvariantCulture, $"m=audio 9 UDP/TLS/RTP/SAVPF {string.Join(' ', _codecs.Select(c => c.Id))}\r\n")
            .Append("c=IN IP4 0.0.0.0\r\na=rtcp:9 IN IP4 0.0.0.0\r\na=mid:0\r\na=rtcp-mux\r\n")
            .Append(CultureInfo.InvariantCulture, $"a=ice-ufrag:{_ufrag}\r\na=ice-pwd:{_pwd}\r\n")
            .Append(CultureInfo.InvariantCulture, $"a=fingerprint:sha-256 {_fingerprint}\r\na=setup:{setup}\r\na={direction}\r\n");
        foreach (var codec in _codecs)
        {
            sdp.Append(CultureInfo.InvariantCulture, $"a=rtpmap:{codec}\r\n");
        }

        foreach (var candidate in candidates ? Candidates : [])
        {
            sdp.Append(CultureInfo.InvariantCulture, $"a=candidate:{candidate}\r\n");
        }

        return sdp.ToString();
    }
}
