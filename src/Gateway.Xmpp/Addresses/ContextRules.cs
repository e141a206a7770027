using System.Text;

namespace Gateway.Xmpp.Addresses;

/// <summary>
/// The contextual rules of RFC 5892 appendix A, which PRECIS takes over. Of the zero width non-joiner's two cases only the one
/// after a virama is taken: the other needs joining types, which the platform does not tell.
/// </summary>
internal static class ContextRules
{
    public static bool Allows(ReadOnlySpan<Rune> text, int at) => text[at].Value switch
    {
        0x200c or 0x200d => at > 0 && IsVirama(text[at - 1].Value),
        0x00b7 => at > 0 && at + 1 < text.Length && text[at - 1].Value == 'l' && text[at + 1].Value == 'l',
        0x0375 => at + 1 < text.Length && IsGreek(text[at + 1].Value),
        0x05f3 or 0x05f4 => at > 0 && IsHebrew(text[at - 1].Value),
        0x30fb => HasJapanese(text),
        >= 0x0660 and <= 0x0669 => !HasBetween(text, 0x06f0, 0x06f9),
        >= 0x06f0 and <= 0x06f9 => !HasBetween(text, 0x0660, 0x0669),
        _ => false,
    };

    private static bool IsGreek(int value) => value is (>= 0x0370 and <= 0x03ff) or (>= 0x1f00 and <= 0x1fff);

    private static bool IsHebrew(int value) => value is (>= 0x0591 and <= 0x05f4) or (>= 0xfb1d and <= 0xfb4f);

    private static bool HasJapanese(ReadOnlySpan<Rune> text)
    {
        foreach (var rune in text)
        {
            if (rune.Value is (>= 0x3041 and <= 0x309f) or (>= 0x30a1 and <= 0x30fa) or (>= 0x30fc and <= 0x30ff)
                or (>= 0x31f0 and <= 0x31ff) or (>= 0x3400 and <= 0x4dbf) or (>= 0x4e00 and <= 0x9fff) or 0x3005 or 0x3007)
            {
                return true;
            }
        }

        return false;
    }

    private static bool HasBetween(ReadOnlySpan<Rune> text, int first, int last)
    {
        foreach (var rune in text)
        {
            if (rune.Value >= first && rune.Value <= last)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Code points of canonical combining class 9 in the scripts of living languages.</summary>
    private static bool IsVirama(int value) => value is 0x094d or 0x09cd or 0x0a4d or 0x0acd or 0x0b4d or 0x0bcd or 0x0c4d or 0x0ccd
        or 0x0d3b or 0x0d3c or 0x0d4d or 0x0dca or 0x0e3a or 0x0eba or 0x0f84 or 0x1039 or 0x103a or 0x1714 or 0x1734 or 0x17d2
        or 0x1a60 or 0x1b44 or 0x1baa or 0x1bab or 0x1bf2 or 0x1bf3 or 0xa806 or 0xa8c4 or 0xa953 or 0xa9c0 or 0xaaf6 or 0xabed;
}
