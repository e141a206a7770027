using System.Collections.Immutable;
using System.Net;
using Gateway.Mapping.Configuration;
using Gateway.Sip.Messages;
using Gateway.Sip.UserAgent;

namespace Gateway.Mapping.Addresses;

/// <summary>A trunk, ready for use: its options read once.</summary>
public sealed class Trunk
{
    private const int DefaultPort = 5060, DefaultTlsPort = 5061; // RFC 3261 section 19.1.2

    private readonly ImmutableArray<IPNetwork> _sources;

    /// <summary>Reads the options. They have been checked before: a fault here is our own.</summary>
    /// <exception cref="ArgumentException">The options were not checked.</exception>
    public Trunk(TrunkOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (!SipUri.TryParse(options.Uri, out var uri))
        {
            throw new ArgumentException($"Uri of trunk {options.Name} is not a SIP URI", nameof(options));
        }

        Options = options;
        Uri = uri;
        Domains = options.Domains.IsDefaultOrEmpty
            ? [uri.Host]
            : [.. options.Domains.Select(domain => HostPart.OfConfigured(domain)
                ?? throw new ArgumentException($"Domain of trunk {options.Name} is not a host", nameof(options)))];
        _sources = [.. SourcesOf(options, uri)];
    }

    /// <summary>The options it was made from.</summary>
    public TrunkOptions Options { get; }

    /// <summary>Name in configuration, logs and metrics.</summary>
    public string Name => Options.Name;

    /// <summary>Next hop of every request to it.</summary>
    public SipUri Uri { get; }

    /// <summary>Hosts that it serves; the first is written for addresses without a host.</summary>
    public ImmutableArray<string> Domains { get; }

    /// <summary>The host written for addresses without one.</summary>
    public string Domain => Domains[0];

    /// <summary>What answers its challenges, if configured.</summary>
    public SipCredentials? Credentials =>
        Options.Username is { } user ? new SipCredentials(user, Options.Password ?? "") : null;

    /// <summary>Whether a URI with this host and port is one that the trunk serves; a port other than its own is not.</summary>
    internal bool Serves(string host, int? port) => Domains.Contains(host) && (port is null || port == Port);

    /// <summary>Whether requests from the address are the trunk's.</summary>
    internal bool IsSource(IPAddress address) => _sources.Any(network => network.Contains(address));

    /// <summary>Whether the host of a caller's URI is just the peer's own address or next hop, not a domain of users.</summary>
    internal bool IsOwnHost(string host) =>
        host == Uri.Host || (HostPart.TryReadLiteral(host, out var address) && IsSource(Canonical(address)));

    /// <summary>IPv4 in an IPv6 socket's clothes is IPv4.</summary>
    internal static IPAddress Canonical(IPAddress address) => address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;

    private int Port => Uri.Port ?? (Uri.Scheme == "sips" || Uri.Parameter("transport") == "tls" ? DefaultTlsPort : DefaultPort);

    private static IEnumerable<IPNetwork> SourcesOf(TrunkOptions options, SipUri uri)
    {
        if (options.Sources.IsDefault)
        {
            if (HostPart.TryReadLiteral(uri.Host, out var literal))
            {
                yield return Single(literal);
            }

            yield break;
        }

        foreach (var source in options.Sources)
        {
            yield return TryReadSource(source, out var network)
                ? network
                : throw new ArgumentException($"Sources of trunk {options.Name} has no address or block", nameof(options));
        }
    }

    /// <summary>Reads an address or a CIDR block.</summary>
    internal static bool TryReadSource(string text, out IPNetwork network)
    {
        if (IPAddress.TryParse(text, out var address))
        {
            network = Single(Canonical(address));
            return true;
        }

        return IPNetwork.TryParse(text, out network);
    }

    private static IPNetwork Single(IPAddress address) => new(address, address.GetAddressBytes().Length * 8);
}
