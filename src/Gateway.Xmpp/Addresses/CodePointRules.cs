using System.Globalization;
using System.Text;

namespace Gateway.Xmpp.Addresses;

/// <summary>What PRECIS says of one code point.</summary>
internal enum CodePointVerdict
{
    /// <summary>PVALID in both classes.</summary>
    Valid,

    /// <summary>FREE_PVAL: spaces, symbols, punctuation, compatibility forms.</summary>
    FreeformOnly,

    /// <summary>CONTEXTJ and CONTEXTO: <see cref="ContextRules"/> decides.</summary>
    Contextual,

    /// <summary>DISALLOWED or UNASSIGNED.</summary>
    Disallowed,
}

/// <summary>The derivation of RFC 8264 section 8, in its order.</summary>
internal static class CodePointRules
{
    public static CodePointVerdict Of(Rune rune)
    {
        var value = rune.Value;
        if (value is >= 0x21 and <= 0x7e)
        {
            return CodePointVerdict.Valid; // ASCII7
        }

        // Exceptions (section 9.6)
        switch (value)
        {
            case 0x00df or 0x03c2 or 0x06fd or 0x06fe or 0x0f0b or 0x3007:
                return CodePointVerdict.Valid;
            case 0x00b7 or 0x0375 or 0x05f3 or 0x05f4 or 0x30fb or (>= 0x0660 and <= 0x0669) or (>= 0x06f0 and <= 0x06f9):
            case 0x200c or 0x200d: // JoinControl
                return CodePointVerdict.Contextual;
            case 0x0640 or 0x07fa or 0x302e or 0x302f or (>= 0x3031 and <= 0x3035) or 0x303b:
                return CodePointVerdict.Disallowed;
        }

        var category = Rune.GetUnicodeCategory(rune);
        if (category is UnicodeCategory.OtherNotAssigned or UnicodeCategory.Control or UnicodeCategory.Format
                or UnicodeCategory.PrivateUse or UnicodeCategory.Surrogate or UnicodeCategory.LineSeparator
                or UnicodeCategory.ParagraphSeparator
            || IsOldHangulJamo(value) || IsIgnorable(value))
        {
            return CodePointVerdict.Disallowed;
        }

        if (HasCompatibilityForm(rune))
        {
            return CodePointVerdict.FreeformOnly;
        }

        return category switch
        {
            UnicodeCategory.LowercaseLetter or UnicodeCategory.UppercaseLetter or UnicodeCategory.OtherLetter
                or UnicodeCategory.DecimalDigitNumber or UnicodeCategory.ModifierLetter or UnicodeCategory.NonSpacingMark
                or UnicodeCategory.SpacingCombiningMark => CodePointVerdict.Valid,
            _ => CodePointVerdict.FreeformOnly, // other letters and digits, spaces, symbols, punctuation
        };
    }

    private static bool IsOldHangulJamo(int value) => value is (>= 0x1100 and <= 0x11ff) or (>= 0xa960 and <= 0xa97c)
        or (>= 0xd7b0 and <= 0xd7fb);

    /// <summary>Default_Ignorable_Code_Point that no category above refuses, and noncharacters (section 9.13).</summary>
    private static bool IsIgnorable(int value) => value is 0x034f or 0x115f or 0x1160 or 0x17b4 or 0x17b5 or 0x3164 or 0xffa0
        or (>= 0x180b and <= 0x180f) or (>= 0xfe00 and <= 0xfe0f) or (>= 0xe0000 and <= 0xe0fff) or (>= 0xfdd0 and <= 0xfdef)
        || (value & 0xfffe) == 0xfffe;

    private static bool HasCompatibilityForm(Rune rune)
    {
        var text = rune.ToString();
        return !text.IsNormalized(NormalizationForm.FormKC);
    }
}
