using System.Collections.Immutable;
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

    /// <summary>
    /// The domains whose SIP users are XMPP users. Where none is configured, the one that most likely will be: the XMPP server's. The
    /// component's own domain is none, a call to it would be a loop.
    /// </summary>
    public static ImmutableArray<string> UserDomains(GatewayOptions options) => options.Mapping.LocalDomains.IsEmpty
        ? [options.Xmpp.Domain[(options.Xmpp.Domain.IndexOf('.', StringComparison.Ordinal) + 1)..]]
        : options.Mapping.LocalDomains;

    /// <summary>A comment for <see cref="UserDomains"/> that are not configured yet; else none.</summary>
    public static string ToConfigure(GatewayOptions options, string comment) => options.Mapping.LocalDomains.IsEmpty
        ? $"{comment} First write \"Mapping\": {Braces($"\"LocalDomains\": [ \"{UserDomains(options)[0]}\" ]")} into the gateway's configuration.\n"
        : "";

    /// <summary>What stands in braces, which interpolation would take.</summary>
    public static string Braces(object text) => "{ " + text + " }";

    /// <summary>Whether a host is a literal address.</summary>
    public static bool IsLiteral(string host) => IPAddress.TryParse(host.Trim('[', ']'), out _);
}
