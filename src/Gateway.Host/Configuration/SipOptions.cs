using System.Collections.Immutable;
using System.Net;
using Gateway.Sip.Msrp;

namespace Gateway.Host.Configuration;

/// <summary>Where SIP is spoken.</summary>
public sealed record SipOptions
{
    /// <summary>Listeners; both transports at the default port, as RFC 3261 section 18 asks of every element.</summary>
    public ImmutableArray<ListenAddress> Listen { get; init; } =
        [new("udp", new IPEndPoint(IPAddress.Any, 5060)), new("tcp", new IPEndPoint(IPAddress.Any, 5060))];

    /// <summary>Host written into Via and Contact; null: the listening address.</summary>
    public string? AdvertisedHost { get; init; }

    /// <summary>PEM certificate of tls: listeners: the path of its file.</summary>
    public string? TlsCertificate { get; init; }

    /// <summary>PEM key of <see cref="TlsCertificate"/>.</summary>
    public string? TlsKey { get; init; }

    /// <summary>Listeners for MSRP (RFC 4975).</summary>
    public ImmutableArray<ListenAddress> MsrpListen { get; init; } = [];

    /// <summary>The relay that MSRP sessions go through (RFC 4976); null: peers are reached directly.</summary>
    public MsrpRelay? MsrpRelay { get; init; }

    /// <summary>PEM file of authorities that MSRP trusts beside the system's.</summary>
    public string? MsrpAuthorities { get; init; }
}
