using System.Diagnostics.CodeAnalysis;

namespace Gateway.Media.Io;

/// <summary>A thread that carries media: rounds of waiting, and of turns for the loops that have something.</summary>
internal sealed class MediaThread
{
    private readonly MediaLoops _threads;
    private readonly MediaPoll _poll;
    private readonly MediaWorker _worker;
    private readonly Thread _runner;

    public MediaThread(int number, MediaLoops threads, MediaPoll poll, MediaWorker worker)
    {
        Number = number;
        (_threads, _poll, _worker) = (threads, poll, worker);
        _runner = new Thread(Run) { Name = $"media-{number}", IsBackground = true };
        worker.ThreadId = _runner.ManagedThreadId;
    }

    public int Number { get; }

    public void Start() => _runner.Start();

    public void Join() => _runner.Join();

    private void Run()
    {
        _worker.Tick();
        while (_threads.Claim(this))
        {
            Round();
        }
    }

    [SuppressMessage("Design", "CA1031", Justification = "The thread carries other calls, and its end would be the process's.")]
    private void Round()
    {
        try
        {
            _poll.Round(_worker, wait: _threads.IsQuiet);
            _threads.RunQueued(_worker);
        }
        catch (Exception exception)
        {
            _worker.Failed(exception);
        }

        _worker.Counters.Allocated = GC.GetAllocatedBytesForCurrentThread();
    }
}
