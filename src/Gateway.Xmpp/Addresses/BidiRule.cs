using System.Globalization;
using System.Text;

namespace Gateway.Xmpp.Addresses;

/// <summary>
/// The directionality rule of usernames (RFC 8265 section 3.3.2, RFC 5893 section 2), by blocks of right-to-left scripts, since
/// the platform does not tell bidirectional classes.
/// </summary>
internal static class BidiRule
{
    public static bool IsSatisfiedBy(string text)
    {
        if (!text.EnumerateRunes().Any(rune => IsRightToLeft(rune.Value)))
        {
            return true; // the rule binds only strings with a right-to-left character
        }

        Rune? last = null;
        bool european = false, arabic = false;
        foreach (var rune in text.EnumerateRunes())
        {
            var category = Rune.GetUnicodeCategory(rune);
            if (category is UnicodeCategory.NonSpacingMark or UnicodeCategory.EnclosingMark)
            {
                if (last is null)
                {
                    return false;
                }

                continue; // marks take the direction of what they stand on
            }

            if (!IsRightToLeft(rune.Value) && (last is null || Rune.IsLetter(rune)))
            {
                return false; // condition 1: begins right to left; condition 2: no left-to-right letter
            }

            european |= IsEuropeanDigit(rune.Value);
            arabic |= IsArabicDigit(rune.Value);
            last = rune;
        }

        return !(european && arabic) // condition 4
            && last is { } final && (IsRightToLeft(final.Value) || IsEuropeanDigit(final.Value) || IsArabicDigit(final.Value));
    }

    private static bool IsRightToLeft(int value) => !IsArabicDigit(value) && !IsEuropeanDigit(value)
        && value is (>= 0x0590 and <= 0x08ff) or (>= 0xfb1d and <= 0xfdff) or (>= 0xfe70 and <= 0xfeff)
            or (>= 0x10800 and <= 0x10fff) or (>= 0x1e800 and <= 0x1efff);

    private static bool IsEuropeanDigit(int value) => value is (>= '0' and <= '9') or (>= 0x06f0 and <= 0x06f9);

    private static bool IsArabicDigit(int value) => value is (>= 0x0660 and <= 0x0669) or 0x066b or 0x066c;
}
