using Gateway.Testing.Servers;

namespace Gateway.Interop.Tests.Sites;

/// <summary>The gateway beside Prosody.</summary>
public sealed class ProsodySite : GatewaySite
{
    protected override async Task<IXmppServer> StartServerAsync(IReadOnlyList<(string Domain, string Secret)> components) =>
        await ProsodyServer.StartAsync(new ProsodyOptions { Domain = Domain, Components = components });
}

/// <summary>All tests with the gateway beside Prosody: one site, one test at a time.</summary>
[CollectionDefinition(Name)]
public sealed class BesideProsody : ICollectionFixture<ProsodySite>
{
    public const string Name = "Prosody";
}
