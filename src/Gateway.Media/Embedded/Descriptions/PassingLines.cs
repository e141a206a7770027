using System.Collections.Frozen;

namespace Gateway.Media.Embedded.Descriptions;

/// <summary>Which lines of one end's description the other end is shown as they are.</summary>
internal static class PassingLines
{
    /// <summary>
    /// What ends at the relay: transport, keys, sources (packets have the relay's), header extensions and feedback, and the
    /// grouping of media.
    /// </summary>
    private static readonly FrozenSet<string> EndsHere = FrozenSet.Create(
        StringComparer.Ordinal,
        "rtcp", "rtcp-mux", "rtcp-mux-only", "rtcp-rsize", "rtcp-fb", "rtcp-xr", "crypto", "fingerprint", "setup", "connection",
        "tls-id", "dtls-id", "identity", "key-mgmt", "zrtp-hash", "ice-ufrag", "ice-pwd", "ice-options", "ice-lite", "ice-mismatch",
        "ice-pacing", "candidate", "remote-candidates", "end-of-candidates", "ssrc", "ssrc-group", "msid", "msid-semantic", "rid",
        "simulcast", "extmap", "extmap-allow-mixed", "mid", "group", "bundle-only", "rtpmap", "fmtp", "rtpengine");

    private static readonly FrozenSet<string>.AlternateLookup<ReadOnlySpan<char>> EndsHereBySpan =
        EndsHere.GetAlternateLookup<ReadOnlySpan<char>>();

    /// <summary>Of the session's lines: all but its address and what ends here. The writer changes o= in passing.</summary>
    public static bool PassesOfSession(ReadOnlySpan<char> line) => line[0] is not 'c' && !IsOfTheRelay(line);

    /// <summary>Of a medium's lines: title, bandwidth, and the attributes that do not end here.</summary>
    public static bool PassesOfMedium(ReadOnlySpan<char> line) => line[0] is 'i' or 'b' || (line[0] is 'a' && !IsOfTheRelay(line));

    private static bool IsOfTheRelay(ReadOnlySpan<char> line)
    {
        if (!line.StartsWith("a="))
        {
            return false;
        }

        var colon = line.IndexOf(':');
        return EndsHereBySpan.Contains(colon < 0 ? line[2..] : line[2..colon]);
    }
}
