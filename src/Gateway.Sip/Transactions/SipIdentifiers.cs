using System.Security.Cryptography;

namespace Gateway.Sip.Transactions;

/// <summary>Tags, branches and Call-IDs: cryptographically random (RFC 3261 sections 8.1.1.4, 8.1.1.7, 19.3).</summary>
internal static class SipIdentifiers
{
    /// <summary>80 bits; section 19.3 asks for 32 at least.</summary>
    public static string Tag() => RandomNumberGenerator.GetHexString(20, lowercase: true);

    /// <summary>With the magic cookie of section 8.1.1.7.</summary>
    public static string Branch() => "z9hG4bK" + RandomNumberGenerator.GetHexString(24, lowercase: true);

    public static string CallId() => RandomNumberGenerator.GetHexString(32, lowercase: true);
}
