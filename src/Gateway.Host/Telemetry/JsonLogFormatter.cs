using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Serilog.Events;
using Serilog.Formatting;

namespace Gateway.Host.Telemetry;

/// <summary>
/// One JSON object a line: <c>time</c>, <c>level</c>, <c>source</c>, <c>event</c>, <c>message</c>, then the message's own
/// parameters by their names (<c>SessionId</c> and the like, which begin with a capital), then <c>exception</c>.
/// </summary>
public sealed class JsonLogFormatter : ITextFormatter
{
    private static readonly JsonWriterOptions Options =
        new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <inheritdoc />
    public void Format(LogEvent logEvent, TextWriter output)
    {
        var buffer = new ArrayBufferWriter<byte>(512);
        using (var json = new Utf8JsonWriter(buffer, Options))
        {
            json.WriteStartObject();
            json.WriteString("time", logEvent.Timestamp.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.fffZ", CultureInfo.InvariantCulture));
            json.WriteString("level", LogLevels.Name(logEvent.Level));
            json.WriteString("source", LogProperties.Text(logEvent, LogProperties.SourceContext) ?? "Gateway");
            if (EventNumber(logEvent) is { } number)
            {
                json.WriteNumber("event", number);
            }

            json.WriteString("message", LogProperties.Message(logEvent));
            foreach (var (name, value) in logEvent.Properties)
            {
                if (name is not (LogProperties.SourceContext or LogProperties.EventId))
                {
                    json.WritePropertyName(name);
                    Write(value, json);
                }
            }

            if (logEvent.Exception is { } exception)
            {
                json.WriteString("exception", exception.ToString());
            }

            json.WriteEndObject();
        }

        output.Write(Encoding.UTF8.GetString(buffer.WrittenSpan));
        output.Write('\n');
    }

    private static int? EventNumber(LogEvent logEvent) =>
        logEvent.Properties.TryGetValue(LogProperties.EventId, out var value) && value is StructureValue id
        && id.Properties.FirstOrDefault(p => p.Name == "Id")?.Value is ScalarValue { Value: int number }
            ? number
            : null;

    private static void Write(LogEventPropertyValue value, Utf8JsonWriter json)
    {
        switch (value)
        {
            case ScalarValue { Value: null }:
                json.WriteNullValue();
                break;
            case ScalarValue { Value: bool flag }:
                json.WriteBooleanValue(flag);
                break;
            case ScalarValue { Value: int or long or short or byte or uint or ushort or sbyte } whole:
                json.WriteNumberValue(Convert.ToInt64(whole.Value, CultureInfo.InvariantCulture));
                break;
            case ScalarValue { Value: double or float } real
                when double.IsFinite(Convert.ToDouble(real.Value, CultureInfo.InvariantCulture)):
                json.WriteNumberValue(Convert.ToDouble(real.Value, CultureInfo.InvariantCulture));
                break;
            case ScalarValue { Value: TimeSpan span }:
                json.WriteNumberValue(span.TotalSeconds);
                break;
            case ScalarValue { Value: IFormattable text }:
                json.WriteStringValue(text.ToString(null, CultureInfo.InvariantCulture));
                break;
            case ScalarValue scalar:
                json.WriteStringValue(scalar.Value!.ToString());
                break;
            case SequenceValue list:
                json.WriteStartArray();
                foreach (var item in list.Elements)
                {
                    Write(item, json);
                }

                json.WriteEndArray();
                break;
            default:
                json.WriteStringValue(value.ToString());
                break;
        }
    }
}
