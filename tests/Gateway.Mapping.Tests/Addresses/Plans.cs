using System.Collections.Immutable;
using System.Net;
using Gateway.Mapping.Addresses;
using Gateway.Mapping.Configuration;
using Gateway.Sip.Messages;
using Gateway.Xmpp.Addresses;

namespace Gateway.Mapping.Tests.Addresses;

/// <summary>The gateway of these tests: sip.example.org beside example.org, a PBX by default and a provider.</summary>
internal static class Plans
{
    public static readonly MappingOptions Options = new()
    {
        GatewayDomain = "sip.example.org",
        SipHost = "198.51.100.7",
        LocalDomains = ["example.org"],
        Aliases = ImmutableDictionary<string, string>.Empty
            .Add("1001", "juliet@example.org").Add("+1-415-555-0123", "nurse@example.org"),
        DefaultTrunk = "pbx",
        Trunks = ImmutableDictionary<string, TrunkOptions>.Empty
            .Add("pbx", new TrunkOptions
            {
                Name = "pbx",
                Uri = "sip:pbx.example.net:5070;transport=tcp",
                Domains = ["pbx.example.net", "shakespeare.lit"],
                Username = "gw",
                Password = "secret",
                Sources = ["192.0.2.10", "2001:db8:1::/48"],
            })
            .Add("provider", new TrunkOptions { Name = "provider", Uri = "sip:203.0.113.5", Answer = AnswerPolicy.Late }),
    };

    public static readonly IPAddress Pbx = IPAddress.Parse("192.0.2.10");

    public static readonly IPAddress Provider = IPAddress.Parse("203.0.113.5");

    public static readonly IPAddress Stranger = IPAddress.Parse("198.51.100.99");

    public static readonly Jid Juliet = Jid.Parse("juliet@example.org");

    public static AddressPlan Plan(JidStyle style = JidStyle.Percent) => new(Options with { JidStyle = style });

    public static SipUri Uri(string text) => SipUri.TryParse(text, out var uri) ? uri : throw new FormatException(text);

    public static NameAddr Name(string text) => NameAddr.TryParse(text, out var name) ? name : throw new FormatException(text);

    public static SipCallerClaim Claim(string from, IPAddress? source = null) => new(Name(from), source ?? Pbx);

    public static string Caller(this AddressPlan plan, string from, IPAddress? source = null) =>
        plan.TryCaller(Claim(from, source), Juliet, out var caller, out var fault) ? caller.Jid.ToString() : $"fault {fault.Status}";

    public static string ToSip(this AddressPlan plan, string jid) =>
        plan.TryToSip(Jid.Parse(jid), out var target, out var fault) ? target.RequestUri.ToString() : $"fault {fault.Problem}";

    public static string ToXmpp(this AddressPlan plan, string uri) =>
        plan.TryToXmpp(Uri(uri), out var user, out var fault) ? user.ToString() : $"fault {fault.Status}";
}
