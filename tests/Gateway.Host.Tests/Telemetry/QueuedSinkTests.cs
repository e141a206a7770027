using Gateway.Host.Telemetry;
using Serilog;

namespace Gateway.Host.Tests.Telemetry;

public sealed class QueuedSinkTests
{
    [Fact]
    public void Lines_come_in_order_and_the_last_before_the_end()
    {
        using var output = new StringWriter();
        using (var log = new LoggerConfiguration().WriteTo.Sink(new QueuedSink(new TextLogFormatter(), output)).CreateLogger())
        {
            for (var i = 0; i < 1000; i++)
            {
                log.Information("Line {Number}", i);
            }
        }

        var lines = output.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(Enumerable.Range(0, 1000).Select(i => $"Line {i}"), lines.Select(l => l[l.IndexOf("Line", StringComparison.Ordinal)..]));
    }

    [Fact]
    public void Reader_that_has_stopped_stops_nobody_and_the_loss_is_told()
    {
        using var output = new StoppedReader();
        using (var log = new LoggerConfiguration().WriteTo.Sink(new QueuedSink(new TextLogFormatter(), output)).CreateLogger())
        {
            for (var i = 0; i < QueuedSink.Capacity + 100; i++)
            {
                log.Information("Line {Number}", i); // returns although nothing can be written
            }

            output.ReadAgain();
        }

        Assert.Matches(@"WRN Gateway: (99|100) log lines were lost", output.ToString());
    }

    [Fact] // the writer's thread has nobody to throw at: the process would end
    public void Line_that_cannot_be_made_text_is_named_and_the_next_are_written()
    {
        using var output = new StringWriter();
        using (var log = new LoggerConfiguration().WriteTo.Sink(new QueuedSink(new TextLogFormatter(), output)).CreateLogger())
        {
            log.Error(new Unspeakable(), "It failed");
            log.Information("After it");
        }

        Assert.Contains("A log line could not be written: It failed (NotSupportedException)", output.ToString(), StringComparison.Ordinal);
        Assert.Contains("After it", output.ToString(), StringComparison.Ordinal);
    }

    /// <summary>Its text is asked for when the line is written.</summary>
    private sealed class Unspeakable : Exception
    {
        public override string ToString() => throw new NotSupportedException();
    }

    private sealed class StoppedReader : StringWriter
    {
        private readonly ManualResetEventSlim _reads = new();

        public void ReadAgain() => _reads.Set();

        public override void Write(char value)
        {
            _reads.Wait();
            base.Write(value);
        }

        public override void Write(string? value)
        {
            _reads.Wait();
            base.Write(value);
        }

        protected override void Dispose(bool disposing)
        {
            _reads.Dispose();
            base.Dispose(disposing);
        }
    }
}
