using System.Collections.Frozen;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Gateway.Sip.Sdp;

/// <summary>a=rtpmap and a=fmtp of a media description.</summary>
internal static class SdpRtp
{
    private static readonly SdpRtpMap?[] Statics = [.. Enumerable.Range(0, 35).Select(Assigned)];

    private static readonly FrozenSet<string> Frequent = FrozenSet.Create(
        StringComparer.Ordinal,
        "opus", "PCMU", "PCMA", "G722", "G729", "GSM", "speex", "CN", "telephone-event", "red", "ulpfec", "rtx", "VP8", "VP9", "H264", "AV1");

    internal static bool TryMap(SdpMedia media, string format, [NotNullWhen(true)] out SdpRtpMap? map)
    {
        map = null;
        if (!TryNumber(format, out var payloadType) || payloadType > 127)
        {
            return false;
        }

        if (Rest(media, "rtpmap", format) is { IsEmpty: false } rest)
        {
            return TryParse(payloadType, rest, out map);
        }

        map = Static(payloadType);
        return map is not null;
    }

    internal static string? Fmtp(SdpMedia media, string format) => Rest(media, "fmtp", format) is { IsEmpty: false } rest ? rest.ToString() : null;

    /// <summary>What follows the format in the first attribute of this name that is about it; empty when there is none.</summary>
    private static ReadOnlySpan<char> Rest(SdpMedia media, string name, string format)
    {
        foreach (var attribute in media.Attributes)
        {
            if (attribute.Name == name && attribute.Value is { } value
                && value.StartsWith(format, StringComparison.Ordinal) && value.Length > format.Length && value[format.Length] == ' ')
            {
                return value.AsSpan(format.Length).Trim();
            }
        }

        return default;
    }

    private static bool TryParse(int payloadType, ReadOnlySpan<char> text, [NotNullWhen(true)] out SdpRtpMap? map)
    {
        map = null;
        Span<Range> parts = stackalloc Range[4];
        var count = text.Split(parts, '/');
        if (count is not (2 or 3) || text[parts[0]].IsEmpty || !TryNumber(text[parts[1]], out var rate) || rate <= 0)
        {
            return false;
        }

        int? channels = count == 3 && TryNumber(text[parts[2]], out var number) && number > 0 ? number : null;
        map = Static(payloadType) is { } known && known.ClockRate == rate && known.Channels == channels && text[parts[0]].SequenceEqual(known.Encoding)
            ? known // as most descriptions write them
            : new SdpRtpMap(payloadType, NameOf(text[parts[0]]), rate, channels);
        return true;
    }

    /// <summary>Names met in every description are not made anew.</summary>
    private static string NameOf(ReadOnlySpan<char> encoding) =>
        Frequent.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(encoding, out var known) ? known : encoding.ToString();

    private static bool TryNumber(ReadOnlySpan<char> text, out int number) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);

    /// <summary>RFC 3551 section 6, tables 4 and 5.</summary>
    internal static SdpRtpMap? Static(int payloadType) =>
        payloadType >= 0 && payloadType < Statics.Length ? Statics[payloadType] : null;

    private static SdpRtpMap? Assigned(int payloadType) => payloadType switch
    {
        0 => new(0, "PCMU", 8000),
        3 => new(3, "GSM", 8000),
        4 => new(4, "G723", 8000),
        5 => new(5, "DVI4", 8000),
        6 => new(6, "DVI4", 16000),
        7 => new(7, "LPC", 8000),
        8 => new(8, "PCMA", 8000),
        9 => new(9, "G722", 8000),
        10 => new(10, "L16", 44100, 2),
        11 => new(11, "L16", 44100),
        12 => new(12, "QCELP", 8000),
        13 => new(13, "CN", 8000),
        14 => new(14, "MPA", 90000),
        15 => new(15, "G728", 8000),
        16 => new(16, "DVI4", 11025),
        17 => new(17, "DVI4", 22050),
        18 => new(18, "G729", 8000),
        25 => new(25, "CelB", 90000),
        26 => new(26, "JPEG", 90000),
        28 => new(28, "nv", 90000),
        31 => new(31, "H261", 90000),
        32 => new(32, "MPV", 90000),
        33 => new(33, "MP2T", 90000),
        34 => new(34, "H263", 90000),
        _ => null,
    };
}
