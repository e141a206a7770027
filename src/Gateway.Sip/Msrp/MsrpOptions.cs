using System.Collections.Immutable;
using System.Net;

namespace Gateway.Sip.Msrp;

/// <summary>Where an endpoint listens, written <c>tcp:0.0.0.0:2855</c> or <c>tls:[::]:2856</c>; port 0 lets the system choose.</summary>
/// <param name="IsSecure">TLS: msrps.</param>
/// <param name="EndPoint">Address and port.</param>
public sealed record MsrpListenAddress(bool IsSecure, IPEndPoint EndPoint)
{
    /// <summary>Reads the written form.</summary>
    public static bool TryParse(string? text, out MsrpListenAddress? address)
    {
        address = null;
        var isSecure = text?.StartsWith("tls:", StringComparison.OrdinalIgnoreCase) ?? false;
        if (text is null || !(isSecure || text.StartsWith("tcp:", StringComparison.OrdinalIgnoreCase)))
        {
            return false;
        }

        var colon = text.LastIndexOf(':');
        if (colon <= 4 || !ushort.TryParse(text.AsSpan(colon + 1), out var port) || !IPAddress.TryParse(text.AsSpan(4, colon - 4), out var ip))
        {
            return false;
        }

        address = new MsrpListenAddress(isSecure, new IPEndPoint(ip, port));
        return true;
    }

    /// <inheritdoc/>
    public override string ToString() => $"{(IsSecure ? "tls" : "tcp")}:{EndPoint}";
}

/// <summary>A relay to reach peers through (RFC 4976), as its client.</summary>
/// <param name="Uri">Of the relay, without a session: <c>msrps://relay.example.com:2855;tcp</c>.</param>
/// <param name="Username">For its digest challenge.</param>
/// <param name="Password">For its digest challenge; goes nowhere else.</param>
public sealed record MsrpRelay(MsrpUri Uri, string Username, string Password)
{
    /// <summary>Requested lifetime of an authorization; refreshed at half of what the relay grants.</summary>
    public TimeSpan Lifetime { get; init; } = TimeSpan.FromMinutes(15);

    /// <inheritdoc/>
    public override string ToString() => $"{Uri} as {Username}";
}

/// <summary>How an endpoint works.</summary>
public sealed record MsrpOptions
{
    /// <summary>Where to listen; at least one, the first of each kind is advertised.</summary>
    public required ImmutableArray<MsrpListenAddress> Listen { get; init; }

    /// <summary>Host in paths and c=: a public name or address; null: the address listened on.</summary>
    public string? AdvertisedHost { get; init; }

    /// <summary>Port in paths, where a NAT gives another; null: the one listened on.</summary>
    public int? AdvertisedPort { get; init; }

    /// <summary>PEM file of the certificate and its chain, for TLS.</summary>
    public string? TlsCertificate { get; init; }

    /// <summary>PEM file of its private key; null: in the same file.</summary>
    public string? TlsKey { get; init; }

    /// <summary>PEM file of authorities that are trusted beside the system's.</summary>
    public string? TlsAuthorities { get; init; }

    /// <summary>Offer msrps rather than msrp: needs a TLS listener or a relay.</summary>
    public bool OfferTls { get; init; }

    /// <summary>
    /// Peers cannot reach this host: offer <c>a=setup:active</c>, and answer so to whoever lets us choose (RFC 6135 section 4.2.2).
    /// </summary>
    public bool IsBehindNat { get; init; }

    /// <summary>
    /// Requests are taken by the session-id of their To-Path alone: for middleboxes that write other addresses into descriptions
    /// without saying so. The session-id holds 160 random bits, so no one is let in who was not told it.
    /// </summary>
    public bool MatchSessionIdOnly { get; init; }

    /// <summary>Offer and honour a=msrp-cema (RFC 6714).</summary>
    public bool Cema { get; init; } = true;

    /// <summary>The relay to go through; null for none.</summary>
    public MsrpRelay? Relay { get; init; }

    /// <summary>Bounds.</summary>
    public MsrpLimits Limits { get; init; } = new();
}
