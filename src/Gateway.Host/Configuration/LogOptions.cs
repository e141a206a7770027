using Microsoft.Extensions.Logging;

namespace Gateway.Host.Configuration;

/// <summary>Logs, on standard output.</summary>
public sealed record LogOptions
{
    /// <summary>The least level that is written: a call in a few lines at Information, its messages at Debug.</summary>
    public LogLevel Level { get; init; } = LogLevel.Information;

    /// <summary>A line for people or an object for machines.</summary>
    public LogFormat Format { get; init; } = LogFormat.Text;
}

/// <summary>Forms of a log line.</summary>
public enum LogFormat
{
    /// <summary>Time, level, session, message.</summary>
    Text,

    /// <summary>One JSON object a line.</summary>
    Json,
}
