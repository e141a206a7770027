using System.Text;

namespace Gateway.Host.Configuration.Reading;

/// <summary>One thing that is wrong with the configuration.</summary>
/// <param name="Key">Dotted path of the key, or the file's name when it is no single key's fault.</param>
/// <param name="Origin">Where it was written: a line of the file or an environment variable; null when nowhere.</param>
/// <param name="Value">The offending value as it may be shown (never a secret); null when there is none.</param>
/// <param name="Problem">What is wrong.</param>
/// <param name="Remedy">What to write instead.</param>
public sealed record ConfigurationFault(string Key, string? Origin, string? Value, string Problem, string Remedy)
{
    /// <summary>One line: key, value, where, what, remedy.</summary>
    public override string ToString()
    {
        var text = new StringBuilder(Key);
        if (Value is not null)
        {
            text.Append(" = ").Append(Value);
        }

        if (Origin is not null)
        {
            text.Append(" (").Append(Origin).Append(')');
        }

        return text.Append(": ").Append(Problem).Append(". ").Append(Remedy).Append('.').ToString();
    }
}

/// <summary>Every fault found so far: reading goes on after each, so that an operator sees all of them at once.</summary>
public sealed class ConfigurationFaults
{
    private readonly List<ConfigurationFault> _faults = [];

    /// <summary>The faults, in the order of reading.</summary>
    public IReadOnlyList<ConfigurationFault> All => _faults;

    /// <summary>Adds one.</summary>
    public void Add(ConfigurationFault fault) => _faults.Add(fault);

    /// <summary>One message that names them all.</summary>
    public string Describe(string file)
    {
        var text = new StringBuilder();
        text.Append(_faults.Count == 1 ? "1 fault" : $"{_faults.Count} faults")
            .Append(" in the configuration (").Append(file).Append("), not started:");
        foreach (var fault in _faults)
        {
            text.AppendLine().Append("  ").Append(fault);
        }

        return text.ToString();
    }
}
