using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text.Json;

namespace Gateway.Host.Configuration.Reading;

/// <summary>Reads the text of one value; false when it is not one.</summary>
public delegate bool ValueParser<T>(string text, [MaybeNullWhen(false)] out T value);

/// <summary>
/// Reads one section key by key. What is asked for becomes known, so <see cref="End"/> can name what is not. Faults are
/// collected, and a value that is faulty reads as its default: nobody looks at it, since any fault forbids the start.
/// </summary>
public sealed class SectionReader(ConfigNode.Section section, string path, ConfigurationFaults faults, string folder)
{
    private const int MaxShown = 80;
    private readonly List<string> _known = [];

    /// <summary>Folder of the configuration file: where relative names of secret files begin.</summary>
    public string Folder => folder;

    /// <summary>Dotted path of a key of this section.</summary>
    public string PathOf(string key) => path.Length == 0 ? key : $"{path}.{key}";

    /// <summary>Whether the key was written at all. Does not make it known.</summary>
    public bool Has(string key) => section.Children.ContainsKey(key);

    /// <summary>A value of any kind that has a text form.</summary>
    public T Value<T>(string key, T fallback, ValueParser<T> parse, string remedy) =>
        TryScalar(key, "a string", out var scalar) ? Parsed(key, scalar, fallback, parse, remedy) : fallback;

    /// <summary>A value without which nothing works.</summary>
    public T Required<T>(string key, ValueParser<T> parse, string remedy)
    {
        if (!section.Children.ContainsKey(key))
        {
            _known.Add(key);
            faults.Add(new ConfigurationFault(PathOf(key), null, null, "required, but missing", remedy));
            return default!;
        }

        return Value(key, default!, parse, remedy);
    }

    /// <summary>A choice among the names of an enum, in any case.</summary>
    public T Choice<T>(string key, T fallback)
        where T : struct, Enum =>
        Value(key, fallback, TryChoice, "Write one of: " + string.Join(", ", Names<T>()));

    /// <summary>A choice that may be left open.</summary>
    public T? OptionalChoice<T>(string key)
        where T : struct, Enum =>
        Has(key) ? Choice(key, default(T)) : Forget<T?>(key);

    /// <summary>true or false.</summary>
    public bool Flag(string key, bool fallback)
    {
        if (!TryNode(key, out var node))
        {
            return fallback;
        }

        if (node is ConfigNode.Scalar { Type: ScalarType.Boolean or ScalarType.Environment } scalar
            && bool.TryParse(scalar.Text, out var value))
        {
            return value;
        }

        WrongType(key, node, "true or false");
        return fallback;
    }

