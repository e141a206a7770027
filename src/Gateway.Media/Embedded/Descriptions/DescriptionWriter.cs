using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Gateway.Media.Rtp;

namespace Gateway.Media.Embedded.Descriptions;

/// <summary>
/// Writes one end's description for the other: what concerns transport and protection is the relay's, everything else goes
/// through as it came.
/// </summary>
internal static class DescriptionWriter
{
    private const string LineEnd = "\r\n";

    /// <summary>A browser's description with audio and video. Larger ones are written all the same.</summary>
    private const int UsualLength = 8 * 1024;

    [ThreadStatic]
    private static StringBuilder? _text;

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

    /// <summary>Feedback that video cannot do without, and that passes to the other end: a new picture is asked for.</summary>
    private static readonly ImmutableArray<string> VideoFeedback = ["nack pli", "ccm fir"];

    /// <summary>Rewrites a description.</summary>
    /// <param name="author">As the author wrote it.</param>
    /// <param name="media">The relay's own side, for each medium of <paramref name="author"/>.</param>
    /// <param name="payloads">What each medium lists.</param>
    /// <param name="reader">The offer that this answers; null for an offer.</param>
    public static string Write(
        SessionText author,
        ImmutableArray<LocalMedium> media,
        ImmutableArray<ImmutableArray<PayloadFormat>> payloads,
        SessionText? reader = null)
    {
        var text = Empty();
        WriteSession(text, author, media, isBundled: reader is null || !reader.Bundle.IsEmpty);
        for (var i = 0; i < author.Media.Length; i++)
        {
            WriteMedium(text, author.Media[i], media[i], payloads[i]);
            if (media[i] is LocalMedium.WebRtc && author.Media[i].Kind == "video")
            {
                foreach (var value in VideoFeedback.Where(value => reader is null || reader.Media[i].Feedback.Contains(value)))
                {
                    Line(text, $"a=rtcp-fb:* {value}");
                }
            }
        }

        return text.ToString();
    }

    /// <summary>The loop's own buffer: descriptions are long, and a call writes half a dozen.</summary>
    private static StringBuilder Empty()
    {
        if (_text is not { Capacity: <= UsualLength } text)
        {
            text = _text = new StringBuilder(UsualLength, int.MaxValue);
        }

        return text.Clear();
    }

    private static void WriteSession(
        StringBuilder text, SessionText author, ImmutableArray<LocalMedium> media, bool isBundled)
    {
        var first = media.FirstOrDefault(medium => medium is not LocalMedium.Refused) ?? media[0];
        var bundle = isBundled ? media.OfType<LocalMedium.WebRtc>().ToList() : [];
        var isAddressed = false;
        foreach (var line in author.Lines)
        {
            if (line.StartsWith("o=", StringComparison.Ordinal))
            {
                WriteOrigin(text, line, first.Address);
            }
            else if (line.StartsWith("t=", StringComparison.Ordinal) && !isAddressed)
            {
                // c= comes before t= (RFC 8866 section 5); b= of the session, if any, stands between, and is of no consequence.
                isAddressed = true;
                Line(text, Connection(first.Address));
                Line(text, line);
            }
            else if (!line.StartsWith("c=", StringComparison.Ordinal) && !IsOfTheRelay(line))
            {
                Line(text, line);
            }
        }

        if (bundle.Count > 0)
        {
            Line(text, $"a=group:BUNDLE {string.Join(' ', bundle.Select(medium => medium.Mid))}");
        }
    }

    /// <summary>o= stays the author's own, save its address (RFC 3264 section 8).</summary>
    private static void WriteOrigin(StringBuilder text, string line, string address)
    {
        var parts = line.Split(' ');
        Line(text, parts.Length == 6 ? $"{string.Join(' ', parts[..3])} IN {Family(address)} {address}" : line);
    }

    private static void WriteMedium(
        StringBuilder text, MediaSection author, LocalMedium local, ImmutableArray<PayloadFormat> payloads)
    {
        var formats = payloads.IsEmpty
            ? string.Join(' ', author.Formats) : string.Join(' ', payloads.Select(format => format.Id));
        Line(text, string.Create(CultureInfo.InvariantCulture, $"m={author.Kind} {local.Port} {local.Protocol} {formats}"));
        if (local is LocalMedium.Refused)
        {
            return;
        }

        foreach (var line in author.Lines.Where(line => line[0] is 'i'))
        {
            Line(text, line);
        }

        Line(text, Connection(local.Address));
        foreach (var line in author.Lines.Where(line => line[0] is 'b' || (line[0] is 'a' && !IsOfTheRelay(line))))
        {
            Line(text, line);
        }

        foreach (var format in payloads)
        {
            Line(text, $"a=rtpmap:{format.Map}");
            if (format.Parameters.Length > 0)
            {
                Line(text, string.Create(CultureInfo.InvariantCulture, $"a=fmtp:{format.Id} {format.Parameters}"));
            }
        }

        WriteTransport(text, local);
    }

    private static void WriteTransport(StringBuilder text, LocalMedium local)
    {
        switch (local)
        {
            case LocalMedium.Plain plain:
                Line(text, string.Create(CultureInfo.InvariantCulture, $"a=rtcp:{plain.Port + 1}"));
                foreach (var value in plain.Crypto)
                {
                    Line(text, $"a=crypto:{value}");
                }

                break;
            case LocalMedium.WebRtc webRtc:
                Line(text, string.Create(CultureInfo.InvariantCulture, $"a=rtcp:{webRtc.Port}"));
                Line(text, "a=rtcp-mux");
                Line(text, $"a=mid:{webRtc.Mid}");
                // libwebrtc tells bundled streams apart by their payload numbers only while the peer sends them all.
                Line(text, string.Create(CultureInfo.InvariantCulture, $"a=ssrc:{webRtc.Source.Ssrc} cname:{webRtc.Source.Name}"));
                Line(text, $"a=ice-ufrag:{webRtc.Ufrag}");
                Line(text, $"a=ice-pwd:{webRtc.Password}");
                Line(text, "a=ice-options:trickle");
                Line(text, $"a=fingerprint:{webRtc.Fingerprint}");
                Line(text, $"a=setup:{webRtc.Setup.ToString().ToLowerInvariant()}");
                foreach (var candidate in webRtc.Candidates)
                {
                    Line(text, $"a=candidate:{candidate}");
                }

                Line(text, "a=end-of-candidates");
                break;
        }
    }

    private static bool IsOfTheRelay(ReadOnlySpan<char> line)
    {
        if (!line.StartsWith("a="))
        {
            return false;
        }

        var colon = line.IndexOf(':');
        return EndsHereBySpan.Contains(colon < 0 ? line[2..] : line[2..colon]);
    }

    private static string Connection(string address) => $"c=IN {Family(address)} {address}";

    private static string Family(string address) => address.Contains(':', StringComparison.Ordinal) ? "IP6" : "IP4";

    private static void Line(StringBuilder text, string line) => text.Append(line).Append(LineEnd);
}
