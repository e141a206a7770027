using System.Collections;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Gateway.Host.Configuration;
using Gateway.Mapping.Configuration;
using Microsoft.Extensions.Logging;

namespace Gateway.Host.Tests.Configuration;

public sealed class GatewayConfigurationTests : IDisposable
{
    private const string Smallest = """
        {
          "Xmpp": { "Domain": "sip.example.org", "Secret": "hunter2" },
          "Sip": { "Trunks": { "pbx": { "Uri": "sip:pbx.example.org" } } }
        }
        """;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Smallest_file_works_with_defaults()
    {
        var options = Good(Smallest);

        Assert.Equal("127.0.0.1:5347", options.Xmpp.Server.ToString());
        Assert.Equal(["udp:0.0.0.0:5060", "tcp:0.0.0.0:5060"], options.Sip.Listen.Select(l => l.ToString()));
        Assert.Equal("pbx", options.Mapping.DefaultTrunk);
        Assert.Equal("sip.example.org", options.Mapping.GatewayDomain);
        Assert.Equal(MediaEngine.Embedded, options.Media.Engine);
        Assert.Equal(new PortRange(30000, 34999), options.Media.Ports);
        Assert.Equal(new IPEndPoint(IPAddress.Loopback, 8080), options.Http.Listen);
        Assert.Equal(LogLevel.Information, options.Log.Level);
        Assert.Empty(options.Notices);
    }

