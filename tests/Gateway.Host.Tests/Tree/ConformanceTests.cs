using System.Text.RegularExpressions;

namespace Gateway.Host.Tests.Tree;

/// <summary>The tables that say which test shows what name tests that there are.</summary>
public sealed partial class ConformanceTests
{
    [Theory]
    [InlineData("chat-conformance.md")]
    [InlineData("call-conformance.md")]
    public void Tests_that_the_tables_name_exist(string table)
    {
        var sources = Directory.EnumerateFiles(Path.Combine(ArrowsTests.Root(), "tests"), "*Tests.cs", SearchOption.AllDirectories)
            .Concat(Directory.EnumerateFiles(Path.Combine(ArrowsTests.Root(), "tests"), "*Properties.cs", SearchOption.AllDirectories))
            .Where(file => !file.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}", StringComparison.Ordinal))
            .ToLookup(file => Path.GetFileNameWithoutExtension(file), StringComparer.Ordinal);
        var named = File.ReadLines(Path.Combine(ArrowsTests.Root(), "docs", table))
            .Where(line => line.StartsWith("| ", StringComparison.Ordinal))
            .SelectMany(line => Test().Matches(line).Select(match => (Class: match.Groups[1].Value, Method: match.Groups[2].Value)))
            .Distinct().ToList();

        Assert.NotEmpty(named);
        Assert.All(named, test => Assert.Contains(
            sources[test.Class], file => File.ReadAllText(file).Contains($" {test.Method}(", StringComparison.Ordinal)));
    }

    [GeneratedRegex("`([A-Za-z0-9]+(?:Tests|Properties))\\.([A-Za-z0-9_]+)`")]
    private static partial Regex Test();
}
