using System.Collections.Frozen;
using System.Collections.Immutable;
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
        var formats = new Dictionary<string, string>(media.Formats.Length, StringComparer.Ordinal);
        var numbers = ImmutableArray.CreateBuilder<string>(media.Formats.Length);
        var isChanged = false;
        foreach (var format in media.Formats)
        {
            if (formats.ContainsKey(format) || map(format) is not { } renumbered || numbers.Contains(renumbered))
            {
                isChanged = true;
                continue;
            }

            formats.Add(format, renumbered);
            numbers.Add(renumbered);
            isChanged |= format != renumbered;
        }

        if (!isChanged)
        {
            return media;
        }

        var mapped = media with { Formats = numbers.ToImmutable(), Attributes = Map(media.Attributes, formats) };
        foreach (var (old, renumbered) in formats)
        {
            if (old != renumbered && media.TryRtpMap(old, out var codec) && !HasRtpMap(media, old))
            {
                var channels = codec.Channels is > 1 and var count ? "/" + SdpToken.Of(count) : "";
                mapped = mapped.AddAttribute(
                    "rtpmap", $"{renumbered} {codec.Encoding}/{SdpToken.Of(codec.ClockRate)}{channels}");
            }
        }

        return mapped;
    }

    private static bool HasRtpMap(SdpMedia media, string format)
    {
        foreach (var value in media.Values("rtpmap"))
        {
            if (FormatOf(value).SequenceEqual(format))
            {
                return true;
            }
        }

        return false;
    }

    private static ImmutableArray<SdpAttribute> Map(ImmutableArray<SdpAttribute> attributes, Dictionary<string, string> formats)
    {
        var mapped = ImmutableArray.CreateBuilder<SdpAttribute>(attributes.Length);
        foreach (var attribute in attributes)
        {
            if (Map(attribute, formats) is { } kept)
            {
                mapped.Add(kept);
            }
        }

        return mapped.ToImmutable();
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
