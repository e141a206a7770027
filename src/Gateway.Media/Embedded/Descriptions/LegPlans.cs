using System.Collections.Immutable;
using Gateway.Media.Rtp;

namespace Gateway.Media.Embedded.Descriptions;

/// <summary>What two descriptions that answer each other make of the streams between them: pure, and the data plane's orders.</summary>
internal static class LegPlans
{
    /// <summary>Both sides of one stream.</summary>
    /// <param name="kind">audio or video.</param>
    /// <param name="pairs">What belongs together.</param>
    /// <param name="offerer">The offerer's side.</param>
    /// <param name="answerer">The answerer's.</param>
    public static (StreamPlan Offerer, StreamPlan Answerer) Of(
        string kind, CodecPairs pairs, StreamSide offerer, StreamSide answerer)
    {
        var stream = kind == "video" ? StreamKind.Video : StreamKind.Audio;
        var (toAnswerer, toOfferer) = (new List<(PayloadFormat In, PayloadFormat Out)>(), new List<(PayloadFormat In, PayloadFormat Out)>());
        foreach (var pair in pairs.Pairs)
        {
            toAnswerer.Add((pair.Offerer, pair.Answerer));
            toOfferer.Add((pair.Answerer, pair.Offerer));
        }

        foreach (var pair in pairs.FromAnswerer)
        {
            toOfferer.Add((pair.Answerer, pair.Offerer));
        }

        AddUnanswered(toOfferer, offerer, answerer);
        var voice = pairs.Pairs.FirstOrDefault(pair => !pair.Offerer.IsAuxiliary);
        return (
            Plan(stream, offerer, answerer, Rules(toAnswerer, offerer), voice?.Offerer.ClockRate),
            Plan(stream, answerer, offerer, Rules(toOfferer, answerer), voice?.Answerer.ClockRate));
    }

    /// <summary>
    /// Voice that the answerer was shown, did not take, and sends all the same: libwebrtc does so after setCodecPreferences, against
    /// RFC 3264 section 6.1. Who offered it can hear it (section 5.1), so it passes where it is the offerer's own.
    /// </summary>
    private static void AddUnanswered(List<(PayloadFormat In, PayloadFormat Out)> known, StreamSide offerer, StreamSide answerer)
    {
        foreach (var shown in answerer.Shown)
        {
            if (!shown.IsAuxiliary && offerer.Payloads.FirstOrDefault(format => format.IsSameAs(shown)) is { } own)
            {
                known.Add((shown, own));
            }
        }
    }

    private static StreamPlan Plan(
        StreamKind kind, StreamSide side, StreamSide other, ImmutableArray<PayloadRule> rules, int? clockRate) =>
        new(kind, side.Transport)
        {
            Receives = side.Direction.HasFlag(MediaDirection.Sends) && other.Direction.HasFlag(MediaDirection.Receives),
            Sends = side.Direction.HasFlag(MediaDirection.Receives),
            Incoming = rules,
            LocalSsrc = side.Source.Ssrc,
            CName = side.Source.Name,
            PacketTime = side.PacketTime,
            Digits = DigitsOf(side, clockRate) is { } digits ? new(digits.Id, digits.ClockRate) : null,
            ComfortPayload = kind == StreamKind.Audio
                ? side.Payloads.FirstOrDefault(format => TranscodedCodecs.Knows(format)) : null,
            Feedback = side.Feedback,
        };

    /// <summary>With the clock of the voice beside them, if the end has such (R-41, RFC 4733 section 2.6).</summary>
    private static PayloadFormat? DigitsOf(StreamSide side, int? clockRate) =>
        side.Payloads.FirstOrDefault(format => format.IsEvent && format.ClockRate == clockRate)
            ?? side.Payloads.FirstOrDefault(format => format.IsEvent);

    /// <summary>
    /// For every payload number that the peer may send: what it was shown, what its own description names, and what it was shown
    /// before; the earlier of these wins a number that two of them give to different codecs.
    /// </summary>
    private static ImmutableArray<PayloadRule> Rules(
        List<(PayloadFormat In, PayloadFormat Out)> known, StreamSide side)
    {
        var rules = new List<PayloadRule>();
        Add(rules, known, side.Shown);
        Add(rules, known, side.Payloads);
        Add(rules, known, side.ShownBefore);
        return [.. rules];
    }

    private static void Add(
        List<PayloadRule> rules, List<(PayloadFormat In, PayloadFormat Out)> known, ImmutableArray<PayloadFormat> formats)
    {
        foreach (var format in formats)
        {
            if (!Has(rules, format.Id) && Partner(known, format) is { } partner)
            {
                rules.Add(new(format, partner, Action(format, partner)));
            }
        }
    }

    // Loops, not delegates: a browser names twenty formats, and each would bring its own.
    private static bool Has(List<PayloadRule> rules, int id)
    {
        foreach (var rule in rules)
        {
            if (rule.Incoming.Id == id)
            {
                return true;
            }
        }

        return false;
    }

    private static PayloadFormat? Partner(List<(PayloadFormat In, PayloadFormat Out)> known, PayloadFormat format)
    {
        foreach (var pair in known)
        {
            if (pair.In.IsSameAs(format))
            {
                return pair.Out;
            }
        }

        return null;
    }

    private static PayloadAction Action(PayloadFormat from, PayloadFormat to) =>
        from.IsEvent && from.ClockRate != to.ClockRate ? PayloadAction.Digits
        : from.IsSameAs(to) ? PayloadAction.Forward : PayloadAction.Transcode;
}

/// <summary>One side of a stream.</summary>
/// <param name="Transport">The number of the leg's transport; -1: refused.</param>
/// <param name="Direction">Which way media flow, seen from the end.</param>
/// <param name="Payloads">What the end's description names, by its numbers: what it gets.</param>
/// <param name="Shown">What it was shown last.</param>
/// <param name="ShownBefore">What it was shown before that.</param>
/// <param name="Source">What is sent to it comes from.</param>
internal sealed record StreamSide(
    int Transport,
    MediaDirection Direction,
    ImmutableArray<PayloadFormat> Payloads,
    ImmutableArray<PayloadFormat> Shown,
    ImmutableArray<PayloadFormat> ShownBefore,
    LocalSource Source)
{
    /// <summary>Milliseconds in a packet that the end asks for.</summary>
    public int PacketTime { get; init; } = 20;

    /// <summary>It understands feedback.</summary>
    public bool Feedback { get; init; }
}
