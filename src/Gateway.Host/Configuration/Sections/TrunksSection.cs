using System.Collections.Immutable;
using System.Net;
using Gateway.Host.Configuration.Reading;
using Gateway.Mapping.Configuration;

namespace Gateway.Host.Configuration.Sections;

/// <summary>Sip.Trunks, Sip.DefaultTrunk and Sip.OtherDomains.</summary>
internal static class TrunksSection
{
    private const string UriRemedy = "Write a SIP URI, such as \"sip:pbx.example.org\" or \"sip:192.0.2.10:5070;transport=tcp\"; TLS is not available in this version";

    public static MappingOptions Read(SectionReader sip, MappingOptions mapping)
    {
        var trunks = ImmutableDictionary.CreateBuilder<string, TrunkOptions>();
        var list = sip.Section("Trunks");
        foreach (var (name, section) in list.NamedSections())
        {
            trunks[name] = ReadTrunk(name, section);
        }

        if (trunks.Count == 0)
        {
            sip.Fault("Trunks", "no trunk", "Write one: \"Trunks\": { \"pbx\": { \"Uri\": \"sip:pbx.example.org\" } }");
        }

        RefuseSharedDomains(list, trunks.Values);
        var otherDomains = sip.Choice("OtherDomains", mapping.OtherDomains);
        if (otherDomains == OtherDomains.Direct)
        {
            sip.Fault("OtherDomains", "not available in this version", "Use trunk or refuse");
        }

        return mapping with
        {
            Trunks = trunks.ToImmutable(),
            OtherDomains = otherDomains,
            DefaultTrunk = ReadDefault(sip, trunks, otherDomains),
        };
    }

    private static TrunkOptions ReadTrunk(string name, SectionReader section)
    {
        var uri = section.Required<string>("Uri", AddressText.TryTrunkUri, UriRemedy);
        var password = section.Secret("Password", required: false, "");
        var trunk = new TrunkOptions
        {
            Name = name,
            Uri = uri ?? "",
            Domains = section.List<string>(
                "Domain", [], AddressText.TryDomain, "Write a domain, or a list of domains, without a port"),
            Username = section.Value<string?>("Username", null, AddressText.TryAny, "Write the user name of the account"),
            Password = password?.Reveal(),
            Register = section.Flag("Register", false),
            Sources = section.List<string>(
                "Sources", default, AddressText.TrySource, "Write an address or a network, such as \"192.0.2.10\" or \"192.0.2.0/28\""),
            Answer = section.OptionalChoice<AnswerPolicy>("Answer"),
            TrustIdentity = section.Flag("TrustIdentity", true),
            Srtp = section.Choice("Srtp", TrunkSrtp.Off),
            Presence = section.Choice("Presence", TrunkPresence.None),
            Contact = ContactsSection.ReadContact(section, "ContactName", "ContactAvatar"),
            Video = section.Flag("Video", false),
            Transcode = section.List<string>("Transcode", [], AddressText.TryToken, "Write encoding names, such as \"PCMA\""),
        };

        // RFC 4568 section 8.3: whoever reads the description can decrypt the call.
        if (!section.Flag("SrtpWithoutTls", false) && trunk.Srtp != TrunkSrtp.Off
            && !trunk.Uri.Contains("transport=tls", StringComparison.OrdinalIgnoreCase))
        {
            section.Fault(
                "Srtp", "the keys would cross the network in the clear, for the trunk is not reached by TLS",
                "Write \"SrtpWithoutTls\": true if a VPN protects the signalling, or set Srtp to off");
        }

        if (trunk.Register && trunk.Username is null)
        {
            section.Fault("Username", "missing beside Register", "Write the user name of the account, and its Password");
        }

        if (trunk.Password is not null && trunk.Username is null)
        {
            section.Fault("Username", "missing beside Password", "Write the user name, or remove Password");
        }

        if (trunk.Username is not null && !section.Has("Password"))
        {
            section.Fault("Password", "missing beside Username", "Write the password, or remove Username");
        }

        section.End();
        return trunk;
    }

    private static string? ReadDefault(
        SectionReader sip, ImmutableDictionary<string, TrunkOptions>.Builder trunks, OtherDomains otherDomains)
    {
        var named = sip.Value<string?>("DefaultTrunk", null, AddressText.TryAny, "Write the name of a trunk");
        if (named is not null && !trunks.ContainsKey(named))
        {
            var nearest = NearestName.To(named, trunks.Keys);
            sip.Fault(
                "DefaultTrunk", "there is no such trunk",
                nearest is null ? $"Write one of: {string.Join(", ", trunks.Keys)}" : $"Did you mean \"{nearest}\"");
            return null;
        }

        if (named is null && !sip.Has("DefaultTrunk") && trunks.Count > 1 && otherDomains == OtherDomains.Trunk)
        {
            sip.Fault(
                "DefaultTrunk", "missing, and there is more than one trunk",
                $"Write one of: {string.Join(", ", trunks.Keys.Order())}; or set OtherDomains to \"refuse\"");
        }

        return named ?? (trunks.Count == 1 ? trunks.Keys.Single() : null);
    }

    private static void RefuseSharedDomains(SectionReader list, IEnumerable<TrunkOptions> trunks)
    {
        var owners = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var trunk in trunks.OrderBy(t => t.Name))
        {
            foreach (var domain in trunk.Domains.Where(d => d is not null && !owners.TryAdd(d, trunk.Name)))
            {
                list.Fault(
                    trunk.Name, $"its Domain \"{domain}\" is also that of trunk \"{owners[domain]}\"",
                    "Give each domain to one trunk");
            }
        }
    }
}
