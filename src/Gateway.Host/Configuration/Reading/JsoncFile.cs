using System.Text;
using System.Text.Json;

namespace Gateway.Host.Configuration.Reading;

/// <summary>Reads JSON with comments and trailing commas into nodes that remember their line.</summary>
public static class JsoncFile
{
    private const int MaxBytes = 4 * 1024 * 1024;

    /// <summary>Reads the file; a fault and null when it cannot be read. A key that is written twice is a fault, and reading goes on.</summary>
    public static ConfigNode.Section? Read(string path, ConfigurationFaults faults)
    {
        try
        {
            var file = new FileInfo(path);
            if (file.Exists && file.Length > MaxBytes)
            {
                faults.Add(new ConfigurationFault(path, null, null, $"the file is larger than {MaxBytes} bytes", "Give a smaller file"));
                return null;
            }

            return Parse(File.ReadAllBytes(path), path, faults);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            var problem = e is FileNotFoundException or DirectoryNotFoundException ? "there is no such file" : e.Message.TrimEnd('.');
            faults.Add(new ConfigurationFault(path, null, null, problem, "Name a readable file by --config"));
            return null;
        }
    }

    /// <summary>Parses UTF-8 text (a byte order mark is allowed).</summary>
    public static ConfigNode.Section? Parse(ReadOnlySpan<byte> utf8, string name, ConfigurationFaults faults)
    {
        if (utf8.StartsWith("\uFEFF"u8))
        {
            utf8 = utf8[3..];
        }

        var reader = new Utf8JsonReader(utf8, new JsonReaderOptions
        {
            CommentHandling = JsonCommentHandling.Skip,
            AllowTrailingCommas = true,
            MaxDepth = 32,
        });
        try
        {
            reader.Read();
            var parser = new Parser(utf8, faults);
            if (parser.Value(ref reader, "") is ConfigNode.Section root)
            {
                while (reader.Read())
                {
                    // Runs into whatever follows the last brace, which the reader refuses.
                }

                return root;
            }

            faults.Add(new ConfigurationFault(name, null, null, "the file holds no section", "Begin it with { and end it with }"));
        }
        catch (JsonException e)
        {
            // The message of the exception may quote the text, and so a secret.
            faults.Add(new ConfigurationFault(
                name, $"line {e.LineNumber + 1}, byte {e.BytePositionInLine + 1}", null, "this is not JSON",
                "Look there for a missing comma, quote or bracket"));
        }

        catch (InvalidOperationException)
        {
            faults.Add(new ConfigurationFault(name, null, null, "a string of the file is not UTF-8", "Save the file as UTF-8"));
        }

        return null;
    }

    private readonly ref struct Parser(ReadOnlySpan<byte> utf8, ConfigurationFaults faults)
    {
        private readonly ReadOnlySpan<byte> _utf8 = utf8;

        public ConfigNode Value(ref Utf8JsonReader reader, string path)
        {
            var origin = Line(in reader);
            switch (reader.TokenType)
            {
                case JsonTokenType.StartObject:
                    return Section(ref reader, path, origin);
                case JsonTokenType.StartArray:
                    var items = new List<ConfigNode>();
                    while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
                    {
                        items.Add(Value(ref reader, $"{path}[{items.Count}]"));
                    }

                    return new ConfigNode.Sequence(items, origin);
                case JsonTokenType.String:
                    return new ConfigNode.Scalar(ScalarType.Text, reader.GetString()!, origin);
                case JsonTokenType.Number:
                    return new ConfigNode.Scalar(ScalarType.Number, Encoding.UTF8.GetString(reader.ValueSpan), origin);
                case JsonTokenType.True or JsonTokenType.False:
                    return new ConfigNode.Scalar(
                        ScalarType.Boolean, reader.TokenType == JsonTokenType.True ? "true" : "false", origin);
                default:
                    return new ConfigNode.Scalar(ScalarType.Null, "null", origin);
            }
        }

        private ConfigNode.Section Section(ref Utf8JsonReader reader, string path, string origin)
        {
            var section = new ConfigNode.Section(origin);
            while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
            {
                var key = reader.GetString()!;
                var line = Line(in reader);
                var childPath = path.Length == 0 ? key : $"{path}.{key}";
                reader.Read();
                if (!section.Children.TryAdd(key, Value(ref reader, childPath)))
                {
                    faults.Add(new ConfigurationFault(childPath, line, null, "the key is written twice", "Keep one of the two"));
                }
            }

            return section;
        }

        private string Line(in Utf8JsonReader reader) =>
            $"line {1 + _utf8[..(int)reader.TokenStartIndex].Count((byte)'\n')}";
    }
}
