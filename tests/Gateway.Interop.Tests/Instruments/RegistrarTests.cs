using Gateway.Interop.Tests.Sites;
using Gateway.Testing;
using Gateway.Testing.Servers;

namespace Gateway.Interop.Tests.Instruments;

/// <summary>A trunk that wants the gateway to register (MAPPING U-39): Kamailio as registrar with digest.</summary>
[Collection(BesideProsody.Name)]
public sealed class RegistrarTests(ProsodySite site)
{
    private static readonly string[] Modules =
        ["kex", "corex", "tm", "tmx", "sl", "rr", "pv", "maxfwd", "textops", "siputils", "xlog", "usrloc", "registrar", "auth"];

    [Fact] // RFC 3261 sections 10.2, 22
    public async Task Account_is_registered_refreshed_and_taken_back()
    {
        var port = FreePorts.One();
        await using var kamailio = await KamailioServer.StartAsync(port, Modules, Routing);
        await using var gateway = await site.NewGatewayAsync(c => c["Sip"]!["Trunks"]!["phone"] = new System.Text.Json.Nodes.JsonObject
        {
            ["Uri"] = $"sip:127.0.0.1:{port}", ["Domain"] = "pbx.test", ["Username"] = "gw", ["Password"] = "secret", ["Register"] = true,
        });

        // Ready only once it is registered.
        Assert.Equal(1, await gateway.Process.MetricAsync("gateway_sip_registrations"));
        await Eventually.HoldsAsync(() => Saved(kamailio, "3600") >= 1, () => kamailio.Output);
        await Eventually.HoldsAsync(() => Saved(kamailio, "3600") >= 2, () => kamailio.Output, TimeSpan.FromSeconds(90));

        var (_, output) = await gateway.Process.CommandAsync("check");
        Assert.Contains(output.Split('\n'), line => line.Contains("account sip:gw@pbx.test", StringComparison.Ordinal)
            && line.StartsWith("ok", StringComparison.Ordinal));

        gateway.Process.Terminate();
        await Eventually.HoldsAsync(() => Saved(kamailio, "0") == 1, () => kamailio.Output);
    }

    /// <summary>Requests, each by its CSeq: the answer to one may be late, and then it is sent again.</summary>
    private static int Saved(KamailioServer kamailio, string expires)
    {
        var saved = $"saved gw {expires}; ";
        return kamailio.Output.Split('\n').Where(line => line.Contains(saved, StringComparison.Ordinal))
            .Select(line => line[line.IndexOf(saved, StringComparison.Ordinal)..]).Distinct().Count();
    }

    // Twenty seconds at most, so that a refresh is seen.
    private const string Routing = """
        modparam("usrloc", "db_mode", 0)
        modparam("registrar", "max_expires", 20)
        request_route {
          if (is_method("OPTIONS")) { sl_send_reply("200", "OK"); exit; }
          if (!is_method("REGISTER")) { sl_send_reply("404", "Not Found"); exit; }
          if (!pv_www_authenticate("pbx.test", "secret", "0")) { www_challenge("pbx.test", "1"); exit; }
          if (is_present_hf("Contact")) { xlog("L_NOTICE", "saved $au $hdr(Expires); $cs\n"); }
          save("location");
        }
        """;
}
