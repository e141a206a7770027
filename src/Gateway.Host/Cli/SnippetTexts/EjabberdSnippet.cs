using System.Text.Json;
using Gateway.Host.Configuration;

namespace Gateway.Host.Cli.SnippetTexts;

/// <summary>ejabberd: a listener for components. JSON strings are YAML strings.</summary>
internal static class EjabberdSnippet
{
    public static string Text(GatewayOptions options)
    {
        var server = options.Xmpp.Server;
        var ip = server.Address?.ToString() ?? "0.0.0.0";
        return $"""
            # For ejabberd 20.04 and newer. Put this item into the existing list "listen:" of ejabberd.yml, then: ejabberdctl reload_config
            listen:
              -
                port: {server.Port}
                ip: {JsonSerializer.Serialize(ip)}
                module: ejabberd_service
                access: all
                global_routes: false   # each component of this listener is given its own stanzas only
                hosts:
                  {JsonSerializer.Serialize(options.Xmpp.Domain)}:
                    password: {JsonSerializer.Serialize(options.Xmpp.Secret.Reveal())}

            """.ReplaceLineEndings("\n");
    }
}
