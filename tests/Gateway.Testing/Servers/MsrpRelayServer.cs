using System.Globalization;

namespace Gateway.Testing.Servers;

/// <summary>
/// A private relay of MSRP (RFC 4976): the msrp module of Kamailio (Debian package kamailio) on loopback, with one account, whose
/// realm is <c>relay</c>.
/// </summary>
public sealed class MsrpRelayServer : IAsyncDisposable
{
    /// <summary>Where its package puts it.</summary>
    public const string Program = "/usr/sbin/kamailio";

    private readonly TemporaryFolder _folder = new();
    private OwnedProcess? _process;

    private MsrpRelayServer(int port) => Port = port;

    /// <summary>Its port, UDP and TCP.</summary>
    public int Port { get; }

    /// <summary>What it logged, for failure messages.</summary>
    public string Output => _process?.Output ?? "";

    /// <summary>Starts one and waits until it listens.</summary>
    public static async Task<MsrpRelayServer> StartAsync(string password, CancellationToken cancellationToken = default)
    {
        var server = new MsrpRelayServer(FreePorts.One());
        try
        {
            var file = server._folder.Write("kamailio.cfg", Configuration(server.Port, password));
            server._process = await OwnedProcess.StartAsync(Program, [
                "-DD", "-E", "-f", file, "-w", server._folder.Path, "-Y", server._folder.Path, "-P", server._folder.At("kamailio.pid"), "-m", "64", "-M", "8",
            ]);
            await Listening.WaitAsync(server.Port, server._process, cancellationToken);
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_process is { } running)
        {
            await running.DisposeAsync();
        }

        _folder.Dispose();
    }

    /// <summary>
    /// Frames for a client go on the connection of its AUTH, frames of the client on the connection that its peer has come by, and
    /// where their path says as long as it has not. Whose a path is shows in a table by the session part of its URI.
    /// </summary>
    private static string Configuration(int port, string password) => string.Create(CultureInfo.InvariantCulture, $$"""
        #!KAMAILIO
        debug=2
        log_stderror=yes
        children=1
        tcp_children=2
        auto_aliases=no
        tcp_accept_no_cl=yes
        tcp_connection_lifetime=1810
        listen=tcp:127.0.0.1:{{port}}

        loadmodule "sl.so"
        loadmodule "kex.so"
        loadmodule "msrp.so"
        loadmodule "pv.so"
        loadmodule "auth.so"
        loadmodule "cfgutils.so"
        loadmodule "htable.so"
        loadmodule "textops.so"
        loadmodule "xlog.so"
        modparam("auth", "qop", "auth")
        modparam("htable", "htable", "msrp=>size=8;autoexpire=3600;")

        request_route {
          sl_send_reply("403", "No SIP Here");
          exit;
        }

        event_route[msrp:frame-in] {
          msrp_reply_flags("1");
          if (msrp_is_reply()) {
            if ($msrp(nexthops) > 0) msrp_relay();
            exit;
          }
          if ($msrp(method) == "AUTH") {
            if (!pv_www_authenticate("relay", "{{password}}", "0", "$msrp(method)")) {
              auth_get_www_authenticate("relay", "1", "$var(wauth)");
              msrp_reply("401", "Unauthorized", "$var(wauth)");
              exit;
            }
            $var(expires) = 3600;
            if ($hdr(Expires) != $null) $var(expires) = $(hdr(Expires){s.int});
            if ($var(expires) < 30) {
              msrp_reply("423", "Interval Out-of-Bounds", "Min-Expires: 30\r\n");
              exit;
            }
            $var(session) = "s." + $pp + "." + $RANDOM + "." + $RANDOM;
            $sht(msrp=>$var(session)::address) = $msrp(srcaddr);
            $sht(msrp=>$var(session)::socket) = $msrp(srcsock);
            $var(headers) = "Use-Path: msrp://127.0.0.1:{{port}}/" + $var(session) + ";tcp\r\nExpires: " + $var(expires) + "\r\n";
            msrp_reply("200", "OK", "$var(headers)");
            exit;
          }
          if ($msrp(method) != "SEND" && $msrp(method) != "REPORT") {
            msrp_reply("501", "Method Not Understood");
            exit;
          }
          $var(session) = $msrp(sessid);
          if ($sht(msrp=>$var(session)::address) == $null) {
            if ($msrp(method) != "REPORT") msrp_reply("481", "No Such Session");
            exit;
          }
          if ($msrp(method) != "REPORT" && $hdr(Failure-Report) != "no" && $hdr(Failure-Report) != "partial") msrp_reply("200", "OK");
          if ($sht(msrp=>$var(session)::address) == $msrp(srcaddr)) {
            if ($sht(msrp=>$var(session)::peer) != $null) {
              msrp_relay_flags("1");
              msrp_set_dst("$sht(msrp=>$var(session)::peer)", "$sht(msrp=>$var(session)::peersocket)");
            }
          } else {
            $sht(msrp=>$var(session)::peer) = $msrp(srcaddr);
            $sht(msrp=>$var(session)::peersocket) = $msrp(srcsock);
            msrp_relay_flags("1");
            msrp_set_dst("$sht(msrp=>$var(session)::address)", "$sht(msrp=>$var(session)::socket)");
          }
          msrp_relay();
        }
        """);
}
