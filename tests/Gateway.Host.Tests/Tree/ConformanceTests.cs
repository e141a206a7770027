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
            .Concat(Directory.EnumerateFiles(Path.Combine(ArrowsTests.Root(), "tests"), "*Contract*.cs", SearchOption.AllDirectories))
            .Where(file => !file.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}", StringComparison.Ordinal))
            .ToLookup(file => Path.GetFileName(file).Split('.')[0], StringComparer.Ordinal); // a class may have several files
        var named = File.ReadLines(Path.Combine(ArrowsTests.Root(), "docs", table))
            .Where(line => line.StartsWith("| ", StringComparison.Ordinal))
            .SelectMany(line => Test().Matches(line).Select(match => (Class: match.Groups[1].Value, Method: match.Groups[2].Value)))
            .Distinct().ToList();

        Assert.NotEmpty(named);
        Assert.All(named, test => Assert.Contains(
            sources[test.Class], file => File.ReadAllText(file).Contains($" {test.Method}(", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData('A', 1, 21)]
    [InlineData('J', 1, 16)]
    [InlineData('J', 20, 27)]
    [InlineData('J', 30, 38)]
    [InlineData('J', 40, 46)]
    [InlineData('J', 50, 55)]
    [InlineData('R', 1, 14)]
    [InlineData('R', 20, 48)]
    [InlineData('X', 1, 4)]
    [InlineData('U', 1, 23)]
    [InlineData('U', 30, 52)]
    [InlineData('K', 1, 9)]
    [InlineData('D', 1, 2)]
    public void Every_requirement_of_calls_has_one_row(char chapter, int first, int last)
    {
        var listed = File.ReadLines(Path.Combine(ArrowsTests.Root(), "docs", "call-conformance.md"))
            .Select(line => line.Split('|', StringSplitOptions.TrimEntries))
            .Where(cells => cells is ["", _, _, _, ""])
            .SelectMany(cells => Clauses().Matches(cells[1]))
            .Where(match => match.Groups[1].Value[0] == chapter)
            .SelectMany(match => Enumerable.Range(Number(match.Groups[2]), (match.Groups[3].Success ? Number(match.Groups[3]) : Number(match.Groups[2])) - Number(match.Groups[2]) + 1))
            .Where(number => number >= first && number <= last);

        Assert.Equal(Enumerable.Range(first, last - first + 1), listed.Order());
    }

    private static int Number(Group group) => int.Parse(group.Value, System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>J-1, or J-40 to J-42.</summary>
    [GeneratedRegex("([A-Z])-([0-9]+)(?: to [A-Z]-([0-9]+))?")]
    private static partial Regex Clauses();

    [GeneratedRegex("`([A-Za-z0-9]+(?:Tests|Properties|Contract))\\.([A-Za-z0-9_]+)`")]
    private static partial Regex Test();
}