    [Fact]
    public void Full_file_with_comments_and_trailing_commas_is_read_to_the_last_key()
    {
        WriteCertificate();
        var options = Good("""
            {
              // the XMPP side
              "Xmpp": { "Domain": "sip.example.org", "Server": "[::1]:5348", "Secret": "s", "MaxStanzaBytes": 8000000 },
              "Sip": {
                "Listen": [ "udp:127.0.0.1:5070", "tcp:[::1]:5070", ],
                "AdvertisedHost": "198.51.100.7",
                "TlsCertificate": "cert.pem", "TlsKey": "key.pem", // relative to this file
                "Msrp": {
                  "Listen": [ "tcp:0.0.0.0:2855", "tls:0.0.0.0:2856" ], "Relay": "msrps://relay.example.net", "Username": "gw", "Password": "r",
                  "Lifetime": "5m", "Authorities": "cert.pem"
                },
                "DefaultTrunk": "pbx",
                "OtherDomains": "refuse",
                "Trunks": {
                  "pbx": {
                    "Uri": "sip:pbx.example.org;transport=tcp", "Domain": [ "pbx.example.org", "voip.example.org" ],
                    "Username": "gw", "Password": "p", "Register": false,
                    "Sources": [ "192.0.2.10", "2001:db8::/64" ], "Answer": "late", "TrustIdentity": false,
                    "Transcode": "PCMA"
                  },
                  "provider": { "Uri": "sip:203.0.113.4:5062", "Domain": "sip.provider.example" }
                }
              },
              "Mapping": {
                "LocalDomains": [ "example.org" ], "Aliases": { "1001": "juliet@example.org" },
                "JidStyle": "escape", "Chat": "auto", "Answer": "early",
                "AllowedCallers": [ "example.org", "romeo@example.net" ], "DialableDomains": [ "*.example.org" ],
                "UnknownSources": "refuse", "ProposeBothNamespaces": true, "ServiceUnavailableStatus": 403, "ExposeReason": false, "ExposeResource": true,
                "CallsPerMinute": 5, "ConcurrentCalls": 2, "TrunkCallsPerMinute": 60, "PresencePerMinute": 10, "PresenceLinger": 30, "PresenceUnused": "5m",
                "RingTimeout": "1m", "RingTimeoutLimit": 120, "RingingAssumed": "250ms", "RingingFallback": 0,
                "SessionInitiateTimeout": 20, "SessionAcceptTimeout": "00:00:15", "StaleProposal": 30,
                "TieBreakTimeout": 5, "MigrationTimeout": 10, "InviteTimeout": 90, "LinkGrace": 10, "MediaCheck": 5, "MediaSilence": 20
              },
              "Media": { "Engine": "rtpengine", "Address": "198.51.100.7", "Ports": "30000-34999", "Rtpengine": [ "udp:127.0.0.1:2224" ] },
              "State": { "Store": "embedded", "Path": "state" },
              "Http": { "Listen": "0.0.0.0:8081", "Token": "t", "TraceMegabytes": 0 },
              "Log": { "Level": "Debug", "Format": "json" },
            }
            """);

        var mapping = options.Mapping;
        var pbx = mapping.Trunks["pbx"];
        Assert.Equal("p", pbx.Password);
        Assert.Equal<string>(["pbx.example.org", "voip.example.org"], pbx.Domains);
        Assert.Equal<string>(["192.0.2.10", "2001:db8::/64"], pbx.Sources);
        Assert.Equal<string>(["PCMA"], pbx.Transcode);
        Assert.Equal(AnswerPolicy.Late, pbx.Answer);
        Assert.False(pbx.TrustIdentity);
        Assert.Equal<string>(["sip.provider.example"], mapping.Trunks["provider"].Domains);
        Assert.Equal(OtherDomains.Refuse, mapping.OtherDomains);
        Assert.Equal("juliet@example.org", mapping.Aliases["1001"]);
        Assert.Equal(JidStyle.Escape, mapping.JidStyle);
        Assert.Equal(AnswerPolicy.Early, mapping.Answer);
        Assert.Equal((false, true), (mapping.ExposeReason, mapping.ExposeResource));
        Assert.Equal<string>(["example.org", "romeo@example.net"], mapping.Policy.AllowedCallers);
        Assert.Equal<string>(["*.example.org"], mapping.Policy.DialableDomains);
        Assert.Equal(UnknownSources.Refuse, mapping.Policy.UnknownSources);
        Assert.Equal(2, mapping.Policy.ConcurrentCalls);
        Assert.Equal(TimeSpan.FromSeconds(30), mapping.Presence.Linger);
        Assert.Equal(TimeSpan.FromMinutes(1), mapping.Timers.RingTimeout);
        Assert.Equal(TimeSpan.FromMilliseconds(250), mapping.Timers.RingingAssumed);
        Assert.Equal(TimeSpan.Zero, mapping.Timers.RingingFallback);
        Assert.Equal(TimeSpan.FromSeconds(15), mapping.Timers.SessionAccept);
        Assert.Equal(TimeSpan.FromSeconds(10), mapping.Timers.LinkGrace);
        Assert.Equal("198.51.100.7", mapping.SipHost);
        Assert.Equal(5070, mapping.SipPort);
        var relay = options.Sip.MsrpRelay!;
        Assert.Equal(("msrps://relay.example.net;tcp", "gw", "r", TimeSpan.FromMinutes(5)), (relay.Uri.ToString(), relay.Username, relay.Password, relay.Lifetime));
        Assert.DoesNotContain("\"r\"", relay.ToString(), StringComparison.Ordinal);
        Assert.Equal(Path.Combine(_folder.Path, "cert.pem"), options.Sip.MsrpAuthorities);
        Assert.Equal(8_000_000, options.Xmpp.MaxStanzaBytes);
        Assert.Equal(LogFormat.Json, options.Log.Format);
        Assert.Equal("t", options.Http.Token?.Reveal());
        Assert.Equal(Path.Combine(_folder.Path, "cert.pem"), options.Sip.TlsCertificate);
        Assert.Equal(Path.Combine(_folder.Path, "key.pem"), options.Sip.TlsKey);
        Assert.Empty(options.Notices);
    }

