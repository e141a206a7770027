using System.Buffers;
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
    private static readonly SearchValues<char> Unprintable = SearchValues.Create(
        [.. Enumerable.Range(0, 0x20).Concat(Enumerable.Range(0x7f, 0x21)).Append(0x2028).Append(0x2029).Select(c => (char)c)]);

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

    private static void WriteLine(ReadOnlySpan<char> text, TextWriter output)
    {
        while (text.IndexOfAny(Unprintable) is >= 0 and var at)
        {
            output.Write(text[..at]);
            output.Write(text[at] switch
            {
                '\n' => "\\n",
                '\r' => "\\r",
                '\t' => " ",
                var c => "\\u" + ((int)c).ToString("x4", CultureInfo.InvariantCulture),
            });
            text = text[(at + 1)..];
        }

        output.Write(text);
    }
}
