using System.Text.Json;
using Gateway.Host.Telemetry;
using Microsoft.Extensions.Logging;
using Serilog;
using Serilog.Core;
using Serilog.Events;
using Serilog.Formatting;

#pragma warning disable CA1848, CA1873 // What is written matters here, not how fast the caller is.

namespace Gateway.Host.Tests.Telemetry;

public sealed class LogFormatterTests
{
    [Fact]
    public void Text_line_carries_time_level_session_source_and_message()
    {
        var line = Line(new TextLogFormatter(), (log, _) => log.LogWarning(new EventId(3001), "Call {SessionId} ended: {Reason}", "s1", "busy"));

        Assert.Matches(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z WRN \[s1\] Gateway\.Tests: Call s1 ended: busy\n$", line);
    }

    [Fact]
    public void Text_line_cannot_be_forged_by_a_peer()
    {
        var line = Line(new TextLogFormatter(), (log, _) => log.LogInformation("From {Peer}", "x\r\n2026 CRT forged\u001b[31m\u2028"));

        Assert.Single(line.TrimEnd('\n').Split('\n'));
        Assert.DoesNotContain('\u001b', line);
        Assert.Contains("\\r\\n2026 CRT forged\\u001b[31m\\u2028", line, StringComparison.Ordinal);
    }

    [Fact]
    public void Exception_follows_indented()
    {
        var line = Line(new TextLogFormatter(), (log, _) => log.LogError(new InvalidOperationException("broken"), "It failed"));

        Assert.Contains("It failed\n    System.InvalidOperationException: broken\n", line, StringComparison.Ordinal);
    }

    [Fact]
    public void Json_line_is_one_object_with_the_messages_parameters()
    {
        var line = Line(new JsonLogFormatter(), (log, _) => log.LogInformation(
            new EventId(3001, "CallEnded"), "Call {SessionId} ended: {Reason}, after {Duration}", "s1", "a \"b\"\n", TimeSpan.FromSeconds(1.5)));

        var json = JsonDocument.Parse(line).RootElement;
        Assert.Single(line.TrimEnd('\n').Split('\n'));
        Assert.Equal("information", json.GetProperty("level").GetString());
        Assert.Equal("Gateway.Tests", json.GetProperty("source").GetString());
        Assert.Equal(3001, json.GetProperty("event").GetInt32());
        Assert.Equal("s1", json.GetProperty("SessionId").GetString());
        Assert.Equal("a \"b\"\n", json.GetProperty("Reason").GetString());
        Assert.Equal(1.5, json.GetProperty("Duration").GetDouble());
        Assert.True(json.TryGetProperty("time", out _) && json.TryGetProperty("message", out _));
    }

    [Fact] // design: every line of a session carries its id
    public void Session_id_of_a_scope_is_on_every_line_within()
    {
        var line = Line(new JsonLogFormatter(), (log, _) =>
        {
            using (log.BeginScope(new Dictionary<string, object> { ["SessionId"] = "s7" }))
            {
                log.LogInformation("INVITE sent");
            }
        });

        Assert.Equal("s7", JsonDocument.Parse(line).RootElement.GetProperty("SessionId").GetString());
    }

    [Fact]
    public void Json_exception_is_a_property()
    {
        var line = Line(new JsonLogFormatter(), (log, _) => log.LogError(new InvalidOperationException("broken"), "It failed"));

        Assert.Contains("broken", JsonDocument.Parse(line).RootElement.GetProperty("exception").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Level_of_the_configuration_decides_and_the_framework_is_quiet()
    {
        var lines = Line(
            new TextLogFormatter(),
            (log, factory) =>
            {
                log.LogDebug("hidden");
                log.LogInformation("shown");
                factory.CreateLogger("Microsoft.AspNetCore.Hosting").LogInformation("request");
            },
            LogLevel.Information);

        Assert.Contains("shown", lines, StringComparison.Ordinal);
        Assert.DoesNotContain("hidden", lines, StringComparison.Ordinal);
        Assert.DoesNotContain("request", lines, StringComparison.Ordinal);
    }

    private static string Line(
        ITextFormatter formatter, Action<Microsoft.Extensions.Logging.ILogger, ILoggerFactory> act, LogLevel level = LogLevel.Trace)
    {
        using var text = new StringWriter();
        var serilog = new LoggerConfiguration().MinimumLevel.Verbose().WriteTo.Sink(new WriterSink(formatter, text)).CreateLogger();
        using (var factory = LoggerFactory.Create(logging => logging.AddGatewayLog(level, serilog)))
        {
            act(factory.CreateLogger("Gateway.Tests"), factory);
        }

        return text.ToString();
    }

    private sealed class WriterSink(ITextFormatter formatter, TextWriter output) : ILogEventSink
    {
        public void Emit(LogEvent logEvent) => formatter.Format(logEvent, output);
    }
}
