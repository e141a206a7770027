using Gateway.Host.Tests.Configuration;

namespace Gateway.Host.Tests.Cli;

/// <summary>A configuration that is right, of peers that are not there.</summary>
internal static class UnreachablePeers
{
    /// <summary>Writes it, and returns its path.</summary>
    public static string Write(TemporaryFolder folder) => folder.Write("gateway.json", $$"""
        {
          "State": { "Path": "{{folder.Path}}/state" },
          // Nothing listens on port 9 of the loopback interface.
          "Xmpp": { "Domain": "sip.example.org", "Server": "127.0.0.1:9", "Secret": "hunter2" },
          "Sip": { "Listen": [ "udp:127.0.0.1:0", "tcp:127.0.0.1:0" ], "Msrp": { "Listen": [ "tcp:127.0.0.1:0" ] }, "Trunks": { "pbx": { "Uri": "sip:127.0.0.1:9;transport=tcp" } } },
          "Media": { "Engine": "rtpengine", "Rtpengine": [ "udp:127.0.0.1:9" ] },
          "Http": { "Listen": "127.0.0.1:0" },
        }
        """);
}
