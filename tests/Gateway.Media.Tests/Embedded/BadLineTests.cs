using System.Net;
using Gateway.Media.Embedded;
using Gateway.Media.Ice;
using Gateway.Media.Relay;
using Gateway.Media.Tests.Relay;
using Gateway.Testing;
using Gateway.Testing.Servers;

namespace Gateway.Media.Tests.Embedded;

/// <summary>A WebRTC end behind a line that loses 5 % each way and delivers within 30 to 90 ms, in no order.</summary>
public sealed class BadLineTests(EmbeddedFixture fixture) : IClassFixture<EmbeddedFixture>, IAsyncLifetime, IAsyncDisposable
{
    private const int WebTone = 1000;
    private const int PhoneTone = 500; // both of whole periods in 20 ms: a packet that is missing makes no other tone

    /// <summary>Of the ends' jitter buffers, in packets: every phone has one.</summary>
    private const int Depth = 8;

    private readonly string _session = $"call {Guid.NewGuid():N}";
    private readonly List<MediaEnd> _ends = [];
    private BadLine? _line;

    public Task InitializeAsync() => Task.CompletedTask;

    Task IAsyncLifetime.DisposeAsync() => DisposeAsync().AsTask();

    public async ValueTask DisposeAsync()
    {
        foreach (var end in _ends)
        {
            await end.CloseAsync();
        }

        await fixture.Relay.DeleteAsync(_session, default);
        _line?.Dispose();
    }

    [Fact] // 35 s: longer than consent lasts that is not renewed (RFC 7675)
    public async Task Transcoded_call_stays_up_and_its_tones_are_heard() =>
        await HearForAsync(350, await CallAsync(Codec.Opus, "PCMU"));

    [Fact]
    public async Task Relayed_call_stays_up_and_its_tones_are_heard() => await HearForAsync(50, await CallAsync(Codec.Pcmu));

    /// <summary>Four windows of 100 ms in five hold the tone: what is lost is concealed, or at least no more than that.</summary>
    private static async Task HearForAsync(int windows, MediaEnd[] ends)
    {
        foreach (var end in ends)
        {
            await end.ForgetAsync();
        }

        var (isHeard, all) = (true, new List<string>());
        foreach (var end in ends)
        {
            var heard = (Windows: 0, Tones: 0);
            await Eventually.HoldsAsync(
                async () => (heard = await end.MeasureAsync()).Windows >= windows,
                () => $"{end.Name}: {heard}",
                TimeSpan.FromSeconds(150));
            all.Add($"{end.Name}: {heard}");
            isHeard &= heard.Tones >= heard.Windows * 0.8;
        }

        Assert.True(isHeard, string.Join(", ", all));
    }

    private async Task<MediaEnd[]> CallAsync(Codec webs, params string[] transcode)
    {
        var web = await fixture.Ends.WebAsync(offers: true, WebTone, PhoneTone, Depth);
        var phone = await fixture.Ends.PlainAsync(PhoneTone, WebTone, Depth);
        _ends.AddRange([web, phone]);

        // Without candidates of its own the end can only be met by its checks, which come over the line.
        var forPhone = Sdp(await fixture.Relay.OfferAsync(
            new(_session, "web", web.Offer([webs], candidates: false), MediaProfile.PlainRtp) { Transcode = [.. transcode] }, default));
        var answer = phone.Answer(new Description(forPhone), [Codec.Pcmu]);
        var forWeb = Sdp(await fixture.Relay.AnswerAsync(new(_session, "web", "phone", answer, MediaProfile.WebRtc), default));
        await phone.RemoteAsync(new Description(forPhone));
        await web.AnsweredAsync(new Description(BehindLine(forWeb)));
        await web.HearsAsync();
        await phone.HearsAsync();
        return [web, phone];
    }

    /// <summary>The description with the line's entry as its only candidate.</summary>
    private string BehindLine(string sdp)
    {
        var value = new Description(sdp).Candidates.First(candidate => candidate.Contains("127.0.0.1", StringComparison.Ordinal));
        Assert.True(IceCandidate.TryParse(value, out var candidate));
        _line = new BadLine(new IPEndPoint(IPAddress.Loopback, candidate.Port), loss: 0.05, delay: 60, jitter: 30, seed: 1);
        var lines = sdp.Split("\r\n").Where(line => !line.StartsWith("a=candidate:", StringComparison.Ordinal)).ToList();
        lines.Insert(lines.FindIndex(line => line.StartsWith("a=ice-ufrag:", StringComparison.Ordinal)),
            $"a=candidate:{candidate with { Port = _line.Entry.Port }}");
        return string.Join("\r\n", lines);
    }

    private static string Sdp(MediaResult result)
    {
        Assert.True(result.IsOk, result.Detail);
        return result.Sdp!;
    }
}
