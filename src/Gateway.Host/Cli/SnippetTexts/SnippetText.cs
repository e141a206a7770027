using System.Net;
using Gateway.Host.Configuration;
using Gateway.Host.Running;
using Gateway.Mapping.Configuration;

namespace Gateway.Host.Cli.SnippetTexts;

/// <summary>What the snippets have in common.</summary>
internal static class SnippetText
{
    /// <summary>The trunk that a snippet is written for: the default one, or else the first by name.</summary>
    public static TrunkOptions Trunk(GatewayOptions options) => options.Mapping.DefaultTrunk is { } name
        ? options.Mapping.Trunks[name]
        : options.Mapping.Trunks.Values.OrderBy(t => t.Name, StringComparer.Ordinal).First();

    /// <summary>Host by which the trunk reaches the gateway; brackets round IPv6.</summary>
    public static string Host(GatewayOptions options)
    {
        var host = AdvertisedAddress.Of(options.Sip, null);
        return host.Contains(':', StringComparison.Ordinal) ? $"[{host}]" : host;
    }

    /// <summary>Port of the first listener.</summary>
    public static int Port(GatewayOptions options) => options.Sip.Listen[0].EndPoint.Port;

    /// <summary>Host with the port where it is not the default one.</summary>
    public static string HostPort(GatewayOptions options) =>
        Port(options) == 5060 ? Host(options) : $"{Host(options)}:{Port(options)}";

    /// <summary>What stands in braces, which interpolation would take.</summary>
    public static string Braces(object text) => "{ " + text + " }";

    /// <summary>Whether a host is a literal address.</summary>
    public static bool IsLiteral(string host) => IPAddress.TryParse(host.Trim('[', ']'), out _);
}
