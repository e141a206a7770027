using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Gateway.Media.Rtp;

namespace Gateway.Media.Embedded.Descriptions;

/// <summary>How payload types are read from a description (RFC 8866 section 6.6), and when two of them are the same.</summary>
internal static class PayloadFormats
{
    public const string TelephoneEvent = "telephone-event";

    private const int LongestName = 64, FastestClock = 1_000_000, MostChannels = 8;

    private static readonly FrozenSet<string> Auxiliaries = FrozenSet.Create(
        StringComparer.OrdinalIgnoreCase, TelephoneEvent, "CN", "red", "rtx", "ulpfec", "flexfec-03", "tone");

    /// <summary>Names met in every description are not made anew.</summary>
    private static readonly FrozenSet<string>.AlternateLookup<ReadOnlySpan<char>> Frequent = FrozenSet.Create(
        StringComparer.Ordinal,
        "opus", "PCMU", "PCMA", "G722", "G729", "GSM", "CN", TelephoneEvent, "red", "ulpfec", "rtx", "VP8", "VP9", "H264", "AV1")
        .GetAlternateLookup<ReadOnlySpan<char>>();

    private static readonly ImmutableArray<string> Numbers =
        [.. Enumerable.Range(0, 128).Select(id => id.ToString(CultureInfo.InvariantCulture))];

    /// <summary>The numbers that need no rtpmap (RFC 3551 section 6), those met in calls.</summary>
    private static readonly FrozenDictionary<int, PayloadFormat> Static = new PayloadFormat[]
    {
        new(0, "PCMU", 8000), new(3, "GSM", 8000), new(4, "G723", 8000), new(5, "DVI4", 8000), new(6, "DVI4", 16000),
        new(7, "LPC", 8000), new(8, "PCMA", 8000), new(9, "G722", 8000), new(10, "L16", 44100, 2), new(11, "L16", 44100),
        new(12, "QCELP", 8000), new(13, "CN", 8000), new(15, "G728", 8000), new(16, "DVI4", 11025), new(17, "DVI4", 22050),
        new(18, "G729", 8000), new(26, "JPEG", 90000), new(31, "H261", 90000), new(34, "H263", 90000),
    }.ToFrozenDictionary(format => (int)format.Id);

    extension(PayloadFormat format)
    {
        /// <summary>Not a codec that a call could be held in: events, comfort noise, repair.</summary>
        public bool IsAuxiliary => Auxiliaries.Contains(format.Encoding);

        /// <summary>Digits (RFC 4733).</summary>
        public bool IsEvent => format.IsNamed(TelephoneEvent);

        /// <summary>
        /// Redundancy and repair name other payload numbers inside, and their numbers of packets: they end at the relay.
        /// </summary>
        public bool IsRepair => format.IsAuxiliary && !format.IsEvent && !format.IsNamed("CN");

        /// <summary>RFC 6184 section 8.2.2: H.264 of other packetization modes or profiles is another format.</summary>
        private (bool IsInterleaved, string Profile) H264
        {
            get
            {
                var (mode, profile) = (false, "42");
                foreach (var part in format.Parameters.Split(';', StringSplitOptions.TrimEntries))
                {
                    if (part.StartsWith("packetization-mode=", StringComparison.OrdinalIgnoreCase))
                    {
                        mode = part.EndsWith('1');
                    }
                    else if (part.StartsWith("profile-level-id=", StringComparison.OrdinalIgnoreCase) && part.Length >= 19)
                    {
                        profile = part[17..19].ToUpperInvariant();
                    }
                }

                return (mode, profile);
            }
        }

        public bool IsNamed(string encoding) => format.Encoding.Equals(encoding, StringComparison.OrdinalIgnoreCase);

        /// <summary>Whether both stand for the same, whatever the number.</summary>
        public bool IsSameAs(PayloadFormat other) =>
            format.ClockRate == other.ClockRate && format.Channels == other.Channels && format.IsNamed(other.Encoding)
            && (!format.IsNamed("H264") || format.H264 == other.H264);
    }

    /// <summary>What a number without an rtpmap stands for; null when it has to have one.</summary>
    public static PayloadFormat? OfStatic(int id) => Static.GetValueOrDefault(id);

    /// <summary>Reads the value of a=rtpmap: number, name, rate and perhaps channels.</summary>
    public static bool TryReadMap(ReadOnlySpan<char> value, [NotNullWhen(true)] out PayloadFormat? format)
    {
        format = null;
        var space = value.IndexOf(' ');
        if (space < 0 || !TryReadId(value[..space], out var id))
        {
            return false;
        }

        Span<Range> parts = stackalloc Range[4];
        var map = value[(space + 1)..].Trim();
        var count = map.Split(parts, '/');
        var channels = 1;
        if (count is not (2 or 3)
            || map[parts[0]] is not { Length: > 0 and <= LongestName } name
            || !int.TryParse(map[parts[1]], NumberStyles.None, CultureInfo.InvariantCulture, out var rate) || rate is 0 or > FastestClock
            || (count == 3 && !int.TryParse(map[parts[2]], NumberStyles.None, CultureInfo.InvariantCulture, out channels)))
        {
            return false;
        }

        format = new PayloadFormat(id, Frequent.TryGetValue(name, out var known) ? known : name.ToString(), rate, Math.Clamp(channels, 1, MostChannels));
        return true;
    }

    /// <summary>A format of an m= line as text: a number is not made anew.</summary>
    public static string TextOf(ReadOnlySpan<char> format) =>
        TryReadId(format, out var id) && format.SequenceEqual(Numbers[id]) ? Numbers[id] : format.ToString();

    /// <summary>Reads a payload number, 0 to 127.</summary>
    public static bool TryReadId(ReadOnlySpan<char> text, out byte id) =>
        byte.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out id) && id <= 127;
}
