using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Gateway.Host.Running;
using Gateway.Testing;
using Microsoft.Extensions.Logging;

namespace Gateway.Host.Tests.Running;

public sealed class UnobservedFaultsTests
{
    [Fact] // nothing is lost silently
    public async Task Fault_of_work_that_was_left_to_itself_is_in_the_log()
    {
        var log = new Lines();
        using var faults = new UnobservedFaults(log);
        Fail();

        await Eventually.HoldsAsync(() =>
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
            return log.Faults.Any(fault => fault.Message == "ours");
        });
    }

    [MethodImpl(MethodImplOptions.NoInlining)] // so that nothing holds the task any more
    private static void Fail() => _ = Task.FromException(new InvalidOperationException("ours"));

    private sealed class Lines : ILogger
    {
        public ConcurrentQueue<Exception> Faults { get; } = new();

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Faults.Enqueue(exception!);
    }
}
