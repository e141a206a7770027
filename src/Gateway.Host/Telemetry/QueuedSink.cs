using System.Collections.Concurrent;
using System.Globalization;
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

    /// <summary>Lines that come so close together are written together: under load each would else wake the writer.</summary>
    private static readonly TimeSpan Gathering = TimeSpan.FromMilliseconds(40);

    private static readonly TimeSpan Farewell = TimeSpan.FromSeconds(5);
    private static readonly MessageTemplate Lost =
        new MessageTemplateParser().Parse("{Lines} log lines were lost: what reads standard output is too slow");

    private static readonly MessageTemplate Unwritable = new MessageTemplateParser().Parse("A log line could not be written: {Template}");

    private readonly ConcurrentQueue<LogEvent> _lines = new();
    private readonly AutoResetEvent _some = new(false); // a wait that sleeps at once; others spin first
    private readonly ITextFormatter _formatter;
    private readonly TextWriter _output;
    private readonly Thread _writer;
    private int _queued;
    private int _lost;
    private volatile bool _isClosing;

    public QueuedSink(ITextFormatter formatter, TextWriter output)
    {
        _formatter = formatter;
        _output = output;
        _writer = new Thread(Write) { IsBackground = true, Name = "log" };
        _writer.Start();
    }

    public void Emit(LogEvent logEvent)
    {
        if (_isClosing)
        {
            return;
        }

        var queued = Interlocked.Increment(ref _queued);
        if (queued > Capacity)
        {
            Interlocked.Decrement(ref _queued);
            Interlocked.Increment(ref _lost);
            return;
        }

        _lines.Enqueue(logEvent);
        if (queued == 1)
        {
            _some.Set();
        }
    }

    /// <summary>Writes what is queued, if somebody reads it.</summary>
    public void Dispose()
    {
        _isClosing = true;
        _some.Set();
        if (_writer.Join(Farewell))
        {
            _some.Dispose();
        }
    }

    private void Write()
    {
        try
        {
            while (!_isClosing)
            {
                _some.WaitOne();
                if (!_isClosing)
                {
                    Thread.Sleep(Gathering); // a thread of its own: nobody else waits
                }

                WriteQueued();
            }

            WriteQueued();
        }
        catch (Exception fault) when (fault is IOException or ObjectDisposedException or UnauthorizedAccessException)
        {
            // Nobody reads standard output any more: there is nowhere left to say so.
        }
    }

    private void WriteQueued()
    {
        while (_lines.TryDequeue(out var line))
        {
            // Counted down before it is written: who comes after the last one wakes the writer again.
            Interlocked.Decrement(ref _queued);
            WriteOne(line);
        }

        if (Interlocked.Exchange(ref _lost, 0) is > 0 and var lost)
        {
            _formatter.Format(LostLines(lost), _output);
        }

        _output.Flush();
    }

    /// <summary>What a line holds is made text only here, and may throw: on this thread that would be the end of the process.</summary>
    private void WriteOne(LogEvent line)
    {
        try
        {
            _formatter.Format(line, _output);
        }
#pragma warning disable CA1031 // whatever it is: calls are worth more than a line about them
        catch (Exception fault) when (fault is not IOException)
#pragma warning restore CA1031
        {
            _output.Write('\n');
            _formatter.Format(
                new LogEvent(
                    line.Timestamp, LogEventLevel.Error, null, Unwritable,
                    [new LogEventProperty("Template", new ScalarValue($"{line.MessageTemplate.Text} ({fault.GetType().Name})"))]),
                _output);
        }
    }

    private static LogEvent LostLines(int count) => new(
        DateTimeOffset.UtcNow, LogEventLevel.Warning, null, Lost,
        [new LogEventProperty("Lines", new ScalarValue(count.ToString(CultureInfo.InvariantCulture)))]);
}
