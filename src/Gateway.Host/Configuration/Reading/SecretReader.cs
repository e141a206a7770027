namespace Gateway.Host.Configuration.Reading;

/// <summary>Reads a secret, in place or from the file it names. No fault ever shows what was written.</summary>
internal static class SecretReader
{
    private const int MaxBytes = 64 * 1024;
    private const string Remedy = "Write the secret as text, or { \"File\": \"/run/secrets/name\" }";

    public static Secret? Read(string key, ConfigNode node, string folder, ConfigurationFaults faults)
    {
        switch (node)
        {
            case ConfigNode.Scalar { Type: ScalarType.Text or ScalarType.Environment, Text.Length: > 0 } text:
                return new Secret(text.Text);
            case ConfigNode.Scalar { Type: ScalarType.Text or ScalarType.Environment }:
                faults.Add(new ConfigurationFault(key, node.Origin, null, "empty", Remedy));
                return null;
            case ConfigNode.Section section when section.Children.Count == 1
                && section.Children.TryGetValue("File", out var name)
                && name is ConfigNode.Scalar { Type: ScalarType.Text or ScalarType.Environment, Text.Length: > 0 } file:
                return FromFile(key, file, folder, faults);
            default:
                faults.Add(new ConfigurationFault(key, node.Origin, null, $"this is {node.Kind}", Remedy));
                return null;
        }
    }

    private static Secret? FromFile(string key, ConfigNode.Scalar file, string folder, ConfigurationFaults faults)
    {
        var path = Path.Combine(folder, file.Text);
        string? problem;
        try
        {
            var info = new FileInfo(path);
            if (!info.Exists)
            {
                problem = "there is no such file";
            }
            else if (info.Length > MaxBytes)
            {
                problem = $"the file is larger than {MaxBytes} bytes";
            }
            else
            {
                var secret = File.ReadAllText(path).TrimEnd('\r', '\n');
                if (secret.Length > 0)
                {
                    return new Secret(secret);
                }

                problem = "the file is empty";
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            problem = "the file cannot be read";
        }

        faults.Add(new ConfigurationFault(
            $"{key}.File", file.Origin, path, problem, "Name a readable file that holds the secret and nothing else"));
        return null;
    }
}
