using System.Collections.Concurrent;
using System.Diagnostics;

namespace Gateway.Testing.Servers;

/// <summary>
/// A child process that ends with this one, also when the test host is killed: <c>setpriv --pdeathsig</c> asks the kernel
/// for it. The kernel ties that signal to the thread that forked, so the child is started by a thread of its own, which
/// then does nothing but wait for it.
/// </summary>
public sealed class OwnedProcess : IAsyncDisposable
{
    /// <summary>An environment variable: a folder that keeps what every process writes, for a failure that needs it.</summary>
    public const string LogsVariable = "INTEROP_LOGS";

    private const int KeptLines = 20_000;

    /// <summary>How long what a process wrote may still be on its way when it has ended.</summary>
    private static readonly TimeSpan LastWords = TimeSpan.FromSeconds(5);

    private readonly Lock _gate = new();

    private readonly ConcurrentQueue<string> _output = new();
    private readonly TaskCompletionSource<Process> _started = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Process? _process;
    private StreamWriter? _log;

    private readonly string _name;

    private OwnedProcess(string name) => _name = name;

    /// <summary>Completed when the process has ended, for whatever cause.</summary>
    public Task Ended => _ended.Task;

    /// <summary>The last lines it wrote, both streams, for failure messages.</summary>
    public string Output => string.Join('\n', _output);

    /// <summary>Its process id.</summary>
    public int Id => _process?.Id ?? throw new InvalidOperationException("not started");

    /// <summary>Its exit code, once <see cref="Ended"/>.</summary>
    public int ExitCode => _process?.ExitCode ?? throw new InvalidOperationException("not started");

    /// <summary>Its standard input: flushed after every write, one writer at a time.</summary>
    public TextWriter Input => _process?.StandardInput ?? throw new InvalidOperationException("not started");

    /// <summary>Called for every line of output; subscribe in <see cref="StartAsync"/>, so that none is missed.</summary>
    private event Action<string>? Line;

    /// <summary>Starts <paramref name="file"/>; <paramref name="onLine"/> sees every line of both output streams.</summary>
    public static async Task<OwnedProcess> StartAsync(
        string file,
        IEnumerable<string> arguments,
        string? folder = null,
        IReadOnlyDictionary<string, string>? environment = null,
        Action<string>? onLine = null)
    {
        var start = new ProcessStartInfo("setpriv")
        {
            RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true,
        };
        foreach (var argument in (string[])["--pdeathsig", "KILL", "--", file, .. arguments])
        {
            start.ArgumentList.Add(argument);
        }

        foreach (var (name, value) in environment ?? new Dictionary<string, string>())
        {
            start.Environment[name] = value;
        }

        start.WorkingDirectory = folder ?? "";
        var owned = new OwnedProcess(Path.GetFileName(file));
        owned.Line += onLine;
        new Thread(() => owned.Run(start)) { IsBackground = true, Name = Path.GetFileName(file) }.Start();
        owned._process = await owned._started.Task;
        return owned;
    }

    /// <summary>Sends SIGKILL and waits for the end.</summary>
    public async Task KillAsync()
    {
        if (_process is { HasExited: false } running)
        {
            running.Kill(entireProcessTree: true);
        }

        await Ended.WaitAsync(Eventually.Patience);
    }

    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        _process?.Dispose();
    }

    private void Run(ProcessStartInfo start)
    {
        try
        {
            var process = new Process { StartInfo = start };
            process.OutputDataReceived += (_, e) => Keep(e.Data);
            process.ErrorDataReceived += (_, e) => Keep(e.Data);
            process.Start();
            process.StandardInput.AutoFlush = true;
            using var log = OpenLog(process.Id);
            _log = log;
            process.BeginOutputReadLine();
            process.BeginErrorReadLine();
            _started.TrySetResult(process);

            // Not WaitForExit(): that also waits, for ever, for the end of both streams, which a grandchild may hold open.
            process.WaitForExit(int.MaxValue);
            Task.Run(process.WaitForExit).Wait(LastWords);
            lock (_gate)
            {
                _log = null;
            }
        }
        catch (Exception e) when (e is System.ComponentModel.Win32Exception or InvalidOperationException)
        {
            _started.TrySetException(e);
        }
        finally
        {
            _ended.TrySetResult();
        }
    }

    private void Keep(string? line)
    {
        if (line is null)
        {
            return;
        }

        // Both streams end up here, from two threads.
        lock (_gate)
        {
            _output.Enqueue(line);
            while (_output.Count > KeptLines)
            {
                _output.TryDequeue(out _);
            }

            _log?.WriteLine(line);
            Line?.Invoke(line);
        }
    }

    /// <summary>As it goes, so that it is there when the test host is killed.</summary>
    private StreamWriter? OpenLog(int id) => Environment.GetEnvironmentVariable(LogsVariable) is { Length: > 0 } folder
        ? new StreamWriter(Path.Combine(Directory.CreateDirectory(folder).FullName, $"{_name}-{id}.log")) { AutoFlush = true }
        : null;
}
