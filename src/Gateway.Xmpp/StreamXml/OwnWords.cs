using System.Collections.Frozen;
using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;

namespace Gateway.Xmpp.StreamXml;

/// <summary>
/// Every string literal of the code that reads stanzas, and so every name that it could look for, whichever that is: who fills a
/// namespace with nonsense must not take its words from everybody else. Read from the assemblies when first asked for, which is then.
/// </summary>
internal static class OwnWords
{
    private static readonly Lazy<FrozenSet<string>> Words = new(Read);

    public static bool Contains(string word) => Words.Value.Contains(word);

    private static FrozenSet<string> Read()
    {
        var words = new HashSet<string>(StringComparer.Ordinal);
        foreach (var assembly in AppDomain.CurrentDomain.GetAssemblies())
        {
            if (assembly.GetName().Name is "Gateway.Xmpp" or "Gateway.Mapping")
            {
                AddLiterals(assembly, words);
            }
        }

        return words.ToFrozenSet(StringComparer.Ordinal);
    }

    private static unsafe void AddLiterals(System.Reflection.Assembly assembly, HashSet<string> words)
    {
        if (!assembly.TryGetRawMetadata(out var metadata, out var length))
        {
            return;
        }

        var reader = new MetadataReader(metadata, length);
        for (var literal = reader.GetNextHandle(default(UserStringHandle)); !literal.IsNil; literal = reader.GetNextHandle(literal))
        {
            words.Add(reader.GetUserString(literal));
        }

        GC.KeepAlive(assembly);
    }
}
