using System.Diagnostics.CodeAnalysis;
using Gateway.Host.Configuration;
using Gateway.Host.Running;
using Gateway.Media.Rtpengine;
using Gateway.Xmpp.Component;
using Microsoft.Extensions.Logging.Abstractions;

namespace Gateway.Host.Cli;

/// <summary><c>gateway check</c>: everything that the gateway will need, tried once, a line each.</summary>
internal static class CheckCommand
{
    /// <summary>Longer than any of the checks takes by itself: a component handshake 10 s, SIP Timer F 32 s.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(40);

    public static async Task<int> RunAsync(GatewayOptions options, TextWriter output, CancellationToken cancellationToken)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(Patience);
        await output.WriteLineAsync(new CheckLine("configuration", null, null).ToString()).ConfigureAwait(false);
        var checks = new List<Task<CheckLine>> { XmppAsync(options, patience.Token) };
        checks.AddRange(options.Media.Rtpengine.Select(engine => RtpengineAsync(engine, patience.Token)));
        checks.Add(Task.FromResult(new CheckLine("store (nothing is kept on disk in this version)", null, null)));

        var good = true;
        foreach (var check in checks)
        {
            var line = await check.ConfigureAwait(false);
            good &= line.Why is null;
            await output.WriteLineAsync(line.ToString()).ConfigureAwait(false);
        }

        return good ? ExitCode.Success : ExitCode.Failure;
    }

    private static async Task<CheckLine> XmppAsync(GatewayOptions options, CancellationToken cancellationToken)
    {
        var name = $"xmpp component {options.Xmpp.Domain} at {options.Xmpp.Server}";
        return await XmppComponent.TryHandshakeAsync(options.Component(), TimeProvider.System, cancellationToken).ConfigureAwait(false) switch
        {
            HandshakeOutcome.Refused refused => new CheckLine(
                name, refused.Text is null ? refused.Condition : $"{refused.Condition} ({refused.Text})", refused.Remedy),
            HandshakeOutcome.Unreachable unreachable => new CheckLine(name, unreachable.Reason, unreachable.Remedy),
            _ => new CheckLine(name, null, null),
        };
    }

    [SuppressMessage("Reliability", "CA2007", Justification = "No synchronization context in a console process")]
    private static async Task<CheckLine> RtpengineAsync(HostPort engine, CancellationToken cancellationToken)
    {
        var name = $"rtpengine udp:{engine}";
        await using var relay = new RtpengineRelay(
            new RtpengineOptions { Engines = [$"udp:{engine}"] }, TimeProvider.System, NullLogger<RtpengineRelay>.Instance);
        return await relay.PingAsync(cancellationToken)
            ? new CheckLine(name, null, null)
            : new CheckLine(name, "no answer to ping", $"Start rtpengine with listen-ng={engine}, or correct Media.Rtpengine");
    }

    /// <summary>One result. <paramref name="Why"/> is null when all is well.</summary>
    private sealed record CheckLine(string What, string? Why, string? Remedy)
    {
        public override string ToString() => Why is null ? $"ok      {What}" : $"failed  {What}: {Why}. {Remedy?.TrimEnd('.')}.";
    }
}
