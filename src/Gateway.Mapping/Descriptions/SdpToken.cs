using System.Globalization;

namespace Gateway.Mapping.Descriptions;

/// <summary>What may stand in a session description as a token (RFC 8866 section 9).</summary>
internal static class SdpToken
{
    public static bool IsToken(string? text) => !string.IsNullOrEmpty(text) && text.All(IsTokenChar);

    /// <summary>A number in its invariant spelling.</summary>
    public static string Of(long number) => number.ToString(CultureInfo.InvariantCulture);

    private static bool IsTokenChar(char character) => character is
        '!' or (>= '#' and <= '\'') or '*' or '+' or '-' or '.' or (>= '0' and <= '9') or (>= 'A' and <= 'Z') or (>= '^' and <= '~');
}
