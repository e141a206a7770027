using System.Collections.Immutable;
using Gateway.Media.Rtp;

namespace Gateway.Media.Embedded.Descriptions;

/// <summary>The codecs that the relay turns into each other, and how an offer is extended by them.</summary>
internal static class TranscodedCodecs
{
    /// <summary>RFC 7587 section 6.1: repair within the stream helps a caller on a mobile network.</summary>
    private const string OpusParameters = "minptime=10;useinbandfec=1";

    /// <summary>The numbers of libwebrtc, which most clients share.</summary>
    private static readonly PayloadFormat[] Known =
    [
        new(111, "opus", 48000, 2, OpusParameters),
        new(9, "G722", 8000),
        new(0, "PCMU", 8000),
        new(8, "PCMA", 8000),
    ];

    private static readonly PayloadFormat[] Events =
    [
        new(126, PayloadFormats.TelephoneEvent, 8000, 1, "0-15"),
        new(110, PayloadFormats.TelephoneEvent, 48000, 1, "0-15"),
    ];

    public static bool Knows(PayloadFormat format) => Array.Exists(Known, known => known.IsSameAs(format));

    /// <summary>What is said of a codec that the relay itself decodes.</summary>
    public static string Parameters(PayloadFormat format) => format.IsNamed("opus") ? OpusParameters : "";

    /// <summary>
    /// The offer, its order kept, with the encodings named that it lacks behind it; and, where a codec is added, digits at
    /// that codec's clock rate, if the offer has digits at all.
    /// </summary>
    public static ImmutableArray<PayloadFormat> Extend(ImmutableArray<PayloadFormat> offered, ImmutableArray<string> encodings)
    {
        if (encodings.IsDefaultOrEmpty || !offered.Any(Knows))
        {
            return offered;
        }

        var all = offered.ToBuilder();
        foreach (var known in Known.Where(known => encodings.Contains(known.Encoding, StringComparer.OrdinalIgnoreCase)))
        {
            Add(all, known);
        }

        if (all.Any(format => format.IsEvent) || encodings.Contains(PayloadFormats.TelephoneEvent, StringComparer.OrdinalIgnoreCase))
        {
            var rates = all.Where(format => !format.IsAuxiliary).Select(format => format.ClockRate).ToHashSet();
            foreach (var digits in Events.Where(digits => rates.Contains(digits.ClockRate)))
            {
                Add(all, digits);
            }
        }

        return all.ToImmutable();
    }

    private static void Add(ImmutableArray<PayloadFormat>.Builder all, PayloadFormat wanted)
    {
        if (!all.Any(format => format.IsSameAs(wanted)) && Free(all, wanted.Id) is { } id)
        {
            all.Add(wanted with { Id = id });
        }
    }

    /// <summary>The number itself, or one of those that are given out freely (RFC 3551 section 6).</summary>
    private static byte? Free(ImmutableArray<PayloadFormat>.Builder all, byte wanted)
    {
        bool IsTaken(byte id) => all.Any(format => format.Id == id);
        if (!IsTaken(wanted))
        {
            return wanted;
        }

        for (byte id = 96; id <= 127; id++)
        {
            if (!IsTaken(id))
            {
                return id;
            }
        }

        return null;
    }
}
