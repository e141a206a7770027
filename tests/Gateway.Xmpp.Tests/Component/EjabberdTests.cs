using Gateway.Testing.Servers;

namespace Gateway.Xmpp.Tests.Component;

/// <summary>The contract with ejabberd, which is slow to start: one for all tests.</summary>
public sealed class EjabberdTests(EjabberdTests.Running running) : ComponentContract, IClassFixture<EjabberdTests.Running>
{
    private protected override IXmppServer Server => running.Server;

    public sealed class Running : IAsyncLifetime
    {
        internal EjabberdServer Server { get; private set; } = null!;

        public async Task InitializeAsync() => Server = await EjabberdServer.StartAsync("example.org", Components);

        public async Task DisposeAsync() => await Server.DisposeAsync();
    }
}
