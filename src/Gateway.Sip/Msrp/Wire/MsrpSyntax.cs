using System.Buffers;

namespace Gateway.Sip.Msrp.Wire;

/// <summary>Character classes of RFC 4975 section 9.</summary>
internal static class MsrpSyntax
{
    /// <summary>Octets of an <c>ident</c>.</summary>
    internal const int MaxIdent = 32;

    internal static ReadOnlySpan<byte> Dashes => "-------"u8;

    private static readonly SearchValues<byte> IdentBytes = SearchValues.Create(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.-+%="u8);

    private static readonly SearchValues<byte> TokenBytes = SearchValues.Create(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-.!#$%&'*+^_`{|}~"u8);

    // utf8text: no control but the tab.
    private static readonly SearchValues<byte> Controls = SearchValues.Create(
        [.. Enumerable.Range(0, 32).Where(c => c != '\t').Select(c => (byte)c), 127]);

    private static readonly SearchValues<char> ControlChars = SearchValues.Create(
        [.. Enumerable.Range(0, 32).Where(c => c != '\t').Select(c => (char)c), (char)127]);

    /// <summary>ident: transaction ids and Message-IDs.</summary>
    internal static bool IsIdent(ReadOnlySpan<byte> text) =>
        text.Length is >= 4 and <= MaxIdent && char.IsAsciiLetterOrDigit((char)text[0]) && !text.ContainsAnyExcept(IdentBytes);

    internal static bool IsIdent(string text) =>
        text.Length is >= 4 and <= MaxIdent && System.Text.Ascii.IsValid(text) && IsIdent(System.Text.Encoding.ASCII.GetBytes(text));

    internal static bool IsHeaderName(ReadOnlySpan<byte> text) =>
        text.Length is > 0 and <= 64 && char.IsAsciiLetter((char)text[0]) && !text.ContainsAnyExcept(TokenBytes);

    internal static bool IsText(ReadOnlySpan<byte> text) => !text.ContainsAny(Controls);

    internal static bool IsText(ReadOnlySpan<char> text) => !text.ContainsAny(ControlChars);

    internal static ReadOnlySpan<byte> Trim(ReadOnlySpan<byte> text) => text.Trim(" \t"u8);
}
