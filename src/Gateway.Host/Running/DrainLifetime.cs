using System.Runtime.InteropServices;
using Microsoft.Extensions.Hosting;

namespace Gateway.Host.Running;

/// <summary>SIGTERM, SIGINT and SIGQUIT: the first drains, the second ends the sessions that are left.</summary>
internal sealed class DrainLifetime(Drain drain, IHostApplicationLifetime application) : IHostLifetime, IDisposable
{
    private static readonly PosixSignal[] Signals = [PosixSignal.SIGTERM, PosixSignal.SIGINT, PosixSignal.SIGQUIT];
    private readonly CancellationTokenSource _hurry = new();
    private readonly List<PosixSignalRegistration> _registrations = [];
    private Task? _draining;
    private int _signals;

    public Task WaitForStartAsync(CancellationToken cancellationToken)
    {
        foreach (var signal in Signals)
        {
            _registrations.Add(PosixSignalRegistration.Create(signal, OnSignal));
        }

        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => _draining ?? Task.CompletedTask;

    public void Dispose()
    {
        _registrations.ForEach(r => r.Dispose());
        _hurry.Dispose();
    }

    private void OnSignal(PosixSignalContext context)
    {
        context.Cancel = true; // the runtime would end the process at once
        switch (Interlocked.Increment(ref _signals))
        {
            case 1:
                _draining = Task.Run(async () =>
                {
                    try
                    {
                        await drain.RunAsync(_hurry.Token).ConfigureAwait(false);
                    }
                    finally
                    {
                        application.StopApplication(); // even after a fault of ours: who asked for the end must get it
                    }
                });
                break;
            case 2:
                _hurry.Cancel();
                break;
        }
    }
}
