using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Gateway.Sip.Transports;

/// <summary>
/// Runs work items one at a time from one queue. Whoever posts to an idle loop runs it there and then: a message would else wake
/// one sleeping thread to be read and another to be understood.
/// </summary>
/// <remarks>
/// The queue has no bound of its own, so that timers and commands are never lost; the sockets bound what they put in
/// (<see cref="SipEndpointLimits.QueuedDatagrams"/>, <see cref="SipEndpointLimits.QueuedPerConnection"/>).
/// </remarks>
internal sealed partial class SipLoop : ISipLoop, IThreadPoolWorkItem
{
    /// <summary>What a poster does for others before the thread pool takes over: it has its own socket to read.</summary>
    private const int Turn = 32;

    private readonly ConcurrentQueue<Action> _work = new();
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ILogger _logger;
    private int _waiting;
    private int _runner; // written by who runs, so that each thread reads its own number exactly when it does
    private bool _isOver;

    public SipLoop(TimeProvider time, SipMetrics metrics, ILogger logger)
    {
        Time = time;
        Metrics = metrics;
        _logger = logger;
        Timers = new LoopTimers(this);
    }

    public TimeProvider Time { get; }

    public SipMetrics Metrics { get; }

    public LoopTimers Timers { get; }

    public void Post(Action work)
    {
        _work.Enqueue(work);
        if (Interlocked.Increment(ref _waiting) == 1)
        {
            Run();
        }
    }

    public void VerifyTurn()
    {
        if (Environment.CurrentManagedThreadId != _runner)
        {
            throw new InvalidOperationException("what lives on the SIP loop is asked from outside of it; it is to be posted to");
        }
    }

    /// <summary>Completes when everything queued before has run; nothing runs after it.</summary>
    public Task CompleteAsync()
    {
        Post(() =>
        {
            _isOver = true;
            Timers.Dispose();
            _ended.TrySetResult();
        });
        return _ended.Task;
    }

    void IThreadPoolWorkItem.Execute() => Run();

    private void Run()
    {
        for (var left = Turn; left > 0; left--)
        {
            _work.TryDequeue(out var work); // there is one: it was counted after it was queued
            if (!_isOver)
            {
                RunOne(work!);
            }

            if (Interlocked.Decrement(ref _waiting) == 0)
            {
                return;
            }
        }

        ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }

    private void RunOne(Action work)
    {
        _runner = Environment.CurrentManagedThreadId;
        try
        {
            work();
        }
#pragma warning disable CA1031 // a fault of ours in one call must not end all the others
        catch (Exception fault)
#pragma warning restore CA1031
        {
            Metrics.LoopFault();
            LogFault(_logger, fault);
        }

        _runner = 0;
    }

    [LoggerMessage(2000, LogLevel.Error, "A fault of the SIP stack itself was contained")]
    private static partial void LogFault(ILogger logger, Exception fault);
}
