using System.Buffers;
using System.Collections.Immutable;
using System.Security.Cryptography;
using Gateway.Sip.Messages;

namespace Gateway.Mapping.Addresses;

/// <summary>
/// Callers that withhold their identity. Each call gets a localpart of its own: a client that sees two calls from one
/// bare JID takes the second for the migration of the first (MAPPING A-18, J-53).
/// </summary>
internal static class AnonymousCaller
{
    private const string Prefix = "anonymous-";
    private const int RandomOctets = 8;

    private static readonly SearchValues<char> Hexadecimal = SearchValues.Create("0123456789abcdef");

    // RFC 3323 section 4.1.1.3, and what exchanges put in its place.
    private static readonly ImmutableArray<string> Users = ["anonymous", "unknown", "unavailable", "restricted", "withheld"];

    public static string NewLocalpart() =>
        Prefix + Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(RandomOctets));

    /// <summary>Whether a localpart is one that <see cref="NewLocalpart"/> made: nobody can be called by it.</summary>
    public static bool IsLocalpart(string localpart) =>
        localpart.Length == Prefix.Length + (2 * RandomOctets) && localpart.StartsWith(Prefix, StringComparison.Ordinal)
        && !localpart.AsSpan(Prefix.Length).ContainsAnyExcept(Hexadecimal);

    /// <summary>Whether the caller asks for privacy (RFC 3323 section 4.2, RFC 3325 section 9.3).</summary>
    public static bool IsAskedFor(ImmutableArray<string> privacy) =>
        privacy.Any(token => token is "id" or "user" or "header");

    /// <summary>Whether a URI says that its owner is withheld.</summary>
    public static bool IsWithheld(SipUri uri) =>
        string.IsNullOrEmpty(uri.User) || Users.Contains(uri.User.ToLowerInvariant())
        || uri.Host == "invalid" || uri.Host.EndsWith(".invalid", StringComparison.Ordinal);
}
