using System.Collections.Immutable;
using Gateway.Media.Rtp;

namespace Gateway.Media.Embedded.Descriptions;

/// <summary>A payload type of the end that offered, and what it is at the end that answered.</summary>
internal sealed record CodecPair(PayloadFormat Offerer, PayloadFormat Answerer)
{
    /// <summary>How packets cross, in either direction.</summary>
    public PayloadAction Action => !Offerer.IsEvent ? Offerer.IsSameAs(Answerer) ? PayloadAction.Forward : PayloadAction.Transcode
        : Offerer.ClockRate == Answerer.ClockRate ? PayloadAction.Forward : PayloadAction.Digits;
}

/// <summary>
/// Which payload types of two descriptions belong together: the same codecs, whatever their numbers, and where there is
/// no common one, two that the relay can turn into each other.
/// </summary>
internal sealed record CodecPairs
{
    /// <summary>Nothing fits: the medium is refused.</summary>
    public static CodecPairs None { get; } = new();

    /// <summary>In the order of the answer, which is that of its author's preference (RFC 3264 section 6.1).</summary>
    public ImmutableArray<CodecPair> Pairs { get; private init; } = [];

    /// <summary>Codecs that the answer names and the offer had not: the answerer may send them (RFC 3264 section 5.1), one way.</summary>
    public ImmutableArray<CodecPair> FromAnswerer { get; private init; } = [];

    /// <summary>
    /// Digits that the offerer takes and the answerer does not send: pressed by signalling, they are the relay's to send.
    /// </summary>
    public ImmutableArray<PayloadFormat> Pressed { get; private init; } = [];

    public bool IsEmpty => Pairs.IsEmpty;

    /// <summary>Whether voice is decoded and encoded.</summary>
    public bool IsTranscoded => Pairs.Any(pair => pair.Action == PayloadAction.Transcode);

    /// <summary>
    /// What the answer shown to the offerer lists: by its own numbers; parameters are the answerer's, which say what it wants
    /// to receive, but not across codecs.
    /// </summary>
    public ImmutableArray<PayloadFormat> Answer { get; private init; } = [];

    /// <summary>Compares an offer with its answer.</summary>
    /// <param name="offered">The offerer's payload types, by its numbers.</param>
    /// <param name="answered">The answerer's.</param>
    public static CodecPairs Of(ImmutableArray<PayloadFormat> offered, ImmutableArray<PayloadFormat> answered)
    {
        var pairs = new List<CodecPair>();
        foreach (var theirs in answered.Where(format => !format.IsRepair))
        {
            if (Find(offered, theirs) is { } ours)
            {
                pairs.Add(new(ours, theirs));
            }
        }

        if (pairs.All(pair => pair.Offerer.IsAuxiliary))
        {
            if (offered.FirstOrDefault(TranscodedCodecs.Knows) is not { } ours
                || answered.FirstOrDefault(TranscodedCodecs.Knows) is not { } theirs)
            {
                return None;
            }

            pairs.RemoveAll(pair => !pair.Offerer.IsEvent); // comfort noise is of the codec that is not heard any more
            pairs.Insert(0, new(ours, theirs));
        }

        AddEvents(pairs, offered, answered);
        return new CodecPairs
        {
            Pairs = [.. pairs],
            Answer = AnswerOf(pairs),
            FromAnswerer = OneWay(pairs, answered),
            Pressed = pairs.Exists(pair => pair.Offerer.IsEvent) ? [] : [.. offered.Where(format => format.IsEvent)],
        };
    }

    private static ImmutableArray<PayloadFormat> AnswerOf(List<CodecPair> pairs)
    {
        var answer = ImmutableArray.CreateBuilder<PayloadFormat>(pairs.Count);
        foreach (var pair in pairs)
        {
            if (!answer.Any(format => format.Id == pair.Offerer.Id))
            {
                var parameters = pair.Action == PayloadAction.Transcode ? TranscodedCodecs.Parameters(pair.Offerer) : pair.Answerer.Parameters;
                answer.Add(parameters == pair.Offerer.Parameters ? pair.Offerer : pair.Offerer with { Parameters = parameters });
            }
        }

        return answer.DrainToImmutable();
    }

    private static PayloadFormat? Find(ImmutableArray<PayloadFormat> formats, PayloadFormat wanted) =>
        formats.FirstOrDefault(format => format.Id == wanted.Id && format.IsSameAs(wanted))
            ?? formats.FirstOrDefault(format => format.IsSameAs(wanted));

    /// <summary>R-41: digits have the clock of the voice beside them, so those of one end may have to change it for the other.</summary>
    private static void AddEvents(
        List<CodecPair> pairs, ImmutableArray<PayloadFormat> offered, ImmutableArray<PayloadFormat> answered)
    {
        if (answered.FirstOrDefault(format => format.IsEvent) is not { } theirs)
        {
            return;
        }

        var rates = pairs.Where(pair => !pair.Offerer.IsAuxiliary).Select(pair => pair.Offerer.ClockRate).ToHashSet();
        foreach (var ours in offered.Where(format => format.IsEvent && !pairs.Exists(pair => pair.Offerer.Id == format.Id)))
        {
            if (rates.Contains(ours.ClockRate) || !pairs.Exists(pair => pair.Offerer.IsEvent))
            {
                pairs.Add(new(ours, theirs));
            }
        }

        foreach (var other in answered.Where(format => format.IsEvent && !pairs.Exists(pair => pair.Answerer.Id == format.Id)))
        {
            if (pairs.Find(pair => pair.Offerer.IsEvent) is { } pair)
            {
                pairs.Add(new(pair.Offerer, other));
            }
        }
    }

    private static ImmutableArray<CodecPair> OneWay(List<CodecPair> pairs, ImmutableArray<PayloadFormat> answered)
    {
        var voice = pairs.Find(pair => !pair.Offerer.IsAuxiliary && TranscodedCodecs.Knows(pair.Offerer));
        return voice is null
            ? []
            : [.. answered.Where(format => TranscodedCodecs.Knows(format) && !pairs.Exists(pair => pair.Answerer.Id == format.Id))
                .Select(format => new CodecPair(voice.Offerer, format))];
    }
}
