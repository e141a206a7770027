using System.Text.Json.Nodes;
using Gateway.Testing.Servers;

namespace Gateway.Interop.Tests.Sites;

/// <summary>The gateway beside ejabberd, with rtpengine.</summary>
public sealed class EjabberdSite : GatewaySite
{
    protected override async Task<IXmppServer> StartServerAsync(IReadOnlyList<(string Domain, string Secret)> components) =>
        await EjabberdServer.StartAsync(Domain, components);

    protected override async Task<JsonObject> StartMediaAsync()
    {
        var rtpengine = await RtpengineServer.StartAsync(PortsOfMedia);
        (Engine, EngineProcess, MediaPorts) = (rtpengine, rtpengine.Id, rtpengine.MediaPorts);
        return new JsonObject { ["Engine"] = "rtpengine", ["Rtpengine"] = new JsonArray(rtpengine.Address) };
    }
}

/// <summary>All tests with the gateway beside ejabberd: one site, one test at a time.</summary>
[CollectionDefinition(Name)]
public sealed class BesideEjabberd : ICollectionFixture<EjabberdSite>
{
    public const string Name = "ejabberd";
}
