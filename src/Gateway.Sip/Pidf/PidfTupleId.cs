using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;

namespace Gateway.Sip.Pidf;

/// <summary>
/// Ids of tuples that stand for a device's name. An id is an XML name, which a device's name need not be: <c>ID-</c> goes before
/// it (RFC 8048 section 6.2 note 2), and every octet other than letter, digit, dot and hyphen becomes <c>_</c> and two
/// hexadecimal digits (MAPPING P-11).
/// </summary>
public static class PidfTupleId
{
    private const string Prefix = "ID-";

    /// <summary>The id for a name.</summary>
    public static string Of(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        var id = new StringBuilder(Prefix, Prefix.Length + name.Length);
        foreach (var octet in Encoding.UTF8.GetBytes(name))
        {
            if (char.IsAsciiLetterOrDigit((char)octet) || octet is (byte)'.' or (byte)'-')
            {
                id.Append((char)octet);
            }
            else
            {
                id.Append(CultureInfo.InvariantCulture, $"_{octet:x2}");
            }
        }

        return id.ToString();
    }

    /// <summary>The name that <see cref="Of"/> made an id of; false for other ids.</summary>
    public static bool TryName(string id, [NotNullWhen(true)] out string? name)
    {
        ArgumentNullException.ThrowIfNull(id);
        name = null;
        if (!id.StartsWith(Prefix, StringComparison.Ordinal))
        {
            return false;
        }

        var octets = new List<byte>(id.Length);
        for (var i = Prefix.Length; i < id.Length; i++)
        {
            if (id[i] != '_')
            {
                octets.Add((byte)id[i]);
            }
            else if (i + 2 < id.Length
                && byte.TryParse(id.AsSpan(i + 1, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var octet))
            {
                octets.Add(octet);
                i += 2;
            }
            else
            {
                return false;
            }
        }

        name = Encoding.UTF8.GetString([.. octets]);
        return Of(name) == id;
    }
}
