using System.Globalization;
using System.Threading.Channels;
using Serilog.Core;
using Serilog.Events;
using Serilog.Formatting;
using Serilog.Parsing;

namespace Gateway.Host.Telemetry;

/// <summary>
/// Hands log lines to one writer thread. Whoever logs never waits: a reader of standard output that has stopped must not
/// stop calls. Beyond the queue lines are lost, and the log says how many.
/// </summary>
internal sealed class QueuedSink : ILogEventSink, IDisposable
{
    /// <summary>About ten seconds of a busy gateway at Debug.</summary>
    internal const int Capacity = 8192;

    private static readonly TimeSpan Farewell = TimeSpan.FromSeconds(5);
    private static readonly MessageTemplate Lost =
        new MessageTemplateParser().Parse("{Lines} log lines were lost: what reads standard output is too slow");

    private readonly Channel<LogEvent> _lines;
    private readonly ITextFormatter _formatter;
    private readonly TextWriter _output;
    private readonly Thread _writer;
    private int _lost;

    public QueuedSink(ITextFormatter formatter, TextWriter output)
    {
        _formatter = formatter;
        _output = output;
        _lines = Channel.CreateBounded<LogEvent>(
            new BoundedChannelOptions(Capacity) { SingleReader = true, FullMode = BoundedChannelFullMode.DropWrite },
            _ => Interlocked.Increment(ref _lost));
        _writer = new Thread(Write) { IsBackground = true, Name = "log" };
        _writer.Start();
    }

    public void Emit(LogEvent logEvent) => _lines.Writer.TryWrite(logEvent);

    /// <summary>Writes what is queued, if somebody reads it.</summary>
    public void Dispose()
    {
        _lines.Writer.TryComplete();
        _writer.Join(Farewell);
    }

    private void Write()
    {
        try
        {
            while (_lines.Reader.WaitToReadAsync().AsTask().GetAwaiter().GetResult()) // a thread of its own: nobody else waits
            {
                while (_lines.Reader.TryRead(out var line))
                {
                    _formatter.Format(line, _output);
                }

                if (Interlocked.Exchange(ref _lost, 0) is > 0 and var lost)
                {
                    _formatter.Format(LostLines(lost), _output);
                }

                _output.Flush();
            }
        }
        catch (IOException)
        {
            // Nobody reads standard output any more: there is nowhere left to say so.
        }
    }

    private static LogEvent LostLines(int count) => new(
        DateTimeOffset.UtcNow, LogEventLevel.Warning, null, Lost,
        [new LogEventProperty("Lines", new ScalarValue(count.ToString(CultureInfo.InvariantCulture)))]);
}
