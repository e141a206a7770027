using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;

namespace Gateway.Xmpp.Addresses;

/// <summary>The two PRECIS profiles that addresses need (RFC 8264, RFC 8265), on the Unicode data of the platform.</summary>
internal static class Precis
{
    /// <summary>UsernameCaseMapped, RFC 8265 section 3.3.3: width, case, NFC, directionality, then the IdentifierClass.</summary>
    public static bool TryUsernameCaseMapped(string text, [NotNullWhen(true)] out string? mapped)
    {
        mapped = null;
        if (!IsWellFormed(text))
        {
            return false;
        }

        mapped = MapWidth(text).ToLowerInvariant().Normalize(NormalizationForm.FormC);
        if (mapped.Length > 0 && IsAllowed(mapped, PrecisClass.Identifier) && BidiRule.IsSatisfiedBy(mapped))
        {
            return true;
        }

        mapped = null;
        return false;
    }

    /// <summary>OpaqueString, RFC 8265 section 4.2.3: other spaces become U+0020, NFC, then the FreeformClass.</summary>
    public static bool TryOpaqueString(string text, [NotNullWhen(true)] out string? mapped)
    {
        mapped = null;
        if (!IsWellFormed(text))
        {
            return false;
        }

        mapped = MapSpaces(text).Normalize(NormalizationForm.FormC);
        if (mapped.Length > 0 && IsAllowed(mapped, PrecisClass.Freeform))
        {
            return true;
        }

        mapped = null;
        return false;
    }

    /// <summary>No lone surrogate: <c>Normalize</c> throws on one.</summary>
    private static bool IsWellFormed(string text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (char.IsSurrogate(text[i]) && !(char.IsHighSurrogate(text[i]) && ++i < text.Length && char.IsLowSurrogate(text[i])))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Full-width and half-width characters become their ordinary forms; other compatibility forms stay, to be refused.</summary>
    private static string MapWidth(string text)
    {
        if (!text.AsSpan().ContainsAnyInRange('\uff01', '\uffee'))
        {
            return text;
        }

        var mapped = new StringBuilder(text.Length);
        foreach (var c in text)
        {
            mapped.Append(c is >= '\uff01' and <= '\uffee' ? c.ToString().Normalize(NormalizationForm.FormKC) : c);
        }

        return mapped.ToString();
    }

    private static string MapSpaces(string text) => string.Create(text.Length, text, static (target, source) =>
    {
        for (var i = 0; i < target.Length; i++)
        {
            target[i] = CharUnicodeInfo.GetUnicodeCategory(source[i]) == UnicodeCategory.SpaceSeparator ? ' ' : source[i];
        }
    });

    private static bool IsAllowed(string text, PrecisClass precisClass)
    {
        var runes = text.EnumerateRunes().ToArray();
        for (var i = 0; i < runes.Length; i++)
        {
            var allowed = CodePointRules.Of(runes[i]) switch
            {
                CodePointVerdict.Valid => true,
                CodePointVerdict.FreeformOnly => precisClass == PrecisClass.Freeform,
                CodePointVerdict.Contextual => ContextRules.Allows(runes, i),
                _ => false,
            };
            if (!allowed)
            {
                return false;
            }
        }

        return true;
    }

    private enum PrecisClass
    {
        Identifier,
        Freeform,
    }
}
