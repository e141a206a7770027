using System.Globalization;
using Serilog.Events;
using Serilog.Formatting;

namespace Gateway.Host.Telemetry;

/// <summary>
/// One line for people: time, level, session, source, message. A message cannot forge a second line, whatever a peer
/// has put into it: control characters are written as escapes.
/// </summary>
public sealed class TextLogFormatter : ITextFormatter
{
    /// <inheritdoc />
    public void Format(LogEvent logEvent, TextWriter output)
    {
        output.Write(logEvent.Timestamp.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.fffZ", CultureInfo.InvariantCulture));
        output.Write(' ');
        output.Write(LogLevels.Short(logEvent.Level));
        if (LogProperties.Text(logEvent, LogProperties.SessionId) is { } session)
        {
            output.Write(" [");
            WriteLine(session, output);
            output.Write(']');
        }

        output.Write(' ');
        output.Write(LogProperties.Text(logEvent, LogProperties.SourceContext) ?? "Gateway");
        output.Write(": ");
        WriteLine(LogProperties.Message(logEvent), output);
        output.Write('\n');
        if (logEvent.Exception is { } exception)
        {
            foreach (var line in exception.ToString().Split('\n'))
            {
                output.Write("    ");
                WriteLine(line.TrimEnd('\r'), output);
                output.Write('\n');
            }
        }
    }

    private static void WriteLine(string text, TextWriter output)
    {
        foreach (var c in text)
        {
            switch (c)
            {
                case '\n':
                    output.Write("\\n");
                    break;
                case '\r':
                    output.Write("\\r");
                    break;
                case '\t':
                    output.Write(' ');
                    break;
                case < ' ' or (>= '\u007f' and < '\u00a0') or '\u2028' or '\u2029':
                    output.Write("\\u" + ((int)c).ToString("x4", CultureInfo.InvariantCulture));
                    break;
                default:
                    output.Write(c);
                    break;
            }
        }
    }
}
