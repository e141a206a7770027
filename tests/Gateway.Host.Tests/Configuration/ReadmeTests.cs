using System.Collections;
using System.Text.RegularExpressions;
using Gateway.Host.Configuration;
using Gateway.Host.Tests.Tree;

namespace Gateway.Host.Tests.Configuration;

/// <summary>What operators read is what the program reads.</summary>
public sealed partial class ReadmeTests : IDisposable
{
    private const string Bogus = "\"Qqqqqqqqqqqqqqqqqqqqqqqq\": 1";
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Table_names_every_key_and_no_other()
    {
        // A key that is like none makes the reader name all that it knows.
        var faulty = $$"""
            {
              "Xmpp": { {{Bogus}} }, "Sip": { {{Bogus}}, "Trunks": { "x": { {{Bogus}} } } }, "Mapping": { {{Bogus}} },
              "Media": { {{Bogus}} }, "State": { {{Bogus}} }, "Http": { {{Bogus}} }, "Log": { {{Bogus}} }
            }
            """;
        var known =
            from fault in GatewayConfiguration.Load(_folder.Write("gateway.json", faulty), new Hashtable()).Faults
            where fault.Problem == "unknown key"
            let section = fault.Key[..fault.Key.LastIndexOf('.')].Replace("Trunks.x", "Trunks.*", StringComparison.Ordinal)
            from key in fault.Remedy["Known here: ".Length..].Split(", ")
            select $"{section}.{key}";

        var readme = File.ReadLines(Path.Combine(ArrowsTests.Root(), "README.md"))
            .Where(line => line.StartsWith("| `", StringComparison.Ordinal))
            .SelectMany(line => Key().Matches(line.Split('|')[1]).Select(m => m.Groups[1].Value));

        Assert.Equal(known.Order(StringComparer.Ordinal), readme.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Smallest_configuration_of_the_readme_is_accepted()
    {
        var readme = File.ReadAllText(Path.Combine(ArrowsTests.Root(), "README.md"));
        var json = readme.Split("```jsonc\n")[1].Split("```")[0];

        Assert.Equal("", GatewayConfiguration.Load(_folder.Write("gateway.json", json), new Hashtable()).Message);
    }

    [Theory]
    [InlineData("deploy/gateway/gateway.json")]
    [InlineData("deploy/docker/gateway/gateway.json", "GATEWAY_Xmpp__Secret", "GATEWAY_Http__Token")]
    public void Configuration_to_copy_is_accepted(string file, params string[] environment)
    {
        _folder.Write("xmpp-secret", "s");
        var copy = _folder.Write("gateway.json", File.ReadAllText(Path.Combine(ArrowsTests.Root(), file)));

        var result = GatewayConfiguration.Load(copy, new Hashtable(environment.ToDictionary(name => name, _ => "x")));

        Assert.Equal("", result.Message);
    }

    [GeneratedRegex("`([A-Z][A-Za-z.*]+)`")]
    private static partial Regex Key();
}
