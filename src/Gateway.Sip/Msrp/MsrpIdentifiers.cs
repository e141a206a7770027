using System.Security.Cryptography;

namespace Gateway.Sip.Msrp;

/// <summary>Random identifiers: RFC 4975 asks for 64 bits in a transaction (section 7.1) and 80 in a URI (section 14.1).</summary>
internal static class MsrpIdentifiers
{
    /// <summary>96 bits.</summary>
    internal static string Transaction() => RandomNumberGenerator.GetHexString(24, lowercase: true);

    /// <summary>128 bits.</summary>
    internal static string Message() => RandomNumberGenerator.GetHexString(32, lowercase: true);

    /// <summary>160 bits: to know the URI is to be the peer.</summary>
    internal static string Session() => RandomNumberGenerator.GetHexString(40, lowercase: true);
}
