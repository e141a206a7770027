using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Text;

namespace Gateway.Media.Rtpengine;

/// <summary>What must be changed in the text of a description because rtpengine 10.5 does not.</summary>
internal static class Descriptions
{
    /// <summary>Candidates of one medium; clients gather about ten.</summary>
    internal const int MostCandidates = 64;

    /// <summary>A browser's description with audio and video. Larger ones are written all the same.</summary>
    private const int UsualLength = 8 * 1024;

    private const string Trickle = "a=ice-options:trickle";
    private const string Candidate = "a=candidate:";
    private const string LineEnd = "\r\n";

    /// <summary>
    /// Attributes that only a WebRTC end understands, all of the transport or of feedback. The engine removes most of ICE
    /// and DTLS towards RTP/AVP by itself, and leaves the others.
    /// </summary>
    private static readonly ImmutableArray<string> OfWebRtc =
    [
        "mid", "group", "msid", "msid-semantic", "ssrc", "ssrc-group", "extmap", "extmap-allow-mixed", "rtcp-fb", "rtcp-rsize",
        "rtcp-mux-only", "bundle-only", "ice-options", "ice-lite", "end-of-candidates", "candidate", "identity", "tls-id",
    ];

    /// <summary>
    /// A phone's sources: the engine sends under others when it transcodes, and cannot know those of whoever takes the phone's
    /// place. A browser plays what was announced and nothing else.
    /// </summary>
    private static readonly ImmutableArray<string> OfSources = ["ssrc", "ssrc-group", "msid", "msid-semantic"];

    [ThreadStatic]
    private static StringBuilder? _text;

    public static bool HasIce(string sdp)
    {
        foreach (var line in new DescriptionLines(sdp))
        {
            if (Is(line, "ice-ufrag"))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>The transport of the first medium, such as RTP/AVP; empty when there is none.</summary>
    public static string Profile(string sdp)
    {
        foreach (var line in new DescriptionLines(sdp))
        {
            if (IsMedium(line))
            {
                return line.ToString().Split(' ', 4) is [_, _, var profile, _] ? profile : "";
            }
        }

        return "";
    }

    /// <summary>
    /// Says "trickle" where ICE is spoken and nothing is said of it (RFC 8840 section 4.1; not every signalling protocol has such a mark). Without it
    /// the engine takes 0.0.0.0 for hold.
    /// </summary>
    public static string WithTrickle(string sdp)
    {
        if (!HasIce(sdp) || SaysTrickle(sdp))
        {
            return sdp;
        }

        var text = Empty();
        var isInMedium = false;
        foreach (var line in new DescriptionLines(sdp))
        {
            if (IsMedium(line))
            {
                _ = isInMedium ? text.Append(Trickle).Append(LineEnd) : text;
                isInMedium = true;
            }

            text.Append(line).Append(LineEnd);
        }

        return (isInMedium ? text.Append(Trickle).Append(LineEnd) : text).ToString();
    }

    /// <summary>Without what a phone can make nothing of .</summary>
    public static string ForPhones(string sdp) => Without(OfWebRtc, sdp);

    /// <summary>Without what is true of the phone, and not of the engine that sends in its place.</summary>
    public static string ForWebRtc(string sdp) => Without(OfSources, sdp);

    /// <summary>
    /// Media to port 9 (discard) is for an end that is still to come, or that ICE will find. The phone's early media shall not
    /// leave the engine's machine for it, unencrypted, whatever address stands there; yet it is counted, so the session does not
    /// time out. With and without ICE the address is the same, for an end that changes it gets the other end new ports.
    /// </summary>
    public static string WithoutNowhere(string sdp)
    {
        var text = Empty();
        foreach (var line in new DescriptionLines(sdp))
        {
            if (IsMedium(line) && !IsNowhere(line))
            {
                return sdp;
            }

            text.Append(line.StartsWith("c=") ? Loopback(line) : line).Append(LineEnd);
        }

        return text.ToString();
    }

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

    /// <summary>The thread's own buffer: descriptions are long, and a call changes half a dozen of them.</summary>
    private static StringBuilder Empty()
    {
        if (_text is not { Capacity: <= UsualLength } text)
        {
            text = _text = new StringBuilder(UsualLength, int.MaxValue);
        }

        return text.Clear();
    }

    private static bool SaysTrickle(string sdp)
    {
        foreach (var line in new DescriptionLines(sdp))
        {
            if (Is(line, "ice-options") && line.Contains("trickle", StringComparison.Ordinal))
            {
                return true;
            }
        }

        return false;
    }

    private static string Without(ImmutableArray<string> attributes, string sdp)
    {
        var text = Empty();
        foreach (var line in new DescriptionLines(sdp))
        {
            if (!IsAny(attributes, line))
            {
                text.Append(line).Append(LineEnd);
            }
        }

        return text.ToString();
    }

    private static bool IsAny(ImmutableArray<string> attributes, ReadOnlySpan<char> line)
    {
        foreach (var attribute in attributes)
        {
            if (Is(line, attribute))
            {
                return true;
            }
        }

        return false;
    }

    private static bool IsMedium(ReadOnlySpan<char> line) => line.StartsWith("m=");

    private static bool IsNowhere(ReadOnlySpan<char> medium)
    {
        var rest = medium[(medium.IndexOf(' ') + 1)..];
        return rest.StartsWith("9 ") || rest.StartsWith("0 ");
    }

    private static ReadOnlySpan<char> Loopback(ReadOnlySpan<char> connection) =>
        connection.StartsWith("c=IN IP6") ? "c=IN IP6 ::1" : "c=IN IP4 127.0.0.1";

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

    private static List<string> Lines(string sdp)
    {
        var lines = new List<string>();
        foreach (var line in new DescriptionLines(sdp))
        {
            lines.Add(line.ToString());
        }

        return lines;
    }

    private static string Text(IEnumerable<IEnumerable<string>> sections) =>
        string.Concat(sections.SelectMany(section => section).Select(line => line + LineEnd));

    /// <summary>Whether the line is that attribute, with or without a value.</summary>
    private static bool Is(ReadOnlySpan<char> line, string attribute) =>
        line.StartsWith("a=") && line[2..].StartsWith(attribute)
        && (line.Length == attribute.Length + 2 || line[attribute.Length + 2] == ':');
}
