using System.Text.Json.Nodes;
using Gateway.Interop.Tests.Sites;
using Gateway.Testing.Phones;
using Gateway.Testing.Servers;

namespace Gateway.Interop.Tests.Presence;

/// <summary>A gateway whose trunk is Kamailio as presence server (RFC 3856, RFC 3903) and proxy, and a user of it.</summary>
internal sealed class SipPresenceSite : IAsyncDisposable
{
    /// <summary>The SIP user.</summary>
    public const string Romeo = "sip:romeo@pbx.test";

    private static readonly string[] Modules =
    [
        "kex", "corex", "tm", "tmx", "sl", "rr", "pv", "maxfwd", "textops", "siputils", "xlog", "usrloc", "registrar", "presence", "presence_xml",
    ];

    private SipPresenceSite(SecondGateway gateway, KamailioServer kamailio, SipPresencePeer peer)
    {
        Gateway = gateway;
        Kamailio = kamailio;
        Peer = peer;
    }

    public SecondGateway Gateway { get; }

    public KamailioServer Kamailio { get; }

    /// <summary>Romeo's device.</summary>
    public SipPresencePeer Peer { get; }

    /// <summary>Romeo as XMPP users know him.</summary>
    public string Contact => $"romeo%pbx.test@{Gateway.Component}";

    public static async Task<SipPresenceSite> StartAsync(GatewaySite site, string expires = "1h", bool isPeerTrunk = false)
    {
        var (server, device) = (FreePorts.One(), FreePorts.One());
        var gateway = await site.NewGatewayAsync(c =>
        {
            // The only one: all trunks of the tests are on one address, and whose a request is must be clear.
            c["Sip"]!["Trunks"] = new JsonObject
            {
                ["pbx"] = new JsonObject
                {
                    ["Uri"] = $"sip:127.0.0.1:{(isPeerTrunk ? device : server)}", ["Domain"] = "pbx.test", ["Presence"] = "subscribe",
                    ["Sources"] = new JsonArray("127.0.0.1"),
                },
            };
            c["Sip"]!["DefaultTrunk"] = "pbx";
            c["Mapping"]!["PresenceExpires"] = expires;
        });
        var kamailio = await KamailioServer.StartAsync(server, Modules, Routing(server, gateway.SipPort));
        var peer = await SipPresencePeer.StartAsync(RepositoryFiles.SipPresenceScript, Romeo, device, isPeerTrunk ? gateway.SipPort : server);
        return new SipPresenceSite(gateway, kamailio, peer);
    }

    public async ValueTask DisposeAsync()
    {
        await Peer.DisposeAsync();
        await Gateway.DisposeAsync();
        await Kamailio.DisposeAsync();
    }

    private static string Routing(int port, int gateway) => $$"""
        modparam("usrloc", "db_mode", 0)
        modparam("presence", "publ_cache", 2)
        modparam("presence", "subs_db_mode", 0)
        modparam("presence", "server_address", "sip:127.0.0.1:{{port}}")
        modparam("presence", "min_expires", 60)
        modparam("presence", "min_expires_action", 1)
        modparam("presence_xml", "force_active", 1)
        request_route {
          if (!mf_process_maxfwd_header("10")) { sl_send_reply("483", "Too Many Hops"); exit; }
          if (has_totag() && loose_route()) { t_relay(); exit; }
          if (is_method("SUBSCRIBE|PUBLISH") && ($rd == "pbx.test" || uri == myself)) {
            if (!t_newtran()) { sl_reply_error(); exit; }
            if (is_method("PUBLISH")) { handle_publish(); } else { handle_subscribe(); }
            exit;
          }
          record_route();
          $du = "sip:127.0.0.1:{{gateway}}";
          t_relay();
        }
        """;
}
