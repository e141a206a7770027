using System.Text.RegularExpressions;

namespace Gateway.Mapping.Tests.Chats;

/// <summary>
/// Holds docs/chat-conformance.md: every requirement of a chat session is there exactly once, and the test that it names exists. Rows
/// of other chapters (M, P, T, E) may be added: they are held to the same.
/// </summary>
public sealed partial class ChatConformanceTests
{
    private static readonly (string Prefix, int First, int Last)[] Chapters =
        [("C", 1, 6), ("C", 10, 26), ("C", 30, 32), ("N", 1, 17), ("N", 20, 48), ("F", 1, 6), ("S", 1, 13)];

    [Fact]
    public void Every_requirement_of_chat_sessions_is_listed_exactly_once()
    {
        var listed = Rows().Select(row => row.Clause).ToList();
        var wanted = Chapters.SelectMany(chapter => Enumerable.Range(chapter.First, chapter.Last - chapter.First + 1).Select(number => $"{chapter.Prefix}-{number}")).ToList();

        Assert.Equal(listed.Count, listed.Distinct().Count());
        Assert.Equal(wanted.Order(StringComparer.Ordinal), listed.Where(clause => clause[0] is 'C' or 'N' or 'F' or 'S').Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Every_test_that_is_named_exists()
    {
        var methods = Directory.EnumerateFiles(Path.Combine(Root(), "tests"), "*.cs", SearchOption.AllDirectories)
            .Where(file => !file.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}", StringComparison.Ordinal))
            .SelectMany(file => MethodName().Matches(File.ReadAllText(file)).Select(match => $"{Path.GetFileNameWithoutExtension(file)}.{match.Groups[1].Value}"))
            .ToHashSet();

        Assert.All(Rows(), row => Assert.True(methods.Contains(row.Test), $"{row.Clause}: {row.Test} does not exist"));
    }

    [Fact]
    public void Every_row_says_what_came_out() => Assert.All(Rows(), row => Assert.NotEmpty(row.Result));

    private static List<(string Clause, string Test, string Result)> Rows() =>
    [
        .. File.ReadLines(Path.Combine(Root(), "docs", "chat-conformance.md"))
            .Select(line => line.Split('|', StringSplitOptions.TrimEntries))
            .Where(cells => cells is ["", _, _, _, _, ""] && ClauseName().IsMatch(cells[1]))
            .Select(cells => (cells[1], cells[3].Trim('`'), cells[4])),
    ];

    private static string Root()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Gateway.slnx")))
        {
            folder = folder.Parent ?? throw new InvalidOperationException("Not below a checkout.");
        }

        return folder.FullName;
    }

    [GeneratedRegex("^[A-Z]-[0-9]+$")]
    private static partial Regex ClauseName();

    [GeneratedRegex(@"public (?:async )?(?:Task|void) ([A-Z]\w+)\(")]
    private static partial Regex MethodName();
}
