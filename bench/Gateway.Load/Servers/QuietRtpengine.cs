using System.Globalization;
using Gateway.Testing.Servers;

namespace Gateway.Load.Servers;

/// <summary>A private rtpengine with ports for thousands of calls, logging warnings only.</summary>
internal sealed class QuietRtpengine : IAsyncDisposable
{
    private OwnedProcess? _process;

    private QuietRtpengine()
    {
    }

    public int Port { get; } = FreePorts.One();

    public int Id => _process!.Id;

    public string Address => string.Create(CultureInfo.InvariantCulture, $"udp:127.0.0.1:{Port}");

    public static async Task<QuietRtpengine> StartAsync()
    {
        var rtpengine = new QuietRtpengine();
        rtpengine._process = await OwnedProcess.StartAsync(RtpengineServer.Program, [
            "--foreground", "--log-stderr", "--log-level=4", "--config-file=none", "--table=-1", "--num-threads=2",
            "--interface=127.0.0.1",
            string.Create(CultureInfo.InvariantCulture, $"--listen-ng=127.0.0.1:{rtpengine.Port}"),
            "--port-min=12000", "--port-max=30999", // below the ports that the other processes are given
        ]);
        return rtpengine; // the gateway is ready only once it answers
    }

    public ValueTask DisposeAsync() => _process!.DisposeAsync();
}
