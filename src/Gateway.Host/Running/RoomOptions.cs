using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;
using Gateway.Host.Configuration;
using Gateway.Mapping.Configuration;
using Gateway.Media.Embedded;
using Gateway.Media.Rtpengine;
using Gateway.Sip.Messages;
using Gateway.Sip.Msrp;
using Gateway.Sip.UserAgent;
using Gateway.Xmpp.Component;
using Gateway.Xmpp.Disco;

namespace Gateway.Host.Running;

/// <summary>The configuration as each room wants it.</summary>
internal static class RoomOptions
{
    public static XmppComponentOptions Component(this GatewayOptions options) => new()
    {
        Domain = options.Xmpp.Domain,
        Server = options.Xmpp.Server.ToString(),
        Secret = options.Xmpp.Secret.Reveal(),
        MaxStanzaOctets = options.Xmpp.MaxStanzaBytes,
    };

    /// <summary>Numbers are reached through the trunks, so the domain is <c>gateway/pstn</c>, too, as Cheogram's dialler asks.</summary>
    public static ServiceDiscoveryOptions Discovery(this GatewayOptions options) => new()
    {
        Domain = options.Xmpp.Domain,
        DomainIdentities = options.Mapping.DefaultTrunk is null
            ? [new("gateway", "sip", "SIP")]
            : [new("gateway", "sip", "SIP"), new("gateway", "pstn", "Telephone")],
    };

    public static SipEndpointOptions Endpoint(this GatewayOptions options) => new()
    {
        Listen = [.. options.Sip.Listen.Select(l => l.ToString())],
        AdvertisedHost = options.Sip.AdvertisedHost,
        UserAgentName = "xmpp-sip-gateway",
    };

    /// <summary>An endpoint beside a running gateway: the same addresses, free ports.</summary>
    public static SipEndpointOptions Probe(this GatewayOptions options) => options.Endpoint() with
    {
        Listen = [.. options.Sip.Listen.Select(l => $"{l.Transport}:{new System.Net.IPEndPoint(l.EndPoint.Address, 0)}").Distinct()],
    };

    /// <summary>The options of the mapping with the host that SIP peers see, found out where the configuration leaves it open.</summary>
    public static MappingOptions Plan(this GatewayOptions options)
    {
        var trunk = options.Mapping.DefaultTrunk is { } name ? options.Mapping.Trunks[name] : options.Mapping.Trunks.Values.First();
        return options.Mapping with
        {
            SipHost = AdvertisedAddress.Of(options.Sip, SipUri.TryParse(trunk.Uri, out var uri) ? uri.Host.Trim('[', ']') : null),
            Chats = options.Mapping.Chats with { MaxStanzaSize = options.Xmpp.MaxStanzaBytes },
        };
    }

    /// <summary>
    /// Where the embedded relay listens. An address that this machine does not have is what a router makes of one that it has, and
    /// so is told to peers only.
    /// </summary>
    public static EmbeddedRelayOptions Embedded(this GatewayOptions options, Func<IPAddress, bool> isLocal)
    {
        var written = options.Media.Address;
        var ours = written.Where(isLocal).ToImmutableArray();
        var outside = written.Except(ours).FirstOrDefault();
        var host = options.Plan().SipHost;
        return new EmbeddedRelayOptions
        {
            Addresses = !ours.IsEmpty ? ours
                : [AdvertisedAddress.Towards(outside ?? (IPAddress.TryParse(host, out var sip) && isLocal(sip) ? sip : null))],
            ExternalAddress = options.Media.ExternalAddress ?? outside,
            FirstPort = options.Media.Ports.First,
            LastPort = options.Media.Ports.Last,
            StunServers = [.. options.Media.StunServer.Select(Resolve).OfType<IPEndPoint>()],
        };
    }

    /// <summary>What to tell an operator of an address for media that the configuration did not choose, and that clients elsewhere
    /// cannot reach, as beside a PBX on the same machine; null when all is well.</summary>
    public static string? MediaNotice(this GatewayOptions options, EmbeddedRelayOptions embedded) =>
        options.Media.Address.IsEmpty && embedded.ExternalAddress is null && embedded.Addresses.All(IPAddress.IsLoopback)
            ? "only this machine reaches it: name an address in Media.Address for phones and clients elsewhere"
            : null;

    /// <summary>What to tell an operator of a trunk that no listener can send to: another transport, or another address family where
    /// the trunk's host is a literal address; null when all is well.</summary>
    public static string? ListenerNotice(this GatewayOptions options, TrunkOptions trunk)
    {
        if (!SipUri.TryParse(trunk.Uri, out var uri))
        {
            return null;
        }

        var transport = uri.Parameter("transport")?.ToLowerInvariant() ?? "udp";
        var family = IPAddress.TryParse(uri.Host.Trim('[', ']'), out var literal) ? literal.AddressFamily : (AddressFamily?)null;
        var serves = options.Sip.Listen.Any(
            one => one.Transport == transport && (family is null || one.EndPoint.AddressFamily == family));
        var address = family == AddressFamily.InterNetworkV6 ? "[::]" : "0.0.0.0";
        return serves ? null : $"nothing in Sip.Listen sends {transport} to it: add \"{transport}:{address}:5060\"";
    }

    /// <summary>
    /// Messages are taken where the configuration says, else beside SIP: at port 2855 (RFC 4975 section 15.4), or, where SIP itself
    /// is not at its usual port, wherever the system finds one free.
    /// </summary>
    public static MsrpOptions Msrp(this GatewayOptions options, string host)
    {
        var sip = options.Sip.Listen[0].EndPoint;
        ImmutableArray<MsrpListenAddress> listen = options.Sip.MsrpListen.IsEmpty
            ? [new(false, new IPEndPoint(sip.Address, sip.Port == 5060 ? 2855 : 0))]
            : [.. options.Sip.MsrpListen.Select(one => new MsrpListenAddress(one.Transport == "tls", one.EndPoint))];
        return new MsrpOptions
        {
            Listen = listen,
            AdvertisedHost = host,
            TlsCertificate = options.Sip.TlsCertificate,
            TlsKey = options.Sip.TlsKey,
            TlsAuthorities = options.Sip.MsrpAuthorities,
            OfferTls = listen.All(one => one.IsSecure),
            Relay = options.Sip.MsrpRelay,
        };
    }

    /// <summary>An endpoint beside a running gateway that asks its relay only.</summary>
    public static MsrpOptions MsrpProbe(this GatewayOptions options) => options.Msrp("localhost") with
    {
        Listen = [new(false, new IPEndPoint(IPAddress.Loopback, 0))],
        OfferTls = false,
    };

    public static RtpengineOptions Rtpengine(this GatewayOptions options) => new()
    {
        Engines = [.. options.Media.Rtpengine.Select(e => $"udp:{e}")],
    };

    /// <summary>A name that cannot be resolved now is done without: calls work on the other candidates.</summary>
    private static IPEndPoint? Resolve(HostPort server)
    {
        try
        {
            var address = server.Address ?? Dns.GetHostAddresses(server.Host).FirstOrDefault();
            return address is null ? null : new IPEndPoint(address, server.Port);
        }
        catch (SocketException)
        {
            return null;
        }
    }
}
