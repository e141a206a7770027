using System.Collections.Immutable;

namespace Gateway.Xmpp.Disco;

/// <summary>What service discovery says beside the registered features.</summary>
public sealed record ServiceDiscoveryOptions
{
    /// <summary>The component's domain.</summary>
    public required string Domain { get; init; }

    /// <summary>
    /// What the domain itself is: a gateway, and <c>gateway/pstn</c> too when it reaches telephone numbers, by which Cheogram
    /// finds a dialler.
    /// </summary>
    public required ImmutableArray<DiscoIdentity> DomainIdentities { get; init; }

    /// <summary>What every user behind the gateway is.</summary>
    public ImmutableArray<DiscoIdentity> UserIdentities { get; init; } = [new("client", "phone")];

    /// <summary>The caps node (XEP-0115 section 4): names the software, not the hash. Default: <c>https://Domain/</c>.</summary>
    public string? CapsNode { get; init; }
}

/// <summary>An identity (XEP-0030 section 3.1).</summary>
/// <param name="Category">Category of the registry, such as <c>client</c>.</param>
/// <param name="Type">Type within the category, such as <c>phone</c>.</param>
/// <param name="Name">Name for people, or null.</param>
/// <param name="Language">Language of the name, or null.</param>
public sealed record DiscoIdentity(string Category, string Type, string? Name = null, string? Language = null);