    // Beside each faulty file: the key that the message must name, and a part of its remedy.
    public static TheoryData<string, string, string> Faults => new()
    {
        { Xmpp("\"Domain\": \"sip.example.org\""), "Xmpp.Secret", "required" },
        { Xmpp("\"Secret\": \"x\""), "Xmpp.Domain", "such as \"sip.example.org\"" },
        { Xmpp("\"Domain\": \"no domain\", \"Secret\": \"x\""), "Xmpp.Domain = \"no domain\"", "component's domain" },
        { Xmpp("\"Domain\": 7, \"Secret\": \"x\""), "Xmpp.Domain = 7", "this is a number. Write a string" },
        { Xmpp("\"Domain\": \"a.example\", \"Secret\": \"\""), "Xmpp.Secret", "empty" },
        { Xmpp("\"Domain\": \"a.example\", \"Secret\": 7"), "Xmpp.Secret", "as text" },
        { Xmpp("\"Domain\": \"a.example\", \"Secret\": null"), "Xmpp.Secret", "as text" },
        { Xmpp("\"Domain\": \"a.example\", \"Secret\": { \"File\": \"/nowhere/x\" }"), "Xmpp.Secret.File = /nowhere/x", "no such file" },
        { Xmpp("\"Domain\": \"a.example\", \"Secret\": { \"Fiel\": \"x\" }"), "Xmpp.Secret", "\"File\"" },
        { Xmpp("\"Domain\": \"a.example\", \"Sercet\": \"hunter2\""), "Xmpp.Sercet", "Did you mean Xmpp.Secret?" },
        { Xmpp("\"Domain\": \"a.example\", \"Secret\": \"x\", \"Server\": \"127.0.0.1\""), "Xmpp.Server = \"127.0.0.1\"", "host:port" },
        { Xmpp("\"Domain\": \"a.example\", \"Secret\": \"x\", \"Server\": \"h:99999\""), "Xmpp.Server", "host:port" },
        { Xmpp("\"Domain\": \"a.example\", \"Secret\": \"x\", \"Server\": \"h:0\""), "Xmpp.Server = \"h:0\"", "host:port" },
        { Xmpp("\"Domain\": \"a.example\", \"Secret\": \"x\", \"Server\": [ ]"), "Xmpp.Server", "this is a list" },
        { Xmpp("\"Domain\": \"a.example\", \"Secret\": \"x\", \"MaxStanzaBytes\": 10000"), "Xmpp.MaxStanzaBytes = 10000", "from 65536 to" },
        { Sip("\"Listen\": [ \"tls:0.0.0.0:5061\" ]"), "Sip.Listen", "not available in this version. Use udp: or tcp:" },
        { Sip("\"Listen\": [ \"ws:0.0.0.0:5061\" ]"), "Sip.Listen", "not available in this version" },
        { Sip("\"Listen\": [ \"wss:0.0.0.0:5061\" ]"), "Sip.Listen", "not available in this version" },
        { Sip("\"Listen\": [ \"udp:pbx.example.org:5060\" ]"), "Sip.Listen[0] = \"udp:pbx.example.org:5060\"", "transport:address:port" },
        { Sip("\"Listen\": [ \"sctp:0.0.0.0:5060\" ]"), "Sip.Listen[0]", "transport:address:port" },
        { Sip("\"Listen\": [ 5060 ]"), "Sip.Listen[0] = 5060", "Write a string" },
        { Sip("\"Listen\": 5060"), "Sip.Listen = 5060", "Write a list" },
        { Sip("\"Listen\": []"), "Sip.Listen", "nothing to listen on" },
        { Sip("\"Listen\": [ \"udp:0.0.0.0:5060\", \"udp:0.0.0.0:5060\" ]"), "Sip.Listen", "Keep one" },
        { Sip("\"AdvertisedHost\": \"1.2.3.4:5060\""), "Sip.AdvertisedHost", "without a port" },
        { Sip("\"Msrp\": { \"Listen\": [ \"udp:0.0.0.0:2855\" ] }"), "Sip.Msrp.Listen[0]", "tcp:" },
        {
            Sip("\"Msrp\": { \"Listen\": [ \"tls:0.0.0.0:2855\" ] }, \"TlsCertificate\": \"none.pem\""),
            "Sip.TlsCertificate = \"none.pem\"", "Name a readable PEM file"
        },
        { Relay("\"Relay\": \"relay.example.net\", \"Username\": \"u\", \"Password\": \"p\""), "Sip.Msrp.Relay = \"relay.example.net\"", "msrps://relay.example.net:2855;tcp" },
        { Relay("\"Relay\": \"msrps://r.example/session;tcp\", \"Username\": \"u\", \"Password\": \"p\""), "Sip.Msrp.Relay", "URI of the relay" },
        { Relay("\"Relay\": \"msrps://u:hunter2@r.example;tcp\", \"Username\": \"u\", \"Password\": \"p\""), "Sip.Msrp.Relay = \"msrps://u:…@r.example;tcp\"", "URI" },
        { Relay("\"Relay\": \"msrps://r.example;sctp\", \"Username\": \"u\", \"Password\": \"p\""), "Sip.Msrp.Relay", "URI of the relay" },
        { Relay("\"Relay\": \"msrps://r.example;tcp\", \"Password\": \"hunter2\""), "Sip.Msrp.Username", "missing beside Relay" },
        { Relay("\"Relay\": \"msrps://r.example;tcp\", \"Username\": \"u\""), "Sip.Msrp.Password", "missing beside Relay" },
        { Relay("\"Username\": \"u\""), "Sip.Msrp.Relay", "missing beside Username" },
        { Relay("\"Password\": \"hunter2\""), "Sip.Msrp.Relay", "missing beside Password" },
        { Relay("\"Authorities\": \"none.pem\""), "Sip.Msrp.Authorities = \"none.pem\"", "PEM file with certificates" },
        { Relay("\"Usrname\": \"u\""), "Sip.Msrp.Usrname", "Did you mean Sip.Msrp.Username?" },
        { Relay("\"Relay\": \"msrps://r.example;tcp\", \"Username\": \"u\", \"Password\": \"p\", \"Lifetime\": \"5s\""), "Sip.Msrp.Lifetime", "from 60 to 86400" },
        { Sip("\"DefaultTrunk\": \"pbxx\""), "Sip.DefaultTrunk = \"pbxx\"", "Did you mean \"pbx\"" },
        { Sip("\"OtherDomains\": \"direct\""), "Sip.OtherDomains = \"direct\"", "not available in this version. Use trunk or refuse" },
        { Sip("\"OtherDomains\": \"1\""), "Sip.OtherDomains = \"1\"", "Write one of: trunk, direct, refuse" },
        { Sip("\"Trunk\": {}"), "Sip.Trunk", "Did you mean Sip.Trunks?" },
        { Trunks("{}"), "Sip.Trunks", "no trunk" },
        { Trunks("\"x\""), "Sip.Trunks = \"x\"", "a section" },
        { Trunks("{ \"a\": { \"Uri\": \"sip:a.example\" }, \"b\": { \"Uri\": \"sip:b.example\" } }"), "Sip.DefaultTrunk", "Write one of: a, b" },
        {
            Trunks("{ \"a\": { \"Uri\": \"sip:a.example\", \"Domain\": \"d.example\" }, \"b\": { \"Uri\": \"sip:b.example\", \"Domain\": \"D.example\" } }"),
            "Sip.Trunks.b", "Give each domain to one trunk"
        },
        { Trunk(""), "Sip.Trunks.pbx.Uri", "required, but missing" },
        { Trunk("\"Uri\": \"pbx.example.org\""), "Sip.Trunks.pbx.Uri", "Write a SIP URI" },
        { Trunk("\"Uri\": \"sip:gw:hunter2@pbx.example.org\""), "Sip.Trunks.pbx.Uri = \"sip:gw:…@pbx.example.org\"", "Write a SIP URI" },
        { Trunk("\"Uri\": \"sips:pbx.example.org\""), "Sip.Trunks.pbx.Uri", "Write a SIP URI" },
        { Trunk("\"Uri\": \"sip:pbx.example.org;transport=tls\""), "Sip.Trunks.pbx.Uri", "Write a SIP URI" },
        { Trunk("\"Uri\": \"sip:a.example\", \"Register\": true"), "Sip.Trunks.pbx.Username", "missing beside Register" },
        { Trunk("\"Uri\": \"sip:a.example\", \"Register\": \"true\""), "Sip.Trunks.pbx.Register = \"true\"", "this is a string. Write true or false" },
        { Trunk("\"Uri\": \"sip:a.example\", \"Username\": \"gw\""), "Sip.Trunks.pbx.Password", "missing beside Username" },
        { Trunk("\"Uri\": \"sip:a.example\", \"Password\": \"hunter2\""), "Sip.Trunks.pbx.Username", "missing beside Password" },
        { Trunk("\"Uri\": \"sip:a.example\", \"Sources\": [ \"pbx.example.org\" ]"), "Sip.Trunks.pbx.Sources[0]", "an address or a network" },
        { Trunk("\"Uri\": \"sip:a.example\", \"Domian\": \"x\""), "Sip.Trunks.pbx.Domian", "Did you mean Sip.Trunks.pbx.Domain?" },
        { Trunk("\"Uri\": \"sip:a.example\", \"Answer\": \"soon\""), "Sip.Trunks.pbx.Answer", "progress, late, early" },
        { Trunk("\"Uri\": \"sip:a.example\", \"Transcode\": [ \"P CMA\" ]"), "Sip.Trunks.pbx.Transcode[0]", "encoding names" },
        { Mapping("\"JidStyle\": \"hex\""), "Mapping.JidStyle = \"hex\"", "Write one of: percent, escape" },
        { Mapping("\"Chat\": \"no\""), "Mapping.Chat", "auto, session, page" },
        { Mapping("\"Answer\": true"), "Mapping.Answer = true", "this is true or false" },
        { Mapping("\"Aliases\": { \"1001\": \"example.org\" }"), "Mapping.Aliases.1001 = \"example.org\"", "bare JID" },
        { Mapping("\"Aliases\": { \"1001\": \"a@example.org/r\" }"), "Mapping.Aliases.1001", "bare JID" },
        { Mapping("\"AllowedCallers\": [ \"a b\" ]"), "Mapping.AllowedCallers[0]", "bare JIDs" },
        { Mapping("\"LocalDomains\": [ { } ]"), "Mapping.LocalDomains[0]", "this is a section" },
        { Mapping("\"UnknownSources\": \"accept\""), "Mapping.UnknownSources", "Write one of: localUsers, refuse" },
        { Mapping("\"RingTimeout\": \"soon\""), "Mapping.RingTimeout = \"soon\"", "\"90s\"" },
        { Mapping("\"RingTimeout\": 0"), "Mapping.RingTimeout = 0", "from 1 to 3600 s" },
        { Mapping("\"RingTimeout\": true"), "Mapping.RingTimeout = true", "a duration" },
        { Mapping("\"CallsPerMinute\": 0"), "Mapping.CallsPerMinute = 0", "from 1 to" },
        { Mapping("\"CallsPerMinute\": 1.5"), "Mapping.CallsPerMinute = 1.5", "whole number" },
        { Mapping("\"CallsPerMinute\": \"5\""), "Mapping.CallsPerMinute = \"5\"", "whole number" },
        { Mapping("\"ServiceUnavailableStatus\": 404"), "Mapping.ServiceUnavailableStatus = 404", "480, 403 or 405" },
        { Trunk("\"Uri\": \"sip:a.example\", \"Srtp\": \"required\""), "Sip.Trunks.pbx.Srtp = \"required\"", "\"SrtpWithoutTls\": true" },
        { Other("\"Media\": { \"Engine\": \"janus\" }"), "Media.Engine = \"janus\"", "embedded, rtpengine" },
        { Other("\"Media\": { \"Address\": \"0.0.0.0\" }"), "Media.Address[0]", "198.51.100.7" },
        { Other("\"Media\": { \"ExternalAddress\": \"home.example.org\" }"), "Media.ExternalAddress", "198.51.100.7" },
        { Other("\"Media\": { \"StunServer\": \"stun.example.org:0\" }"), "Media.StunServer[0]", "stun.example.org:3478" },
        { Other("\"Media\": { \"Ports\": \"35000-30000\" }"), "Media.Ports = \"35000-30000\"", "\"30000-34999\"" },
        { Other("\"Media\": { \"Rtpengine\": [ \"127.0.0.1:2223\" ] }"), "Media.Rtpengine[0]", "udp:host:port" },
        { Other("\"Media\": { \"Engine\": \"rtpengine\", \"Rtpengine\": [] }"), "Media.Rtpengine", "no rtpengine" },
        { Other("\"State\": { \"Store\": \"postgres\" }"), "State.Store = \"postgres\"", "not available in this version. Use \"embedded\"" },
        { Other("\"State\": { \"Store\": \"redis\" }"), "State.Store", "embedded, postgres" },
        { Other("\"Http\": { \"Listen\": \"0.0.0.0:8080\" }"), "Http.Listen = \"0.0.0.0:8080\"", "Write a Token" },
        { Other("\"Http\": { \"Listen\": \"example.org:8080\" }"), "Http.Listen", "address:port" },
        { Other("\"Log\": { \"Level\": \"Loud\" }"), "Log.Level = \"Loud\"", "Trace, Debug, Information" },
        { Other("\"Log\": { \"Format\": \"xml\" }"), "Log.Format", "text, json" },
        { Other("\"Logs\": {}"), "Logs", "Did you mean Log?" },
        { Other("\"xmpp\": {}"), "xmpp", "written twice" },
        { Other("\"Media\": null"), "Media = null", "a section" },
        { "{ \"Xmpp\": { \"Domain\": \"a\" \"Secret\": \"b\" } }", "line 1", "this is not JSON" },
        { "[]", "gateway.json", "no section" },
        { "", "gateway.json", "this is not JSON" },
    };

