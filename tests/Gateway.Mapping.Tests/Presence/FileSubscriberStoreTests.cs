using Gateway.Mapping.Presence;
using Gateway.Xmpp.Addresses;
using Microsoft.Extensions.Logging.Abstractions;

namespace Gateway.Mapping.Tests.Presence;

public sealed class FileSubscriberStoreTests : IDisposable
{
    private static readonly PresenceSubscription First = new(Jid.Parse("juliet@example.org"), Jid.Parse(@"d\27art+x%shakespeare.lit@sip.example.org"));
    private static readonly PresenceSubscription Second = new(Jid.Parse("ré@example.org"), Jid.Parse("+15551234567@sip.example.org"));

    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("gateway-test-");

    private string FileName => Path.Combine(_directory.FullName, "state", "presence.jsonl");

    public void Dispose() => _directory.Delete(recursive: true);

    [Fact] // P-17
    public async Task Subscriptions_survive_a_restart()
    {
        await using (var store = Store())
        {
            Assert.Empty(await store.LoadAsync(default));
            store.Add(First);
            store.Add(Second);
            store.Add(Second);
            store.Remove(First);
            store.Add(First);
            store.Remove(Second);
        }

        await using (var store = Store())
        {
            Assert.Equal([First], await store.LoadAsync(default));
            store.Add(Second);
        }

        await using (var store = Store())
        {
            Assert.Equal(new HashSet<PresenceSubscription> { First, Second }, (await store.LoadAsync(default)).ToHashSet());
        }

        Assert.Equal(2, (await File.ReadAllLinesAsync(FileName)).Length); // history is dropped at the start
    }

    [Fact]
    public async Task A_damaged_file_loses_only_the_damaged_lines()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(FileName)!);
        await File.WriteAllTextAsync(
            FileName,
            """
            ["+","juliet@example.org","1001@sip.example.org"]
            ["+","not a jid@@","1001@sip.example.org"]
            ["?","juliet@example.org","1002@sip.example.org"]
            {"a":1}
            null
            [1,2,3]
            ["+","juliet@example.org"]
            ["+","nurse@example.org","1001@sip.exa
            """);

        await using (var store = Store())
        {
            Assert.Equal(new PresenceSubscription(Jid.Parse("juliet@example.org"), Jid.Parse("1001@sip.example.org")), Assert.Single(await store.LoadAsync(default)));
            store.Add(Second);
        }

        await using (var store = Store())
        {
            Assert.Equal(2, (await store.LoadAsync(default)).Count);
        }
    }

    [Fact]
    public async Task A_place_that_cannot_be_written_does_not_stop_the_gateway()
    {
        await File.WriteAllTextAsync(Path.Combine(_directory.FullName, "state"), "a file where the directory should be");

        await using var store = Store();
        Assert.Empty(await store.LoadAsync(default));
        store.Add(First);
    }

    private FileSubscriberStore Store() => new(FileName, NullLogger<FileSubscriberStore>.Instance);
}
