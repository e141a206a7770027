using System.Net;

namespace Gateway.Sip.Msrp;

/// <summary>Host names and addresses in one spelling.</summary>
internal static class MsrpHost
{
    /// <summary>An IP address as .NET writes it (RFC 5952), a name in lower case.</summary>
    internal static string Canonical(string host) => IPAddress.TryParse(host, out var ip) ? ip.ToString() : host.ToLowerInvariant();
}
