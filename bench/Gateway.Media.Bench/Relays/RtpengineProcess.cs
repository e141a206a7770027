using System.Globalization;
using Gateway.Media.Relay;
using Gateway.Media.Rtpengine;
using Gateway.Testing.Servers;
using Microsoft.Extensions.Logging.Abstractions;

namespace Gateway.Media.Bench.Relays;

/// <summary>A private rtpengine in user space, with as many threads as the embedded relay takes here.</summary>
internal sealed class RtpengineProcess : IBenchRelay
{
    private readonly OwnedProcess _process;
    private readonly RtpengineRelay _relay;

    private RtpengineProcess(OwnedProcess process, RtpengineRelay relay) => (_process, _relay) = (process, relay);

    public string Name => "rtpengine";

    public int ProcessId => _process.Id;

    public static async Task<RtpengineProcess> StartAsync()
    {
        var port = FreePorts.One();
        var process = await OwnedProcess.StartAsync(RtpengineServer.Program, [
            "--foreground", "--log-stderr", "--log-level=4", "--config-file=none", "--table=-1",
            string.Create(CultureInfo.InvariantCulture, $"--num-threads={Math.Min(4, Environment.ProcessorCount)}"),
            "--interface=127.0.0.1",
            string.Create(CultureInfo.InvariantCulture, $"--listen-ng=127.0.0.1:{port}"),
            "--port-min=12000", "--port-max=30999", // below the ports that other processes are given
        ]);
        var relay = new RtpengineRelay(
            new RtpengineOptions { Engines = [string.Create(CultureInfo.InvariantCulture, $"udp:127.0.0.1:{port}")] },
            TimeProvider.System, NullLogger<RtpengineRelay>.Instance);
        for (var tries = 0; !await relay.PingAsync(default) && tries < 50; tries++)
        {
            await Task.Delay(100);
        }

        return new RtpengineProcess(process, relay);
    }

    public async Task<MediaResult> OfferAsync(MediaOffer offer) => await _relay.OfferAsync(offer, default);

    public async Task<MediaResult> AnswerAsync(MediaAnswer answer) => await _relay.AnswerAsync(answer, default);

    public async Task DeleteAsync(string session) => await _relay.DeleteAsync(session, default);

    public Task<AllocatedOctets?> AllocatedAsync() => Task.FromResult<AllocatedOctets?>(null);

    public async ValueTask DisposeAsync()
    {
        await _relay.DisposeAsync();
        await _process.DisposeAsync();
    }
}
