using Gateway.Host.Configuration;

namespace Gateway.Host.Cli.SnippetTexts;

/// <summary>Kamailio: calls for XMPP users go to the gateway, the gateway's calls are taken by its address.</summary>
internal static class KamailioSnippet
{
    public static string Text(GatewayOptions options)
    {
        var condition = string.Join(" || ", SnippetText.UserDomains(options).Select(d => $"$rd == \"{d}\""));
        return $$"""
            # kamailio.cfg (5.x). Near the top, beside the other definitions:
            #!define XMPP_GATEWAY "sip:{{SnippetText.HostPort(options)}}"
            #!define XMPP_GATEWAY_HOST "{{SnippetText.Host(options).Trim('[', ']')}}"

            # In request_route, after requests within dialogs have been handled and before authentication:
            #   route(FROM_XMPP_GATEWAY);
            #   route(TO_XMPP_GATEWAY);

            # The gateway is known by its address: it is not challenged, and may use every destination that you route.
            # It names the caller in From, and in P-Asserted-Identity.
            route[FROM_XMPP_GATEWAY] {
                if (src_ip != XMPP_GATEWAY_HOST) return;
                if (is_method("INVITE|SUBSCRIBE")) record_route();
                route(RELAY);
                exit;
            }

            # Users of these domains are XMPP users. Phones have domains of their own.
            {{SnippetText.ToConfigure(options, "#")}}route[TO_XMPP_GATEWAY] {
                if (!({{condition}})) return;
                if (is_method("INVITE|SUBSCRIBE")) record_route();
                $du = XMPP_GATEWAY;
                route(RELAY);
                exit;
            }

            """.ReplaceLineEndings("\n");
    }
}
