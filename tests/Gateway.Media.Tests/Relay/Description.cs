using System.Collections.Immutable;
using System.Globalization;

namespace Gateway.Media.Tests.Relay;

/// <summary>What the tests look for in a description with one audio stream.</summary>
public sealed class Description(string sdp)
{
    private readonly string[] _lines = sdp.Split("\r\n", StringSplitOptions.RemoveEmptyEntries);

    public string Sdp => sdp;

    public int Port => int.Parse(MediaLine[1], CultureInfo.InvariantCulture);

    public string Protocol => MediaLine[2];

    public string Host => _lines.Last(line => line.StartsWith("c=", StringComparison.Ordinal)).Split(' ')[2];

    public ImmutableArray<int> Formats => [.. MediaLine[3..].Select(id => int.Parse(id, CultureInfo.InvariantCulture))];

    public ImmutableArray<string> Candidates => All("candidate");

    public string? Direction =>
        new[] { "sendrecv", "sendonly", "recvonly", "inactive" }.FirstOrDefault(d => _lines.Contains($"a={d}"));

    /// <summary>Payload types in their order; a static one may lack its rtpmap.</summary>
    public ImmutableArray<Codec> Codecs => [.. Formats.Select(id => All("rtpmap").Select(Read).FirstOrDefault(codec => codec.Id == id)
        ?? (id == 0 ? Codec.Pcmu : Codec.Pcma))];

    private string[] MediaLine => _lines.Single(line => line.StartsWith("m=", StringComparison.Ordinal)).Split(' ');

    public bool Has(string attribute) =>
        _lines.Any(line => line == $"a={attribute}" || line.StartsWith($"a={attribute}:", StringComparison.Ordinal));

    public string? Value(string attribute) => All(attribute).FirstOrDefault();

    public ImmutableArray<string> All(string attribute) => [.. _lines
        .Where(line => line.StartsWith($"a={attribute}:", StringComparison.Ordinal))
        .Select(line => line[(attribute.Length + 3)..])];

    private static Codec Read(string rtpmap)
    {
        var parts = rtpmap.Split(' ', '/');
        return new Codec(
            int.Parse(parts[0], CultureInfo.InvariantCulture),
            parts[1],
            int.Parse(parts[2], CultureInfo.InvariantCulture),
            parts.Length > 3 ? int.Parse(parts[3], CultureInfo.InvariantCulture) : 1);
    }
}