    /// <summary>A whole number.</summary>
    public int Number(string key, int fallback, int least, int most)
    {
        if (!TryNode(key, out var node))
        {
            return fallback;
        }

        if (node is not ConfigNode.Scalar { Type: ScalarType.Number or ScalarType.Environment } scalar)
        {
            WrongType(key, node, "a whole number");
            return fallback;
        }

        return Parsed(
            key, scalar, fallback,
            (string text, out int value) =>
                int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out value)
                && value >= least && value <= most,
            $"Write a whole number from {least} to {most}");
    }

    /// <summary>A duration: a number of seconds, or text such as "90s", "2m", "00:01:30".</summary>
    public TimeSpan Duration(string key, TimeSpan fallback, TimeSpan least, TimeSpan most)
    {
        if (!TryNode(key, out var node))
        {
            return fallback;
        }

        if (node is not ConfigNode.Scalar { Type: not (ScalarType.Boolean or ScalarType.Null) } scalar)
        {
            WrongType(key, node, "a duration");
            return fallback;
        }

        return Parsed(
            key, scalar, fallback,
            (string text, out TimeSpan value) => DurationText.TryParse(text, out value) && value >= least && value <= most,
            $"Write seconds, or text such as \"90s\" or \"2m\", from {least.TotalSeconds:0.###} to {most.TotalSeconds:0.###} s");
    }

    /// <summary>A secret: text, or <c>{ "File": "/run/secrets/x" }</c>.</summary>
    public Secret? Secret(string key, bool required, string remedy)
    {
        if (!section.Children.TryGetValue(key, out var node))
        {
            _known.Add(key);
            if (required)
            {
                faults.Add(new ConfigurationFault(PathOf(key), null, null, "required, but missing", remedy));
            }

            return null;
        }

        _known.Add(key);
        return SecretReader.Read(PathOf(key), node, folder, faults);
    }

    /// <summary>
    /// A list, or a single value that stands for a list of one. In an environment variable commas separate the entries.
    /// </summary>
    public ImmutableArray<T> List<T>(string key, ImmutableArray<T> fallback, ValueParser<T> parse, string remedy)
    {
        if (!TryNode(key, out var node))
        {
            return fallback;
        }

        IEnumerable<ConfigNode>? items = node switch
        {
            ConfigNode.Sequence list => list.Items,
            ConfigNode.Scalar { Type: ScalarType.Text } one => [one],
            ConfigNode.Scalar { Type: ScalarType.Environment } many => many.Text
                .Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
                .Select(text => many with { Text = text }),
            ConfigNode.Section numbered when numbered.Children.Keys.All(k => int.TryParse(k, out _)) => numbered.Children
                .OrderBy(c => int.Parse(c.Key, CultureInfo.InvariantCulture)).Select(c => c.Value),
            _ => null,
        };
        if (items is null)
        {
            WrongType(key, node, "a list");
            return fallback;
        }

        var values = ImmutableArray.CreateBuilder<T>();
        foreach (var item in items)
        {
            var name = $"{key}[{values.Count}]";
            if (item is ConfigNode.Scalar { Type: ScalarType.Text or ScalarType.Environment } scalar)
            {
                values.Add(Parsed(name, scalar, default!, parse, remedy));
            }
            else
            {
                WrongType(name, item, "a string");
            }
        }

        return values.ToImmutable();
    }

    /// <summary>A section of this section; an empty one when it is not written.</summary>
    public SectionReader Section(string key)
    {
        var child = new ConfigNode.Section(PathOf(key));
        if (TryNode(key, out var node))
        {
            if (node is ConfigNode.Section written)
            {
                child = written;
            }
            else
            {
                WrongType(key, node, "a section { … }");
            }
        }

        return new SectionReader(child, PathOf(key), faults, folder);
    }

    /// <summary>The sections of this section, whose names the operator chooses. Makes every key known.</summary>
    public IEnumerable<KeyValuePair<string, SectionReader>> NamedSections()
    {
        foreach (var name in section.Children.Keys.ToList())
        {
            yield return new(name, Section(name));
        }
    }

    /// <summary>The keys of this section, whose names the operator chooses.</summary>
    public IReadOnlyCollection<string> Keys => section.Children.Keys;

    /// <summary>A fault that takes more than one key to see.</summary>
    public void Fault(string key, string problem, string remedy)
    {
        var node = section.Children.GetValueOrDefault(key);
        faults.Add(new ConfigurationFault(PathOf(key), node?.Origin, Shown(node), problem, remedy));
    }

    /// <summary>Names the keys that nobody asked for.</summary>
    public void End()
    {
        foreach (var (key, node) in section.Children)
        {
            if (_known.Contains(key, StringComparer.OrdinalIgnoreCase))
            {
                continue;
            }

            // The value stays unsaid: a misspelt key may hold a secret.
            var nearest = NearestName.To(key, _known);
            var remedy = nearest is not null
                ? $"Did you mean {PathOf(nearest)}? If not, remove it"
                : $"Known here: {string.Join(", ", _known)}";
            faults.Add(new ConfigurationFault(PathOf(key), node.Origin, null, "unknown key", remedy));
        }
    }

    private bool TryNode(string key, [NotNullWhen(true)] out ConfigNode? node)
    {
        _known.Add(key);
        return section.Children.TryGetValue(key, out node);
    }

    private bool TryScalar(string key, string expected, [NotNullWhen(true)] out ConfigNode.Scalar? scalar)
    {
        scalar = null;
        if (!TryNode(key, out var node))
        {
            return false;
        }

        scalar = node as ConfigNode.Scalar;
        if (scalar is { Type: ScalarType.Text or ScalarType.Environment })
        {
            return true;
        }

        WrongType(key, node, expected);
        return false;
    }

    private T Parsed<T>(string key, ConfigNode.Scalar scalar, T fallback, ValueParser<T> parse, string remedy)
    {
        if (parse(scalar.Text, out var value))
        {
            return value;
        }

        var problem = scalar.Text.Length == 0 ? "empty" : "not a value that can be used here";
        faults.Add(new ConfigurationFault(PathOf(key), scalar.Origin, Shown(scalar), problem, remedy));
        return fallback;
    }

    private void WrongType(string key, ConfigNode node, string expected) =>
        faults.Add(new ConfigurationFault(
            PathOf(key), node.Origin, Shown(node), $"this is {node.Kind}", $"Write {expected}"));

    private T? Forget<T>(string key)
    {
        _known.Add(key);
        return default;
    }

    private static bool TryChoice<T>(string text, out T value)
        where T : struct, Enum
    {
        foreach (var candidate in Enum.GetValues<T>())
        {
            if (candidate.ToString().Equals(text, StringComparison.OrdinalIgnoreCase))
            {
                value = candidate;
                return true;
            }
        }

        value = default;
        return false;
    }

    private static IEnumerable<string> Names<T>()
        where T : struct, Enum =>
        Enum.GetNames<T>().Select(n => typeof(T) == typeof(Microsoft.Extensions.Logging.LogLevel) ? n : JsonNamingPolicy.CamelCase.ConvertName(n));

    private static string? Shown(ConfigNode? node) => node is ConfigNode.Scalar scalar
        ? scalar.Type is ScalarType.Text or ScalarType.Environment ? Quoted(scalar.Text) : scalar.Text
        : null;

    /// <summary>Quoted, cut, control characters escaped, and the password of a URI left out.</summary>
    private static string Quoted(string text)
    {
        var at = text.LastIndexOf('@');
        var scheme = text.IndexOf(':', StringComparison.Ordinal);
        var password = scheme >= 0 && at > scheme ? text.IndexOf(':', scheme + 1) : -1;
        if (password >= 0 && password < at)
        {
            text = string.Concat(text.AsSpan(0, password + 1), "…", text.AsSpan(at));
        }

        return JsonSerializer.Serialize(
            text.Length > MaxShown ? text[..MaxShown] + "…" : text, ShownText);
    }

    private static readonly JsonSerializerOptions ShownText =
        new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
}
