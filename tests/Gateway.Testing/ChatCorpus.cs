using System.Xml.Linq;

namespace Gateway.Testing;

/// <summary>The examples of XEP-0155 in tests/Corpora/chat-negotiation, by file name without extension.</summary>
public static class ChatCorpus
{
    private static string Folder => Path.Combine(AppContext.BaseDirectory, "Corpora", "chat-negotiation");

    /// <summary>The names of all files.</summary>
    public static IEnumerable<string> Names =>
        Directory.EnumerateFiles(Folder, "*.xml").Select(file => Path.GetFileNameWithoutExtension(file)).Order(StringComparer.Ordinal);

    /// <summary>The whole stanza.</summary>
    public static XElement Stanza(string name) => XElement.Load(Path.Combine(Folder, name + ".xml"));
}
