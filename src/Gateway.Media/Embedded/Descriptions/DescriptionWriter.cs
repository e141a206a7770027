using System.Collections.Immutable;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using Gateway.Media.Rtp;

namespace Gateway.Media.Embedded.Descriptions;

/// <summary>
/// Writes one end's description for the other: what concerns transport and protection is the relay's, everything else goes
/// through as it came.
/// </summary>
internal static class DescriptionWriter
{
    private const int OriginParts = 6;
    private const string LineEnd = "\r\n";

    /// <summary>A browser's description with audio and video. Larger ones are written all the same.</summary>
    private const int UsualLength = 8 * 1024;

    [ThreadStatic]
    private static StringBuilder? _text;

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
        WriteSession(text, author, media, reader?.Bundle);
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

    /// <summary>The thread's own buffer: descriptions are long, and a call writes half a dozen.</summary>
    private static StringBuilder Empty()
    {
        if (_text is not { Capacity: <= UsualLength } text)
        {
            text = _text = new StringBuilder(UsualLength, int.MaxValue);
        }

        return text.Clear();
    }

    private static void WriteSession(
        StringBuilder text, SessionText author, ImmutableArray<LocalMedium> media, ImmutableArray<string>? offered)
    {
        var first = media.FirstOrDefault(medium => medium is not LocalMedium.Refused) ?? media[0];
        // RFC 9143 section 7.3.3: an answer bundles nothing that the offer kept apart.
        var bundle = media.OfType<LocalMedium.WebRtc>().Where(medium => offered?.Contains(medium.Mid) != false).ToList();
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
                Connection(text, first.Address);
                Line(text, line);
            }
            else
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
        Span<Range> parts = stackalloc Range[OriginParts + 1];
        if (line.AsSpan().Split(parts, ' ') != OriginParts)
        {
            Line(text, line);
            return;
        }

        Line(text, $"{line.AsSpan()[..parts[2].End.Value]} IN {Family(address)} {address}");
    }

    private static void WriteMedium(
        StringBuilder text, MediaSection author, LocalMedium local, ImmutableArray<PayloadFormat> payloads)
    {
        WriteMediaLine(text, author, local, payloads);
        if (local is LocalMedium.Refused)
        {
            return;
        }

        WriteLines(text, author, isTitle: true);
        Connection(text, local.Address);
        WriteLines(text, author, isTitle: false);
        foreach (var format in payloads)
        {
            WriteFormat(text, format);
        }

        WriteTransport(text, local);
    }

    private static void WriteMediaLine(
        StringBuilder text, MediaSection author, LocalMedium local, ImmutableArray<PayloadFormat> payloads)
    {
        text.Append(CultureInfo.InvariantCulture, $"m={author.Kind} {local.Port} {local.Protocol}");
        foreach (var format in payloads)
        {
            text.Append(' ').Append(format.Id);
        }

        if (payloads.IsEmpty)
        {
            text.Append(' ').AppendJoin(' ', author.Formats);
        }

        text.Append(LineEnd);
    }

    /// <summary>i= comes before c=, b= and a= behind it (RFC 8866 section 5).</summary>
    private static void WriteLines(StringBuilder text, MediaSection author, bool isTitle)
    {
        foreach (var line in author.Lines)
        {
            if (line[0] is 'i' == isTitle)
            {
                Line(text, line);
            }
        }
    }

    private static void WriteFormat(StringBuilder text, PayloadFormat format)
    {
        text.Append(CultureInfo.InvariantCulture, $"a=rtpmap:{format.Id} {format.Encoding}/{format.ClockRate}");
        if (format.Channels > 1)
        {
            text.Append('/').Append(format.Channels);
        }

        text.Append(LineEnd);
        if (format.Parameters.Length > 0)
        {
            Line(text, $"a=fmtp:{format.Id} {format.Parameters}");
        }
    }

    private static void WriteTransport(StringBuilder text, LocalMedium local)
    {
        switch (local)
        {
            case LocalMedium.Plain plain:
                Line(text, $"a=rtcp:{plain.Port + 1}");
                foreach (var value in plain.Crypto)
                {
                    Line(text, $"a=crypto:{value}");
                }

                break;
            case LocalMedium.WebRtc webRtc:
                Line(text, $"a=rtcp:{webRtc.Port}");
                Line(text, "a=rtcp-mux");
                Line(text, $"a=mid:{webRtc.Mid}");
                // libwebrtc tells bundled streams apart by their payload numbers only while the peer sends them all.
                Line(text, $"a=ssrc:{webRtc.Source.Ssrc} cname:{webRtc.Source.Name}");
                Line(text, $"a=ice-ufrag:{webRtc.Ufrag}");
                Line(text, $"a=ice-pwd:{webRtc.Password}");
                Line(text, "a=ice-options:trickle");
                Line(text, $"a=fingerprint:{webRtc.Fingerprint}");
                Line(text, $"a=setup:{Name(webRtc.Setup)}");
                foreach (var candidate in webRtc.Candidates)
                {
                    Line(text, $"a=candidate:{candidate}");
                }

                Line(text, "a=end-of-candidates");
                break;
        }
    }

    private static string Name(SetupRole role) => role switch
    {
        SetupRole.Active => "active",
        SetupRole.Passive => "passive",
        _ => "actpass",
    };

    private static void Connection(StringBuilder text, string address) => Line(text, $"c=IN {Family(address)} {address}");

    private static string Family(string address) => address.Contains(':', StringComparison.Ordinal) ? "IP6" : "IP4";

    private static void Line(StringBuilder text, string line) => text.Append(line).Append(LineEnd);

    /// <summary>Written into <paramref name="text"/> piece by piece, no line of its own is made.</summary>
    private static void Line(
        StringBuilder text, [InterpolatedStringHandlerArgument(nameof(text))] ref StringBuilder.AppendInterpolatedStringHandler line) =>
        text.Append(CultureInfo.InvariantCulture, ref line).Append(LineEnd);
}
