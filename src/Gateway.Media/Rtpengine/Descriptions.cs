using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Net;

namespace Gateway.Media.Rtpengine;

/// <summary>What must be changed in the text of a description because rtpengine 10.5 does not.</summary>
internal static class Descriptions
{
    /// <summary>Candidates of one medium; clients gather about ten.</summary>
    internal const int MostCandidates = 64;

    private const string Trickle = "a=ice-options:trickle";
    private const string Candidate = "a=candidate:";

    /// <summary>
    /// Attributes that only a WebRTC end understands, all of the transport or of feedback. The engine removes most of ICE
    /// and DTLS towards RTP/AVP by itself, and leaves the others.
    /// </summary>
    private static readonly ImmutableArray<string> OfWebRtc =
    [
        "mid", "group", "msid", "msid-semantic", "ssrc", "ssrc-group", "extmap", "extmap-allow-mixed", "rtcp-fb", "rtcp-rsize",
        "rtcp-mux-only", "bundle-only", "ice-options", "ice-lite", "end-of-candidates", "candidate", "identity", "tls-id",
    ];

    public static bool HasIce(string sdp) => Lines(sdp).Any(line => Is(line, "ice-ufrag"));

    /// <summary>The transport of the first medium, such as RTP/AVP; empty when there is none.</summary>
    public static string Profile(string sdp) =>
        Lines(sdp).FirstOrDefault(line => line.StartsWith("m=", StringComparison.Ordinal))?.Split(' ', 4) is [_, _, var profile, _]
            ? profile
            : "";

    /// <summary>
    /// Says "trickle" where ICE is spoken and nothing is said of it (RFC 8840 section 4.1; Jingle has no such mark). Without it
    /// the engine takes 0.0.0.0 for hold.
    /// </summary>
    public static string WithTrickle(string sdp) =>
        !HasIce(sdp) || Lines(sdp).Any(line => Is(line, "ice-options") && line.Contains("trickle", StringComparison.Ordinal))
            ? sdp
            : Text(Sections(sdp).Select((section, i) => i == 0 ? section : [.. section, Trickle]));

    /// <summary>Without what a phone can make nothing of .</summary>
    public static string ForPhones(string sdp) =>
        Text([Lines(sdp).Where(line => !OfWebRtc.Any(attribute => Is(line, attribute)))]);

    /// <summary>
    /// Media to port 9 (discard) is for an end that is still to come, or that ICE will find. The phone's early media shall not
    /// leave the engine's machine for it, unencrypted, whatever address stands there; yet it is counted, so the session does not
    /// time out. With and without ICE the address is the same, for an end that changes it gets the other end new ports.
    /// </summary>
    public static string WithoutNowhere(string sdp) =>
        !Sections(sdp).Skip(1).All(IsNowhere)
            ? sdp
            : Text([Lines(sdp).Select(line => line.StartsWith("c=", StringComparison.Ordinal) ? Loopback(line) : line)]);

    /// <summary>
    /// Adds the candidates of a fragment (RFC 8840 section 9) to the media that it names by a=mid, or by their order. False
    /// when the fragment is of another ICE generation than the description. Candidates of no use to the engine are left
    /// out: TCP, names, and component 2, for rtcp-mux is required.
    /// </summary>
    public static bool TryAddCandidates(string sdp, string fragment, [NotNullWhen(true)] out string? grown)
    {
        grown = null;
        if (!SameGeneration(sdp, fragment))
        {
            return false;
        }

        var sections = Sections(sdp).Select(section => section.ToList()).ToList();
        foreach (var (part, i) in Sections(fragment).Select((part, i) => (part, i)))
        {
            var mid = part.Find(line => Is(line, "mid"));
            var section = sections.Find(lines => mid is not null && lines.Contains(mid))
                ?? (i > 0 && i < sections.Count && (mid is null || !sections[i].Exists(line => Is(line, "mid"))) ? sections[i] : null);
            section?.AddRange(part
                .Where(line => line.StartsWith(Candidate, StringComparison.Ordinal) && IsUseful(line) && !section.Contains(line))
                .Take(MostCandidates - section.Count(line => line.StartsWith(Candidate, StringComparison.Ordinal))));
        }

        grown = Text(sections);
        return true;
    }

    private static bool IsNowhere(List<string> section) => section[0].Split(' ', 3) is [_, "9" or "0", _];

    private static string Loopback(string connection) =>
        connection.StartsWith("c=IN IP6", StringComparison.Ordinal) ? "c=IN IP6 ::1" : "c=IN IP4 127.0.0.1";

    private static bool SameGeneration(string sdp, string fragment)
    {
        var ours = Lines(sdp).Where(line => Is(line, "ice-ufrag")).ToList();
        return ours.Count > 0 && Lines(fragment).Where(line => Is(line, "ice-ufrag")).All(ours.Contains);
    }

    /// <summary>RFC 8839 section 5.1: foundation, component, transport, priority, address, port.</summary>
    private static bool IsUseful(string candidate) =>
        candidate.Split(' ', 6) is [_, "1", var transport, _, var address, _]
        && transport.Equals("udp", StringComparison.OrdinalIgnoreCase)
        && IPAddress.TryParse(address, out _);

    /// <summary>The session's lines, then those of each medium.</summary>
    private static List<List<string>> Sections(string sdp)
    {
        List<List<string>> sections = [[]];
        foreach (var line in Lines(sdp))
        {
            if (line.StartsWith("m=", StringComparison.Ordinal))
            {
                sections.Add([]);
            }

            sections[^1].Add(line);
        }

        return sections;
    }

    private static IEnumerable<string> Lines(string sdp) =>
        sdp.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.TrimEnd('\r')).Where(line => line.Length > 0);

    private static string Text(IEnumerable<IEnumerable<string>> sections) =>
        string.Concat(sections.SelectMany(section => section).Select(line => line + "\r\n"));

    /// <summary>Whether the line is that attribute, with or without a value.</summary>
    private static bool Is(string line, string attribute) =>
        line.StartsWith("a=", StringComparison.Ordinal)
        && line.AsSpan(2).StartsWith(attribute, StringComparison.Ordinal)
        && (line.Length == attribute.Length + 2 || line[attribute.Length + 2] == ':');
}
