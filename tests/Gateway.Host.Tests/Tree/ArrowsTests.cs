using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using System.Text.RegularExpressions;

namespace Gateway.Host.Tests.Tree;

/// <summary>Host → Mapping → {Xmpp, Sip, Media}; those three know nothing of each other.</summary>
public sealed partial class ArrowsTests
{
    [Theory]
    [InlineData("Gateway.Xmpp")]
    [InlineData("Gateway.Sip")]
    [InlineData("Gateway.Media")]
    [InlineData("Gateway.Mapping", "Gateway.Xmpp", "Gateway.Sip", "Gateway.Media")]
    [InlineData("gateway", "Gateway.Mapping", "Gateway.Xmpp", "Gateway.Sip", "Gateway.Media")]
    public void Assembly_refers_to_no_room_above_or_beside_it(string assembly, params string[] allowed)
    {
        using var stream = File.OpenRead(Path.Combine(AppContext.BaseDirectory, assembly + ".dll"));
        using var image = new PEReader(stream);
        var metadata = image.GetMetadataReader();
        var rooms = metadata.AssemblyReferences
            .Select(handle => metadata.GetString(metadata.GetAssemblyReference(handle).Name))
            .Where(name => name.StartsWith("Gateway.", StringComparison.OrdinalIgnoreCase) || name == "gateway");

        Assert.Empty(rooms.Except(allowed));
    }

    [Fact]
    public void Only_the_host_knows_the_web_server_and_the_log_library()
    {
        foreach (var room in new[] { "Gateway.Xmpp", "Gateway.Sip", "Gateway.Media", "Gateway.Mapping" })
        {
            var references = Assembly.LoadFrom(Path.Combine(AppContext.BaseDirectory, room + ".dll")).GetReferencedAssemblies();

            Assert.DoesNotContain(references, r => r.Name!.StartsWith("Serilog", StringComparison.Ordinal));
            Assert.DoesNotContain(references, r => r.Name!.StartsWith("Microsoft.AspNetCore", StringComparison.Ordinal));
        }
    }

    [Theory]
    [InlineData("Gateway.Sip")]
    [InlineData("Gateway.Media")]
    public void Code_below_the_mapping_has_no_word_of_xmpp(string room) => AssertNoWord(room, XmppWord());

    [Fact]
    public void Code_of_xmpp_has_no_word_of_sip() => AssertNoWord("Gateway.Xmpp", SipWord());

    private static void AssertNoWord(string room, Regex word)
    {
        var offences =
            from file in Directory.EnumerateFiles(Path.Combine(Root(), "src", room), "*.cs", SearchOption.AllDirectories)
            where !file.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}", StringComparison.Ordinal)
            from line in File.ReadLines(file)
            let code = Comment().Replace(line, "")
            where word.IsMatch(code)
            select $"{Path.GetFileName(file)}: {line.Trim()}";

        Assert.Empty(offences);
    }

    internal static string Root()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Gateway.slnx")))
        {
            folder = folder.Parent ?? throw new InvalidOperationException("not within a checkout");
        }

        return folder.FullName;
    }

    [GeneratedRegex("//.*$")]
    private static partial Regex Comment();

    [GeneratedRegex("xmpp|jingle|stanza|\\bJid\\b", RegexOptions.IgnoreCase)]
    private static partial Regex XmppWord();

    [GeneratedRegex("Sip[A-Z]|Gateway\\.Sip|\\bSdp")]
    private static partial Regex SipWord();
}
