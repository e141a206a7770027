using Gateway.Testing.Servers;

namespace Gateway.Interop.Tests.Sites;

/// <summary>The gateway beside ejabberd.</summary>
public sealed class EjabberdSite : GatewaySite
{
    protected override async Task<IXmppServer> StartServerAsync(IReadOnlyList<(string Domain, string Secret)> components) =>
        await EjabberdServer.StartAsync(Domain, components);
}

/// <summary>All tests with the gateway beside ejabberd: one site, one test at a time.</summary>
[CollectionDefinition(Name)]
public sealed class BesideEjabberd : ICollectionFixture<EjabberdSite>
{
    public const string Name = "ejabberd";
}
