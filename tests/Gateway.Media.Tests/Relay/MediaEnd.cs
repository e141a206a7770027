using System.Text.Json.Nodes;

namespace Gateway.Media.Tests.Relay;

/// <summary>One end of a call: what both kinds can do.</summary>
public abstract class MediaEnd(MediaEnds ends, string name)
{
    public string Name { get; } = name;

    protected MediaEnds Ends { get; } = ends;

    /// <summary>Until it hears the tone that it expects (three windows of 100 ms in a row).</summary>
    public Task HearsAsync() => Ends.When(Name, "tone", e => (bool)e["heard"]!);

    /// <summary>Until it hears that tone no more.</summary>
    public Task HearsNoMoreAsync() => Ends.When(Name, "tone", e => !(bool)e["heard"]!);

    /// <summary>What was heard and counted so far no longer matters.</summary>
    public async Task ForgetAsync()
    {
        await Ends.SendAsync(Name, "forget");
        await Ends.When(Name, "forgotten");
    }

    public async Task DialAsync(string digits)
    {
        await Ends.SendAsync(Name, "digits", ("digits", digits));
        Assert.True((bool)(await Ends.When(Name, "dialled"))["possible"]!, "no telephone-event was negotiated");
    }

    public async Task<string> HearsDigitsAsync(int count)
    {
        var digits = "";
        while (digits.Length < count)
        {
            digits += (string?)(await Ends.When(Name, "digit"))["digit"];
        }

        return digits;
    }

    public Task SendAudioAsync(bool sending) => Ends.SendAsync(Name, "audio", ("sending", sending));

    /// <summary>Packets received since the last <see cref="ForgetAsync"/>, by payload type.</summary>
    public async Task<JsonObject> PayloadsAsync()
    {
        await Ends.SendAsync(Name, "counted");
        return (await Ends.When(Name, "counted"))["payloads"]!.AsObject();
    }

    /// <summary>Windows of 100 ms heard since the last <see cref="ForgetAsync"/>, and those in which the tone was.</summary>
    public async Task<(int Windows, int Tones)> MeasureAsync()
    {
        await Ends.SendAsync(Name, "measure");
        var measured = await Ends.When(Name, "measured");
        return ((int)measured["windows"]!, (int)measured["tones"]!);
    }

    public bool IsClosed { get; private set; }

    public async Task CloseAsync()
    {
        IsClosed = true;
        await Ends.SendAsync(Name, "close");
        await Ends.When(Name, "closed");
        Ends.Discard(Name);
    }

    /// <summary>What it may send: codecs of the peer's description, by its numbers, that it has itself.</summary>
    private protected static IEnumerable<Codec> Shared(Description peer, IEnumerable<Codec> own) => peer.Codecs.Where(theirs =>
        own.Any(codec => codec.Name.Equals(theirs.Name, StringComparison.OrdinalIgnoreCase) && codec.Rate == theirs.Rate));

    private protected static object[][] Rows(IEnumerable<Codec> codecs) =>
        [.. codecs.Select(codec => new object[] { codec.Id, codec.Name, codec.Rate, codec.Channels })];
}
