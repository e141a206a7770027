using Gateway.Host.Configuration;
using Gateway.Media.Rtpengine;
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
    };

    /// <summary>Numbers are reached through the trunks, so the domain is <c>gateway/pstn</c>, too, as Cheogram's dialler asks.</summary>
    public static ServiceDiscoveryOptions Discovery(this GatewayOptions options) => new()
    {
        Domain = options.Xmpp.Domain,
        DomainIdentities = options.Mapping.DefaultTrunk is null
            ? [new("gateway", "sip", "SIP")]
            : [new("gateway", "sip", "SIP"), new("gateway", "pstn", "Telephone")],
    };

    public static RtpengineOptions Rtpengine(this GatewayOptions options) => new()
    {
        Engines = [.. options.Media.Rtpengine.Select(e => $"udp:{e}")],
    };
}
