using System.Collections.Immutable;
using System.Globalization;

namespace Gateway.Media.Tests.Relay;

/// <summary>A desk phone's end: RTP/AVP and nothing else.</summary>
public sealed class PlainEnd(MediaEnds ends, string name) : MediaEnd(ends, name)
{
    private ImmutableArray<Codec> _codecs;
    private int _version;

    public int Port { get; set; }

    public string Offer(IEnumerable<Codec> codecs, string direction = "sendrecv")
    {
        _codecs = [.. codecs];
        var lines = _codecs.Select(codec => $"a=rtpmap:{codec}\r\n");
        return string.Create(CultureInfo.InvariantCulture, $"v=0\r\no=phone 815 {++_version} IN IP4 127.0.0.1\r\ns=call\r\n")
            + string.Create(CultureInfo.InvariantCulture, $"c=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio {Port} RTP/AVP ")
            + $"{string.Join(' ', _codecs.Select(c => c.Id))}\r\n{string.Concat(lines)}a={direction}\r\n";
    }

    /// <summary>The codecs that it shares with the offer, by the offer's numbers.</summary>
    public string Answer(Description offer, IEnumerable<Codec> codecs, string direction = "sendrecv") =>
        Offer(Shared(offer, codecs.ToList()), direction);

    /// <summary>Where the relay takes its audio; it starts to send there.</summary>
    public Task RemoteAsync(Description relay) => Ends.SendAsync(
        Name,
        "remote",
        ("host", relay.Host),
        ("port", relay.Port),
        ("receive", Rows(_codecs)),
        ("send", Rows(Shared(relay, _codecs))));
}
