using System.Globalization;

namespace Gateway.Host.Configuration.Reading;

/// <summary>Durations as people write them: <c>30</c> (seconds), <c>1.5s</c>, <c>250ms</c>, <c>2m</c>, <c>1h</c>, <c>00:01:30</c>.</summary>
public static class DurationText
{
    /// <summary>False when it is none, or negative.</summary>
    public static bool TryParse(string text, out TimeSpan value)
    {
        value = default;
        if (text.Contains(':', StringComparison.Ordinal))
        {
            return TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out value) && value >= TimeSpan.Zero;
        }

        var digits = text.TrimEnd("smh".ToCharArray());
        TimeSpan? unit = text[digits.Length..] switch
        {
            "" or "s" => TimeSpan.FromSeconds(1),
            "ms" => TimeSpan.FromMilliseconds(1),
            "m" => TimeSpan.FromMinutes(1),
            "h" => TimeSpan.FromHours(1),
            _ => null,
        };
        if (unit is null
            || !double.TryParse(digits, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var count)
            || count > TimeSpan.FromDays(365) / unit.Value)
        {
            return false;
        }

        value = unit.Value * count;
        return true;
    }
}
