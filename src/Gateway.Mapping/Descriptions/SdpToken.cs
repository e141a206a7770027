using System.Buffers;
using System.Globalization;

namespace Gateway.Mapping.Descriptions;

/// <summary>What may stand in a session description as a token (RFC 8866 section 9).</summary>
internal static class SdpToken
{
    private static readonly SearchValues<char> TokenChars =
        SearchValues.Create("!#$%&'*+-.0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ^_`abcdefghijklmnopqrstuvwxyz{|}~");

    public static bool IsToken(string? text) => !string.IsNullOrEmpty(text) && !text.AsSpan().ContainsAnyExcept(TokenChars);

    /// <summary>A number in its invariant spelling.</summary>
    public static string Of(long number) => number.ToString(CultureInfo.InvariantCulture);
}
