using Gateway.Host.Configuration;

namespace Gateway.Host.Cli.SnippetTexts;

/// <summary>Prosody: a component without a module, served by mod_component.</summary>
internal static class ProsodySnippet
{
    public static string Text(GatewayOptions options)
    {
        var server = options.Xmpp.Server;
        var global = server.Port == 5347 && server.Address is not null && System.Net.IPAddress.IsLoopback(server.Address)
            ? ""
            : $"""
              -- Global section as well, since the gateway connects to {server}:
              --   component_ports = {SnippetText.Braces(server.Port)}
              --   component_interfaces = {SnippetText.Braces(Quoted(server.Host))}

              """;
        return $"""
            -- For Prosody 0.11 and newer. Paste at the end of prosody.cfg.lua, then: prosodyctl check config && systemctl restart prosody
            -- (a reload does not start a new component).
            -- In the global section, above the first VirtualHost, small stanzas gain up to 40 ms by:
            --   network_settings = {SnippetText.Braces("nagle = false")}
            {global}Component {Quoted(options.Xmpp.Domain)}
                component_secret = {Quoted(options.Xmpp.Secret.Reveal())}
                name = "SIP gateway"

            """.ReplaceLineEndings("\n");
    }

    /// <summary>A Lua string.</summary>
    private static string Quoted(string text) => "\"" + text
        .Replace("\\", "\\\\", StringComparison.Ordinal)
        .Replace("\"", "\\\"", StringComparison.Ordinal)
        .Replace("\n", "\\n", StringComparison.Ordinal)
        .Replace("\r", "\\r", StringComparison.Ordinal) + "\"";
}
