using Microsoft.Extensions.Logging;

namespace Gateway.Host.Running;

/// <summary>
/// Says in the log what nobody waited for: a fault in work that was begun and left to itself, which the runtime would drop when it
/// collects the work. Each is a fault of ours.
/// </summary>
internal sealed partial class UnobservedFaults : IDisposable
{
    private readonly ILogger _logger;

    public UnobservedFaults(ILogger logger)
    {
        _logger = logger;
        TaskScheduler.UnobservedTaskException += OnFault;
    }

    public void Dispose() => TaskScheduler.UnobservedTaskException -= OnFault;

    private void OnFault(object? sender, UnobservedTaskExceptionEventArgs e)
    {
        LogFault(_logger, e.Exception.GetBaseException());
        e.SetObserved();
    }

    [LoggerMessage(5005, LogLevel.Error, "A fault in work that nobody waited for")]
    private static partial void LogFault(ILogger logger, Exception fault);
}
