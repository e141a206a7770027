using System.Diagnostics;
using System.Text;

namespace Gateway.Host.Tests.Cli;

/// <summary>The built program, run as operators run it.</summary>
internal sealed class GatewayProcess : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private readonly Process _process;
    private readonly StringBuilder _output = new();
    private readonly List<(string Text, TaskCompletionSource<string> Seen)> _waiting = [];
    private readonly Task<string> _error;
    private readonly Task _reader;

    private GatewayProcess(Process process)
    {
        _process = process;
        _error = process.StandardError.ReadToEndAsync();
        _reader = Task.Run(ReadAsync);
    }

    public static GatewayProcess Start(string[] arguments, params (string Name, string Value)[] environment)
    {
        // A shell starts background commands with SIGINT ignored, and children inherit that: give the gateway a clean slate.
        var start = new ProcessStartInfo("env", ["--default-signal=INT,QUIT", "dotnet", Path.Combine(AppContext.BaseDirectory, "gateway.dll"), .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        return new GatewayProcess(Process.Start(start)!);
    }

    public static async Task<(int Code, string Output, string Error)> RunAsync(
        string[] arguments, params (string Name, string Value)[] environment)
    {
        using var process = Start(arguments, environment);
        return await process.EndAsync();
    }

    /// <summary>The first line of output that holds the text.</summary>
    public Task<string> LineAsync(string text)
    {
        var seen = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_output)
        {
            var line = _output.ToString().Split('\n').FirstOrDefault(l => l.Contains(text, StringComparison.Ordinal));
            if (line is not null)
            {
                return Task.FromResult(line);
            }

            _waiting.Add((text, seen));
        }

        return seen.Task.WaitAsync(Patience);
    }

    public async Task SignalAsync(string signal)
    {
        using var kill = Process.Start("kill", [$"-{signal}", _process.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)]);
        await kill.WaitForExitAsync();
    }

    public async Task<(int Code, string Output, string Error)> EndAsync()
    {
        await _process.WaitForExitAsync().WaitAsync(Patience);
        await _reader;
        return (_process.ExitCode, _output.ToString(), await _error);
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
        }

        _process.Dispose();
    }

    private async Task ReadAsync()
    {
        while (await _process.StandardOutput.ReadLineAsync() is { } line)
        {
            lock (_output)
            {
                _output.Append(line).Append('\n');
                foreach (var (_, seen) in _waiting.Where(w => line.Contains(w.Text, StringComparison.Ordinal)))
                {
                    seen.TrySetResult(line);
                }
            }
        }

        lock (_output)
        {
            _waiting.ForEach(w => w.Seen.TrySetException(new InvalidOperationException($"ended without \"{w.Text}\":\n{_output}")));
        }
    }
}
