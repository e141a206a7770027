using System.Xml.Linq;

namespace Gateway.Testing;

/// <summary>The stanzas of tests/Corpora/jingle, by file name without extension.</summary>
public static class JingleCorpus
{
    /// <summary>The names of all files.</summary>
    public static IEnumerable<string> Names =>
        Directory.EnumerateFiles(Folder, "*.xml").Select(file => Path.GetFileNameWithoutExtension(file)).Order(StringComparer.Ordinal);

    private static string Folder => Path.Combine(AppContext.BaseDirectory, "Corpora", "jingle");

    /// <summary>The whole stanza.</summary>
    public static XElement Stanza(string name) => XElement.Load(Path.Combine(Folder, name + ".xml"));

    /// <summary>The stanza's first child: the jingle element or the element of XEP-0353.</summary>
    public static XElement Payload(string name) => Stanza(name).Elements().First();
}
