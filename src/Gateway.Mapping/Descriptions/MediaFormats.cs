using System.Collections.Frozen;
using Gateway.Sip.Sdp;

namespace Gateway.Mapping.Descriptions;

/// <summary>Changes the formats of an m-line together with the attributes that speak of them.</summary>
internal static class MediaFormats
{
    private static readonly FrozenSet<string> AboutFormats = FrozenSet.Create(StringComparer.Ordinal, "rtpmap", "fmtp", "rtcp-fb");

    /// <summary>Only the formats for which <paramref name="keep"/> is true.</summary>
    public static SdpMedia Keep(SdpMedia media, Func<string, bool> keep) => Map(media, format => keep(format) ? format : null);

    /// <summary>
    /// Other numbers for the formats; null leaves a format out. A static type that gets a dynamic number, or had none before,
    /// gets a=rtpmap.
    /// </summary>
    public static SdpMedia Map(SdpMedia media, Func<string, string?> map)
    {
        var formats = media.Formats.Distinct().Select(format => (Old: format, New: map(format)))
            .Where(pair => pair.New is not null).ToDictionary(pair => pair.Old, pair => pair.New!, StringComparer.Ordinal);
        var mapped = media with
        {
            Formats = [.. media.Formats.Distinct().Where(formats.ContainsKey).Select(format => formats[format])],
            Attributes = [.. media.Attributes.Select(attribute => Map(attribute, formats)).OfType<SdpAttribute>()],
        };
        foreach (var (old, renumbered) in formats.Where(pair => pair.Key != pair.Value))
        {
            if (media.TryRtpMap(old, out var codec) && !media.Values("rtpmap").Any(value => FormatOf(value).SequenceEqual(old)))
            {
                var channels = codec.Channels is > 1 and var count ? "/" + SdpToken.Of(count) : "";
                mapped = mapped.AddAttribute(
                    "rtpmap", $"{renumbered} {codec.Encoding}/{SdpToken.Of(codec.ClockRate)}{channels}");
            }
        }

        return mapped;
    }

    private static SdpAttribute? Map(SdpAttribute attribute, Dictionary<string, string> formats)
    {
        if (!AboutFormats.Contains(attribute.Name) || attribute.Value is not { } value || FormatOf(value) is "*")
        {
            return attribute;
        }

        var format = FormatOf(value);
        return !formats.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(format, out var renumbered) ? null
            : format.SequenceEqual(renumbered) ? attribute
            : attribute with { Value = string.Concat(renumbered, value.AsSpan(format.Length)) };
    }

    private static ReadOnlySpan<char> FormatOf(string value)
    {
        var blank = value.IndexOf(' ', StringComparison.Ordinal);
        return blank < 0 ? value : value.AsSpan(0, blank);
    }
}
