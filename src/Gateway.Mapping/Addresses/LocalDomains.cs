using System.Collections.Frozen;
using System.Diagnostics.CodeAnalysis;
using Gateway.Xmpp.Addresses;

namespace Gateway.Mapping.Addresses;

/// <summary>The SIP domains whose users are XMPP users of the same name. SIP writes international names as A-labels, XMPP in
/// Unicode.</summary>
internal sealed class LocalDomains
{
    private readonly FrozenDictionary<string, string> _domainOfHost;
    private readonly FrozenDictionary<string, string> _hostOfDomain;

    public LocalDomains(IEnumerable<string> configured)
    {
        var domains = configured.Select(text => Jid.Parse(text).Domain).Distinct()
            .Select(domain => (Domain: domain, Host: HostPart.OfConfigured(domain)
                ?? throw new ArgumentException("LocalDomains holds what is no host name", nameof(configured))))
            .ToArray();
        _domainOfHost = domains.ToFrozenDictionary(pair => pair.Host, pair => pair.Domain, StringComparer.Ordinal);
        _hostOfDomain = domains.ToFrozenDictionary(pair => pair.Domain, pair => pair.Host, StringComparer.Ordinal);
    }

    public bool HasHost(string host) => _domainOfHost.ContainsKey(host);

    public bool TryDomain(string host, [NotNullWhen(true)] out string? domain) => _domainOfHost.TryGetValue(host, out domain);

    public bool TryHost(string domain, [NotNullWhen(true)] out string? host) => _hostOfDomain.TryGetValue(domain, out host);
}
