using System.Collections;
using System.Globalization;

namespace Gateway.Host.Configuration.Reading;

/// <summary>
/// Lays environment variables over the file: <c>GATEWAY_Xmpp__Secret</c> is <c>Xmpp.Secret</c>,
/// <c>GATEWAY_Sip__Listen__0</c> the first entry of <c>Sip.Listen</c>. Case does not matter.
/// </summary>
public static class EnvironmentOverlay
{
    /// <summary>What the names of our variables begin with.</summary>
    public const string Prefix = "GATEWAY_";

    /// <summary>Writes every variable with the prefix into <paramref name="root"/>.</summary>
    public static void Apply(ConfigNode.Section root, IDictionary environment)
    {
        var ours = environment.Cast<DictionaryEntry>()
            .Select(e => (Name: (string)e.Key, Value: (string?)e.Value ?? ""))
            .Where(e => e.Name.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase))
            .OrderBy(e => e.Name, StringComparer.OrdinalIgnoreCase);
        foreach (var (name, value) in ours)
        {
            Set(root, name[Prefix.Length..].Split("__"), new ConfigNode.Scalar(ScalarType.Environment, value, name));
        }
    }

    private static void Set(ConfigNode.Section section, ReadOnlySpan<string> path, ConfigNode.Scalar value)
    {
        var key = path[0];
        if (path.Length == 1)
        {
            section.Children[key] = value;
            return;
        }

        var child = section.Children.GetValueOrDefault(key) switch
        {
            ConfigNode.Section existing => existing,
            ConfigNode.Sequence list => Indexed(list),
            _ => new ConfigNode.Section(value.Origin), // replaces what the file has: a secret by a { "File": … }, say
        };
        section.Children[key] = child;
        Set(child, path[1..], value);
    }

    /// <summary>A list as a section of numbered entries, which single entries can be replaced in.</summary>
    private static ConfigNode.Section Indexed(ConfigNode.Sequence list)
    {
        var section = new ConfigNode.Section(list.Origin);
        for (var i = 0; i < list.Items.Count; i++)
        {
            section.Children[i.ToString(CultureInfo.InvariantCulture)] = list.Items[i];
        }

        return section;
    }
}
