using System.Collections.Immutable;

namespace Gateway.Sip.Msrp.Connections;

/// <summary>Whom to connect to, and how to know that it is the right one. Equal targets share a connection (RFC 4975 section 5.4).</summary>
/// <param name="IsSecure">TLS.</param>
/// <param name="Host">Address or name.</param>
/// <param name="Port">Port.</param>
/// <param name="ServerName">Name that the certificate must be for, unless fingerprints are given.</param>
/// <param name="Fingerprints">Those of the description, as one text; empty for none.</param>
internal sealed record MsrpTarget(bool IsSecure, string Host, int Port, string ServerName, string Fingerprints = "")
{
    /// <summary>The fingerprints in one spelling.</summary>
    internal static string Text(ImmutableArray<MsrpFingerprint> fingerprints) =>
        string.Join(';', fingerprints.Select(f => $"{f.Hash} {f.Value}"));
}
