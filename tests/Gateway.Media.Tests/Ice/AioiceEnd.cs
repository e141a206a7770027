using System.Text.Json.Nodes;
using Gateway.Testing;
using Gateway.Testing.Servers;

namespace Gateway.Media.Tests.Ice;

/// <summary>The process of tests/clients/ice_end.py: an agent of another implementation.</summary>
internal sealed class AioiceEnd : IAsyncDisposable
{
    private readonly OwnedProcess _process;

    private AioiceEnd(OwnedProcess process, EventLog<JsonObject> events) => (_process, Events) = (process, events);

    public EventLog<JsonObject> Events { get; }

    public static async Task<AioiceEnd> StartAsync()
    {
        var events = new EventLog<JsonObject>("aioice");
        var process = await OwnedProcess.StartAsync("/usr/bin/python3", [Script()], onLine: line =>
        {
            if (line.StartsWith('{'))
            {
                events.Add(JsonNode.Parse(line)!.AsObject());
            }
        });
        await events.WaitAsync(e => (string?)e["event"] == "ready");
        return new AioiceEnd(process, events);
    }

    public Task SendAsync(JsonObject command) => _process.Input.WriteLineAsync(command.ToJsonString());

    public Task<JsonObject> WhenAsync(string what, int skip = 0) => Events.WaitAsync(e => (string?)e["event"] == what, skip, what);

    public ValueTask DisposeAsync() => _process.DisposeAsync();

    private static string Script()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "tests", "clients", "ice_end.py")))
        {
            folder = folder.Parent ?? throw new FileNotFoundException("tests/clients/ice_end.py");
        }

        return Path.Combine(folder.FullName, "tests", "clients", "ice_end.py");
    }
}
