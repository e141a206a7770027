using System.Collections.Immutable;
using Gateway.Sip.Sdp;
using Gateway.Xmpp.Jingle;

namespace Gateway.Mapping.Descriptions;

/// <summary>
/// A stream under its two names: the content's in Jingle and the identification tag in SDP (MAPPING ). Names may hold
/// spaces, tags may not.
/// </summary>
/// <param name="Name">Content name, echoed to the client as it came.</param>
/// <param name="Creator">Who created the content; never changes .</param>
/// <param name="Mid">Tag of a=mid.</param>
/// <param name="Media"><c>audio</c> or <c>video</c>; another word for what is not RTP.</param>
public sealed record MediaLine(string Name, JingleCreator Creator, string Mid, string Media)
{
    /// <summary>False when the stream is kept from the relay: video that is off, a second audio, anything that is not RTP.</summary>
    public bool IsRelayed { get; init; } = true;

    /// <summary>Whether RTP and RTCP share component 1, so that candidates of component 2 are of no use .</summary>
    public bool RtcpMux { get; init; } = true;
}

/// <summary>The streams of a session in the order of its offer, which never changes (RFC 3264 section 8).</summary>
/// <param name="Lines">The streams.</param>
public sealed record MediaTable(ImmutableArray<MediaLine> Lines)
{
    /// <summary>Longest content name that Conversations takes; it refuses white space too.</summary>
    private const int NameLimit = 16;

    /// <summary>The table of an offer made by a client. <paramref name="video"/>: whether the first video is relayed too.</summary>
    public static MediaTable FromJingle(JingleElement session, bool video = false)
    {
        ArgumentNullException.ThrowIfNull(session);
        var names = session.Contents.Select(content => content.Name).ToHashSet(StringComparer.Ordinal);
        var lines = ImmutableArray.CreateBuilder<MediaLine>(session.Contents.Length);
        foreach (var content in session.Contents)
        {
            var media = content.Description?.Media ?? "application";
            var wanted = media == "audio" || (video && media == "video");
            lines.Add(new MediaLine(content.Name, content.Creator, MidFor(content.Name, lines.Count, names), media)
            {
                RtcpMux = content.Description?.RtcpMux ?? false,
                IsRelayed = wanted && content.Transport is not null && content.Description is { Payloads.IsEmpty: false }
                    && !lines.Any(line => line.Media == media && line.IsRelayed),
            });
        }

        return new MediaTable(lines.ToImmutable());
    }

    /// <summary>The table of an offer that the relay made, to be sent to a client as ours. Refused streams are left out.</summary>
    public static MediaTable FromSdp(SdpSession offer, JingleCreator creator = JingleCreator.Initiator)
    {
        ArgumentNullException.ThrowIfNull(offer);
        var lines = ImmutableArray.CreateBuilder<MediaLine>(offer.Media.Length);
        foreach (var media in offer.Media.Where(media => !media.IsRefused))
        {
            var mid = media.Value("mid") ?? lines.Count.ToString(System.Globalization.CultureInfo.InvariantCulture);
            lines.Add(new MediaLine(NameFor(mid, media.Media, lines), creator, mid, media.Media));
        }

        return new MediaTable(lines.ToImmutable());
    }

    /// <summary>The stream of a content, or null.</summary>
    public MediaLine? ByName(string name) => Lines.FirstOrDefault(line => line.Name == name);

    /// <summary>The stream of a tag, or null.</summary>
    public MediaLine? ByMid(string? mid) => Lines.FirstOrDefault(line => line.Mid == mid);

    /// <summary>The streams that the relay knows, in the order of its m-lines.</summary>
    public IEnumerable<MediaLine> Relayed => Lines.Where(line => line.IsRelayed);

    /// <summary>
    /// The m-line of a stream: by its tag, else (a relay or phone that leaves tags out) by its place among the relayed ones.
    /// </summary>
    public SdpMedia? Find(SdpSession sdp, MediaLine line)
    {
        ArgumentNullException.ThrowIfNull(sdp);
        if (sdp.Media.FirstOrDefault(media => media.Value("mid") == line.Mid) is { } tagged)
        {
            return tagged;
        }

        var place = Relayed.TakeWhile(other => other != line).Count();
        return place < sdp.Media.Length && sdp.Media[place] is { } media && !media.Has("mid") && media.Media == line.Media
            ? media
            : null;
    }

    private static string MidFor(string name, int index, HashSet<string> names)
    {
        if (SdpToken.IsToken(name) && name.Length <= 32)
        {
            return name;
        }

        var mid = $"m{index}";
        while (names.Contains(mid))
        {
            mid += "x";
        }

        return mid;
    }

    private static string NameFor(string mid, string media, IEnumerable<MediaLine> taken)
    {
        bool IsFree(string name) => taken.All(line => line.Name != name);

        if (mid.Length is > 0 and <= NameLimit && !mid.Any(char.IsWhiteSpace) && IsFree(mid))
        {
            return mid;
        }

        var number = 1;
        var name = media;
        while (!IsFree(name))
        {
            name = $"{media}{++number}";
        }

        return name;
    }
}
