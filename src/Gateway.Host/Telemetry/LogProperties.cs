using System.Collections.Concurrent;
using System.Globalization;
using Serilog.Events;
using Serilog.Parsing;

namespace Gateway.Host.Telemetry;

/// <summary>The properties that log lines are found by.</summary>
internal static class LogProperties
{
    /// <summary>On every line of a session, by a parameter of the message or by a scope.</summary>
    public const string SessionId = "SessionId";

    /// <summary>The type that logs.</summary>
    public const string SourceContext = "SourceContext";

    /// <summary>Id and name of the message.</summary>
    public const string EventId = "EventId";

    /// <summary>Kept: the runtime forgets the names of an enum at each collection, and reads them anew from the metadata.</summary>
    private static readonly ConcurrentDictionary<Enum, string> Names = new();

    public static string? Text(LogEvent logEvent, string name) =>
        logEvent.Properties.TryGetValue(name, out var value) && value is ScalarValue { Value: { } scalar }
            ? scalar is Enum member
                ? Names.GetOrAdd(member, static member => member.ToString())
                : Convert.ToString(scalar, CultureInfo.InvariantCulture)
            : null;

    /// <summary>The message with its parameters filled in; unlike Serilog's own rendering without quotes round strings.</summary>
    public static string Message(LogEvent logEvent)
    {
        using var text = new StringWriter(CultureInfo.InvariantCulture);
        foreach (var token in logEvent.MessageTemplate.Tokens)
        {
            if (token is PropertyToken property && Text(logEvent, property.PropertyName) is { } filled && property.Format is null)
            {
                text.Write(filled);
            }
            else
            {
                token.Render(logEvent.Properties, text, CultureInfo.InvariantCulture);
            }
        }

        return text.ToString();
    }
}

/// <summary>The names of levels.</summary>
internal static class LogLevels
{
    public static string Short(LogEventLevel level) => level switch
    {
        LogEventLevel.Verbose => "TRC",
        LogEventLevel.Debug => "DBG",
        LogEventLevel.Information => "INF",
        LogEventLevel.Warning => "WRN",
        LogEventLevel.Error => "ERR",
        _ => "CRT",
    };

    public static string Name(LogEventLevel level) => level switch
    {
        LogEventLevel.Verbose => "trace",
        LogEventLevel.Debug => "debug",
        LogEventLevel.Information => "information",
        LogEventLevel.Warning => "warning",
        LogEventLevel.Error => "error",
        _ => "critical",
    };
}
