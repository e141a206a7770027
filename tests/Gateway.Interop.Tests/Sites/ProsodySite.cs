using System.Text.Json.Nodes;
using Gateway.Testing.Servers;

namespace Gateway.Interop.Tests.Sites;

/// <summary>The gateway beside Prosody, with the media engine that it has itself.</summary>
public sealed class ProsodySite : GatewaySite
{
    protected override async Task<IXmppServer> StartServerAsync(IReadOnlyList<(string Domain, string Secret)> components) =>
        await ProsodyServer.StartAsync(new ProsodyOptions
        {
            Domain = Domain,
            Components = components,
            // For browsers, which ask for 127.0.0.1: WebSocket, and the page itself.
            Modules = ["websocket", "http_files"],
            GlobalLines = $"""
                http_default_host = "{Domain}"
                c2s_stanza_size_limit = 4 * 1024 * 1024
                component_stanza_size_limit = 4 * 1024 * 1024
                http_files_dir = "{RepositoryFiles.BrowserFolder}"
                """,
        });

    protected override Task<JsonObject> StartMediaAsync()
    {
        var first = FreePorts.BlockForMedia(PortsOfMedia);
        MediaPorts = (first, first + PortsOfMedia - 1);
        return Task.FromResult(new JsonObject
        {
            ["Engine"] = "embedded",
            ["Address"] = "127.0.0.1",
            ["Ports"] = $"{MediaPorts.First}-{MediaPorts.Last}",
        });
    }
}

/// <summary>All tests with the gateway beside Prosody: one site, one test at a time.</summary>
[CollectionDefinition(Name)]
public sealed class BesideProsody : ICollectionFixture<ProsodySite>
{
    public const string Name = "Prosody";
}
