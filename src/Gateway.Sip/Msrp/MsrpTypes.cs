using System.Collections.Immutable;
using Gateway.Sip.Messages;

namespace Gateway.Sip.Msrp;

/// <summary>Lists of media types: a=accept-types and a=accept-wrapped-types (RFC 4975 section 8.6).</summary>
internal static class MsrpTypes
{
    /// <summary>Whether the list holds the type, its kind (<c>text/*</c>) or everything (<c>*</c>); parameters do not count.</summary>
    internal static bool Matches(ImmutableArray<string> list, string contentType)
    {
        var type = SipMediaType.Of(contentType);
        var slash = type.IndexOf('/', StringComparison.Ordinal);
        foreach (var entry in list)
        {
            if (entry == "*" || Same(entry, type)
                || (slash > 0 && entry.EndsWith("/*", StringComparison.Ordinal)
                    && entry.AsSpan(0, entry.Length - 1).Equals(type.AsSpan(0, slash + 1), StringComparison.OrdinalIgnoreCase)))
            {
                return true;
            }
        }

        return false;
    }

    private static bool Same(string entry, string type) =>
        string.Equals(entry, type, StringComparison.OrdinalIgnoreCase)
        || (entry.Contains(';', StringComparison.Ordinal) && SipMediaType.Of(entry) == type);
}