    [Theory]
    [MemberData(nameof(Faults))]
    public void Fault_names_key_value_and_remedy(string json, string key, string remedy)
    {
        var result = Load(json);

        Assert.Null(result.Options);
        Assert.Contains(key, result.Message, StringComparison.Ordinal);
        Assert.Contains(remedy, result.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", result.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_fault_is_in_the_one_message_with_its_line()
    {
        var result = Load("""
            {
              "Xmpp": { "Domain": "sip.example.org" },
              "Sip": {
                "Listen": [ "udp:x" ],
                "Trunks": { "pbx": { "Uri": "http://x" } }
              },
              "Lgo": {}
            }
            """);

        Assert.Equal(["Xmpp.Secret", "Sip.Listen[0]", "Sip.Trunks.pbx.Uri", "Lgo"], result.Faults.Select(f => f.Key));
        Assert.StartsWith("4 faults in the configuration", result.Message, StringComparison.Ordinal);
        Assert.Contains("Sip.Listen[0] = \"udp:x\" (line 4)", result.Message, StringComparison.Ordinal);
        Assert.Contains("Lgo (line 7): unknown key. Did you mean Log?", result.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Missing_file_is_one_fault()
    {
        var result = GatewayConfiguration.Load(Path.Combine(_folder.Path, "none.json"), new Hashtable());

        Assert.Contains("there is no such file", Assert.Single(result.Faults).ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Component_among_the_domains_of_XMPP_users_is_told()
    {
        var options = Good(Smallest, new Hashtable { ["GATEWAY_Mapping__LocalDomains"] = "example.org, SIP.example.org" });

        Assert.Contains(options.Notices, notice => notice.Contains("Mapping.LocalDomains holds Xmpp.Domain", StringComparison.Ordinal));
    }

    [Fact]
    public void Key_that_is_written_twice_hides_no_other_fault()
    {
        var result = Load("""{ "Xmpp": { "Domain": "a.example", "Domain": "b.example", "Bogus": 1 }, "Log": { "Level": "Loud" } }""");

        Assert.Contains("Xmpp.Domain (line 1): the key is written twice", result.Message, StringComparison.Ordinal);
        Assert.Contains("Xmpp.Secret: required", result.Message, StringComparison.Ordinal);
        Assert.Contains("Xmpp.Bogus", result.Message, StringComparison.Ordinal);
        Assert.Contains("Log.Level", result.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Environment_overrides_the_file()
    {
        var options = Good(Smallest, new Hashtable
        {
            ["GATEWAY_Xmpp__Secret"] = "from the environment",
            ["GATEWAY_XMPP__SERVER"] = "prosody:5347",
            ["GATEWAY_Sip__Listen"] = "udp:127.0.0.1:5080, tcp:127.0.0.1:5080",
            ["GATEWAY_Sip__Trunks__pbx__Sources__0"] = "192.0.2.10",
            ["GATEWAY_Sip__Trunks__pbx__TrustIdentity"] = "false",
            ["GATEWAY_Mapping__Aliases__1001"] = "juliet@example.org",
            ["GATEWAY_Mapping__CallsPerMinute"] = "7",
            ["GATEWAY_Mapping__RingTimeout"] = "20",
            ["PATH"] = "/bin",
        });

        Assert.Equal("from the environment", options.Xmpp.Secret.Reveal());
        Assert.Equal("prosody:5347", options.Xmpp.Server.ToString());
        Assert.Equal(["udp:127.0.0.1:5080", "tcp:127.0.0.1:5080"], options.Sip.Listen.Select(l => l.ToString()));
        Assert.Equal<string>(["192.0.2.10"], options.Mapping.Trunks["pbx"].Sources);
        Assert.False(options.Mapping.Trunks["pbx"].TrustIdentity);
        Assert.Equal("juliet@example.org", options.Mapping.Aliases["1001"]);
        Assert.Equal(7, options.Mapping.Policy.CallsPerMinute);
        Assert.Equal(TimeSpan.FromSeconds(20), options.Mapping.Timers.RingTimeout);
    }

    [Fact]
    public void Environment_replaces_one_entry_of_a_list_of_the_file()
    {
        var json = Sip("\"Listen\": [ \"udp:127.0.0.1:1\", \"udp:127.0.0.1:2\" ]");

        var options = Good(json, new Hashtable { ["GATEWAY_Sip__Listen__1"] = "tcp:127.0.0.1:3" });

        Assert.Equal(["udp:127.0.0.1:1", "tcp:127.0.0.1:3"], options.Sip.Listen.Select(l => l.ToString()));
    }

    [Theory]
    [InlineData("GATEWAY_Xmpp__Sercet", "Did you mean Xmpp.Secret?")]
    [InlineData("GATEWAY_Xmp__Domain", "Did you mean Xmpp?")]
    [InlineData("GATEWAY_Bogus", "unknown key")]
    public void Unknown_variable_is_refused_by_its_name(string name, string remedy)
    {
        var result = Load(Smallest, new Hashtable { [name] = "hunter3" });

        Assert.Contains(name, result.Message, StringComparison.Ordinal);
        Assert.Contains(remedy, result.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter3", result.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("s3cret\n", "s3cret")]
    [InlineData("s3cret\r\n", "s3cret")]
    [InlineData(" two words ", " two words ")]
    public void Secret_comes_from_the_file_it_names_without_the_last_newline(string content, string secret)
    {
        _folder.Write("secret", content);

        var options = Good(Xmpp("\"Domain\": \"a.example\", \"Secret\": { \"File\": \"secret\" }"));

        Assert.Equal(secret, options.Xmpp.Secret.Reveal());
    }

    [Fact]
    public void Secret_file_named_by_the_environment_replaces_the_secret_of_the_file()
    {
        var file = _folder.Write("secret", "better");

        var options = Good(Smallest, new Hashtable { ["GATEWAY_Xmpp__Secret__File"] = file });

        Assert.Equal("better", options.Xmpp.Secret.Reveal());
    }

    [Fact]
    public void Empty_secret_file_is_a_fault()
    {
        _folder.Write("secret", "\n");

        var result = Load(Xmpp("\"Domain\": \"a.example\", \"Secret\": { \"File\": \"secret\" }"));

        Assert.Contains("the file is empty", result.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Options_never_print_a_secret()
    {
        var options = Good(Smallest);

        Assert.DoesNotContain("hunter2", options.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", options.Xmpp.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Syntax_fault_never_quotes_the_file()
    {
        var result = Load("{ \"Xmpp\": { \"Secret\": hunter2 } }");

        Assert.DoesNotContain("hunter2", result.Message, StringComparison.Ordinal);
        Assert.Contains("line 1, byte", result.Message, StringComparison.Ordinal);
    }

    private void WriteCertificate()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var certificate = new CertificateRequest("CN=sip.example.org", key, HashAlgorithmName.SHA256)
            .CreateSelfSigned(DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddYears(100));
        _folder.Write("cert.pem", certificate.ExportCertificatePem());
        _folder.Write("key.pem", key.ExportPkcs8PrivateKeyPem());
    }

    private static string Xmpp(string keys) => $$"""{ "Xmpp": { {{keys}} }, "Sip": { "Trunks": { "pbx": { "Uri": "sip:a.example" } } } }""";

    private static string Sip(string keys) =>
        $$"""{ "Xmpp": { "Domain": "a.example", "Secret": "s" }, "Sip": { {{keys}}, "Trunks": { "pbx": { "Uri": "sip:a.example" } } } }""";

    private static string Relay(string keys) => Sip($"\"Msrp\": {{ {keys} }}");

    private static string Trunks(string value) => $$"""{ "Xmpp": { "Domain": "a.example", "Secret": "s" }, "Sip": { "Trunks": {{value}} } }""";

    private static string Trunk(string keys) => Trunks($$"""{ "pbx": { {{keys}} } }""");

    private static string Mapping(string keys) => Other($"\"Mapping\": {{ {keys} }}");

    private static string Other(string sections) =>
        $$"""{ "Xmpp": { "Domain": "a.example", "Secret": "s" }, "Sip": { "Trunks": { "pbx": { "Uri": "sip:a.example" } } }, {{sections}} }""";

    private ConfigurationResult Load(string json, Hashtable? environment = null) =>
        GatewayConfiguration.Load(_folder.Write("gateway.json", json), environment ?? []);

    private GatewayOptions Good(string json, Hashtable? environment = null)
    {
        var result = Load(json, environment);
        Assert.Equal("", result.Message);
        return result.Options!;
    }
}
