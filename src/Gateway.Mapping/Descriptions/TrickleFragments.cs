using System.Collections.Immutable;
using System.Text;
using Gateway.Xmpp.Jingle;

namespace Gateway.Mapping.Descriptions;

/// <summary>Candidates that a client trickles, as session description fragments (RFC 8840 section 9).</summary>
public static class TrickleFragments
{
    /// <summary>
    /// One fragment for each set of ICE credentials, which Dino keeps per content: <c>a=ice-ufrag</c>, <c>a=ice-pwd</c>, then
    /// <c>m=</c>, <c>a=mid</c> and candidates. Empty when there is nothing for the relay.
    /// </summary>
    /// <param name="info">transport-info.</param>
    /// <param name="table">The session's streams.</param>
    /// <param name="session">The client's session-initiate or session-accept: browsers and Movim leave out the password, which
    /// is then taken from here.</param>
    public static ImmutableArray<string> From(JingleElement info, MediaTable table, JingleElement? session = null)
    {
        ArgumentNullException.ThrowIfNull(info);
        ArgumentNullException.ThrowIfNull(table);
        var known = info.Contents
            .Select(content => (Line: table.ByName(content.Name), Transport: content.Transport))
            .Where(entry => entry.Line is { IsRelayed: true } && entry.Transport is not null)
            .Select(entry => (Line: entry.Line!, Transport: WithCredentials(entry.Transport!, session?.Content(entry.Line!.Name))));
        return
        [
            .. known.GroupBy(entry => (entry.Transport.Ufrag, entry.Transport.Pwd))
                .Where(group => group.Any(entry => HasNews(entry.Line, entry.Transport)))
                .Select(group => Write(group.Key.Ufrag, group.Key.Pwd, group)),
        ];
    }

    private static bool HasNews(MediaLine line, IceUdpTransport transport) =>
        transport.GatheringComplete || !IceToSdp.Candidates(transport, line.RtcpMux).IsEmpty;

    // A user fragment other than the session's belongs to an ICE restart, whose password we cannot know.
    private static IceUdpTransport WithCredentials(IceUdpTransport transport, JingleContent? content) =>
        transport.Pwd is null && content?.Transport is { } first && (transport.Ufrag is null || transport.Ufrag == first.Ufrag)
            ? transport with { Ufrag = first.Ufrag, Pwd = first.Pwd }
            : transport;

    private static string Write(string? ufrag, string? pwd, IEnumerable<(MediaLine Line, IceUdpTransport Transport)> entries)
    {
        var text = new StringBuilder();
        foreach (var attribute in IceToSdp.Credentials(new IceUdpTransport { Ufrag = ufrag, Pwd = pwd }))
        {
            text.Append("a=").Append(attribute.Name).Append(':').Append(attribute.Value).Append("\r\n");
        }

        foreach (var (line, transport) in entries)
        {
            // RFC 8840 section 9.1: port, protocol and format of the m-line are placeholders.
            text.Append("m=").Append(line.Media).Append(" 9 RTP/AVP 0\r\na=mid:").Append(line.Mid).Append("\r\n");
            foreach (var candidate in IceToSdp.Candidates(transport, line.RtcpMux))
            {
                text.Append("a=candidate:").Append(IceToSdp.Candidate(candidate).Value).Append("\r\n");
            }

            if (transport.GatheringComplete)
            {
                text.Append("a=end-of-candidates\r\n");
            }
        }

        return text.ToString();
    }
}
