using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Gateway.Media.Srtp;

/// <summary>One <c>a=crypto</c> line that we can use: RFC 4568 section 9.1.</summary>
/// <param name="Tag">Names the line; an answer repeats the tag that it chose (section 5.1.2).</param>
/// <param name="Key">Key and salt of the direction that the line's author sends.</param>
public sealed record SdesLine(int Tag, SrtpKeyMaterial Key)
{
    /// <summary>Packets that the key may protect, null when the line does not say (RFC 4568 section 6.1).</summary>
    public ulong? Lifetime { get; init; }

    /// <summary>Octets of the master key identifier in every packet of the author's, 0 without one (RFC 4568 section 6.1).</summary>
    public int IdentifierLength { get; init; }

    /// <summary>Tag and suite; never the key.</summary>
    public override string ToString() => $"{Tag} {SdesCrypto.Name(Key.Profile)}";
}

/// <summary>
/// Keys in session descriptions: RFC 4568, RFC 7714 section 14.2. Lines with what we do not have (other suites, several keys, key
/// derivation rates, unprotected streams) are not ours to choose, and the next line is looked at. A single key may have an
/// identifier, as those of some PBXs do; ours have none.
/// </summary>
public static class SdesCrypto
{
    /// <summary>More lines than any phone offers.</summary>
    public const int MostLines = 16;

    private const int MostCharacters = 512;

    /// <summary>The suite's name: RFC 4568 section 6.2, RFC 7714 section 14.2.</summary>
    public static string Name(SrtpProfile profile) => profile switch
    {
        SrtpProfile.AesCm128HmacSha1_80 => "AES_CM_128_HMAC_SHA1_80",
        SrtpProfile.AesCm128HmacSha1_32 => "AES_CM_128_HMAC_SHA1_32",
        _ => "AEAD_AES_128_GCM",
    };

    /// <summary>
    /// The first line of an offer that we can use, in the offerer's order of preference (section 5.1.2); one with a key identifier
    /// only where there is no other, since not everybody who writes them sends them.
    /// </summary>
    /// <param name="values">The values of the <c>a=crypto</c> lines.</param>
    /// <param name="chosen">The caller disposes its key.</param>
    public static bool TryChoose(IEnumerable<string> values, [NotNullWhen(true)] out SdesLine? chosen)
    {
        chosen = null;
        foreach (var value in values.Take(MostLines))
        {
            if (!TryParse(value, out var line))
            {
                continue;
            }

            if (line.IdentifierLength == 0)
            {
                chosen?.Key.Dispose();
                chosen = line;
                return true;
            }

            if (chosen is null)
            {
                chosen = line;
            }
            else
            {
                line.Key.Dispose();
            }
        }

        return chosen is not null;
    }

    /// <summary>Reads the value of one <c>a=crypto</c> line; false when it is broken or asks for what we do not have.</summary>
    public static bool TryParse(string value, [NotNullWhen(true)] out SdesLine? line)
    {
        line = null;
        var words = value.Length > MostCharacters ? [] : value.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (words.Length < 3
            || words[0].Length > 9 // section 9.1: one to nine digits
            || !int.TryParse(words[0], NumberStyles.None, CultureInfo.InvariantCulture, out var tag)
            || Profile(words[1]) is not { } profile
            || !words[2].StartsWith("inline:", StringComparison.OrdinalIgnoreCase)
            || words[2].Contains(';', StringComparison.Ordinal) // several keys need identifiers: section 6.1
            || words.Skip(3).Any(parameter => !IsHarmless(parameter)))
        {
            return false;
        }

        var parts = words[2]["inline:".Length..].Split('|');
        ulong? lifetime = null;
        var identifier = 0;
        var hasIdentifier = parts.Length > 1 && parts[^1].Contains(':', StringComparison.Ordinal);
        if ((hasIdentifier && !TryReadIdentifier(parts[^1], out identifier))
            || (hasIdentifier ? parts.Length - 1 : parts.Length) is var others && others > 2
            || (others == 2 && !TryReadLifetime(parts[1], out lifetime)))
        {
            return false;
        }

        Span<byte> octets = stackalloc byte[64];
        if (parts[0].Length > 64 || !Convert.TryFromBase64String(parts[0], octets, out var written)
            || written != SrtpKeyMaterial.Length(profile))
        {
            return false;
        }

        line = new SdesLine(tag, new SrtpKeyMaterial(profile, octets[..written])) { Lifetime = lifetime, IdentifierLength = identifier };
        octets.Clear();
        return true;
    }

    /// <summary>
    /// The value of an <c>a=crypto</c> line with this key. Holds the key: for a description only, never for a log.
    /// </summary>
    public static string Print(int tag, SrtpKeyMaterial key) =>
        string.Create(CultureInfo.InvariantCulture, $"{tag} {Name(key.Profile)} inline:{Convert.ToBase64String(key.KeyAndSalt)}");

    /// <summary>Lines for an offer, one for each profile in the order given, tags from 1, each with a key of its own.</summary>
    public static ImmutableArray<SdesLine> Create(params ReadOnlySpan<SrtpProfile> profiles)
    {
        var lines = ImmutableArray.CreateBuilder<SdesLine>(profiles.Length);
        foreach (var profile in profiles)
        {
            lines.Add(new SdesLine(lines.Count + 1, SrtpKeyMaterial.Create(profile)));
        }

        return lines.MoveToImmutable();
    }

    private static SrtpProfile? Profile(string suite) => suite.ToUpperInvariant() switch
    {
        "AES_CM_128_HMAC_SHA1_80" => SrtpProfile.AesCm128HmacSha1_80,
        "AES_CM_128_HMAC_SHA1_32" => SrtpProfile.AesCm128HmacSha1_32,
        "AEAD_AES_128_GCM" => SrtpProfile.AeadAes128Gcm,
        _ => null,
    };

    /// <summary>
    /// Session parameters (section 6.3). A window size is a hint about the sender's own packets (section 6.3.6 leaves the choice
    /// to the receiver); all others change what the packets are, and an unknown one without '-' has to be refused (section
    /// 6.3.7).
    /// </summary>
    private static bool IsHarmless(string parameter) =>
        parameter.StartsWith("WSH=", StringComparison.OrdinalIgnoreCase) || parameter.StartsWith('-');

    /// <summary>Value and length, in decimal. The value has nothing to tell apart where there is one key.</summary>
    private static bool TryReadIdentifier(string text, out int length)
    {
        length = 0;
        return text.Split(':') is [var value, var octets] && value.Length > 0 && value.All(char.IsAsciiDigit)
            && int.TryParse(octets, NumberStyles.None, CultureInfo.InvariantCulture, out length) && length is > 0 and <= 128;
    }

    private static bool TryReadLifetime(string text, out ulong? lifetime)
    {
        lifetime = null;
        var power = text.StartsWith("2^", StringComparison.Ordinal);
        if (!ulong.TryParse(power ? text[2..] : text, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            || number == 0 || (power && number > 48))
        {
            return false;
        }

        // RFC 3711 section 9.2: 2^48 RTP and 2^31 RTCP packets at most, whichever comes first.
        lifetime = power ? 1UL << (int)number : number;
        return lifetime <= 1UL << 48;
    }
}
