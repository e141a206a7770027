using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Sockets;
using Gateway.Host.Configuration;
using Gateway.Host.Running;
using Gateway.Mapping.Configuration;
using Gateway.Mapping.State.Sqlite;
using Gateway.Media.Native;
using Gateway.Media.Rtpengine;
using Gateway.Sip.Messages;
using Gateway.Sip.Msrp;
using Gateway.Sip.UserAgent;
using Gateway.Xmpp.Component;
using Microsoft.Extensions.Logging.Abstractions;

namespace Gateway.Host.Cli;

/// <summary><c>gateway check</c>: everything that the gateway will need, tried once, a line each.</summary>
internal static class CheckCommand
{
    /// <summary>Longer than a component handshake may take (10 s). SIP's own Timer F, 32 s, is more than an operator waits.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(12);

    public static async Task<int> RunAsync(GatewayOptions options, TextWriter output, CancellationToken cancellationToken)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(Patience);
        await output.WriteLineAsync(new CheckLine("configuration", null, null).ToString()).ConfigureAwait(false);
        var checks = new List<Task<CheckLine>> { XmppAsync(options, patience.Token) };
        checks.AddRange(options.Mapping.Trunks.Values
            .OrderBy(trunk => trunk.Name, StringComparer.Ordinal)
            .Select(trunk => TrunkAsync(options, trunk, patience.Token)));
        checks.AddRange(options.Mapping.Trunks.Values.Where(trunk => trunk.Register)
            .OrderBy(trunk => trunk.Name, StringComparer.Ordinal)
            .Select(trunk => AccountAsync(options, trunk, patience.Token)));
        if (options.Sip.MsrpRelay is { } messages)
        {
            checks.Add(MsrpRelayAsync(options, messages, patience.Token));
        }

        checks.AddRange(options.Media.Engine == MediaEngine.Rtpengine
            ? options.Media.Rtpengine.Select(engine => RtpengineAsync(engine, patience.Token))
            : [.. NativeLibraries.Check().Select(library => Task.FromResult(Library(library))), Task.FromResult(Addresses(options))]);
        checks.Add(Task.FromResult(Store(options.State)));

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

    /// <summary>What only transcoding needs is told, and yet is no reason not to start.</summary>
    private static CheckLine Library(NativeLibraryState library)
    {
        var name = $"library {library.File}{(library.Version is { } version ? $" {version}" : "")}, {library.Purpose}";
        return library switch
        {
            { Fault: null } => new CheckLine(name, null, null),
            { IsRequired: false } => new CheckLine($"without {library.Purpose}: {library.Fault}", null, null),
            _ => new CheckLine(name, library.Fault, "Install it, or use rtpengine as Media.Engine"),
        };
    }

    /// <summary>Whether sockets can be opened where media is to come in.</summary>
    private static CheckLine Addresses(GatewayOptions options)
    {
        var embedded = options.Embedded(AdvertisedAddress.IsLocal);
        var name = $"media at {string.Join(", ", embedded.Addresses)}, ports {embedded.FirstPort}-{embedded.LastPort}"
            + (embedded.ExternalAddress is { } external ? $", known as {external}" : "");
        try
        {
            foreach (var address in embedded.Addresses)
            {
                using var socket = new Socket(address.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
                socket.Bind(new IPEndPoint(address, 0));
            }

            return new CheckLine(options.MediaNotice(embedded) is { } notice ? $"{name}; {notice}" : name, null, null);
        }
        catch (SocketException e)
        {
            return new CheckLine(name, e.Message, "Correct Media.Address: an address of this machine");
        }
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

    /// <summary>REGISTER without Contact, which only asks (RFC 3261 section 10.2.3): whether the account is let in.</summary>
    private static async Task<CheckLine> AccountAsync(GatewayOptions options, TrunkOptions trunk, CancellationToken cancellationToken)
    {
        var account = TrunkRegistrations.AccountOf(trunk);
        var name = $"account {account.Address.Uri} at {account.Registrar}";
        var remedy = $"Check Sip.Trunks.{trunk.Name}.Username, Password and Domain";
        try
        {
            var endpoint = new SipEndpoint(options.Probe(), TimeProvider.System, NullLogger<SipEndpoint>.Instance);
            await using (endpoint.ConfigureAwait(false))
            {
                await endpoint.StartAsync(cancellationToken).ConfigureAwait(false);
                var result = await endpoint.SendAsync(
                    new OutgoingRequest(SipMethod.Register, account.Registrar, account.Address, account.Address)
                    {
                        NextHop = account.NextHop,
                        Credentials = account.Credentials,
                    },
                    cancellationToken).ConfigureAwait(false);
                return result.Status is >= 200 and < 300 ? new CheckLine(name, null, null)
                    : new CheckLine(name, result.IsLocal ? "no answer" : $"refused with {result.Status} {result.Phrase}", remedy);
            }
        }
        catch (OperationCanceledException)
        {
            return new CheckLine(name, "no answer", remedy);
        }
        catch (IOException e)
        {
            return new CheckLine(name, e.Message, remedy);
        }
    }

    /// <summary>OPTIONS to one trunk. Any answer but 503 says that it is there and reachable both ways.</summary>
    private static async Task<CheckLine> TrunkAsync(GatewayOptions options, TrunkOptions trunk, CancellationToken cancellationToken)
    {
        var name = $"trunk {trunk.Name}, OPTIONS to {trunk.Uri}";
        var remedy = $"Check Sip.Trunks.{trunk.Name}.Uri, the firewall, and that the peer knows this machine's address";
        if (!SipUri.TryParse(trunk.Uri, out var uri))
        {
            return new CheckLine(name, "not a SIP URI", remedy);
        }

        if (options.ListenerNotice(trunk) is { } notice)
        {
            return new CheckLine(name, notice, "Or correct the trunk's Uri");
        }

        try
        {
            _ = await Dns.GetHostAddressesAsync(uri.Host.Trim('[', ']'), cancellationToken).ConfigureAwait(false);
        }
        catch (SocketException e)
        {
            return new CheckLine(name, $"no address of {uri.Host} is found ({e.Message})", $"Correct Sip.Trunks.{trunk.Name}.Uri, or the DNS");
        }
        catch (OperationCanceledException)
        {
            return new CheckLine(name, $"no address of {uri.Host} is found in time", $"Correct Sip.Trunks.{trunk.Name}.Uri, or the DNS");
        }

        try
        {
            var endpoint = new SipEndpoint(options.Probe(), TimeProvider.System, NullLogger<SipEndpoint>.Instance);
            await using (endpoint.ConfigureAwait(false))
            {
                await endpoint.StartAsync(cancellationToken).ConfigureAwait(false);
                var us = new NameAddr(null, SipUri.Create("gateway", options.Plan().SipHost));
                var result = await endpoint.SendAsync(
                    new OutgoingRequest(SipMethod.Options, uri, us, new NameAddr(null, uri))
                    {
                        NextHop = uri,
                        Credentials = trunk is { Username: { } user, Password: { } password } ? new SipCredentials(user, password) : null,
                    },
                    cancellationToken).ConfigureAwait(false);
                return result switch
                {
                    { IsLocal: true, Status: 408 } => new CheckLine(name, "no answer", remedy),
                    { IsLocal: true } => new CheckLine(name, $"cannot be reached ({result.Phrase})", remedy),
                    { Status: 503 } => new CheckLine(name, $"answered 503 {result.Phrase}", "Look into the log of the peer"),
                    _ => new CheckLine($"{name}: {result.Status} {result.Phrase}", null, null),
                };
            }
        }
        catch (OperationCanceledException)
        {
            return new CheckLine(name, "no answer", remedy);
        }
        catch (IOException e)
        {
            return new CheckLine(name, e.Message, "Correct Sip.Listen: an address of this machine");
        }
    }

    /// <summary>AUTH for a session that nobody has (RFC 4976 section 5.1): whether the account is let in.</summary>
    private static async Task<CheckLine> MsrpRelayAsync(GatewayOptions options, MsrpRelay relay, CancellationToken cancellationToken)
    {
        var name = $"msrp relay {relay.Uri} as {relay.Username}";
        const string Reach = "Check Sip.Msrp.Relay and the firewall";
        try
        {
            var endpoint = new MsrpEndpoint(options.MsrpProbe(), TimeProvider.System, NullLogger<MsrpEndpoint>.Instance);
            await using (endpoint.ConfigureAwait(false))
            {
                await endpoint.StartAsync(cancellationToken).ConfigureAwait(false);
                var session = endpoint.Create(new MsrpTerms { AcceptTypes = ["text/plain"] }, new Unheard());
                return await session.PrepareAsync(cancellationToken).ConfigureAwait(false) switch
                {
                    MsrpPreparation.Ready => new CheckLine(name, null, null),
                    MsrpPreparation.RelayRefused => new CheckLine(name, "refused", "Check Sip.Msrp.Username and Password"),
                    MsrpPreparation.RelayUntrusted => new CheckLine(
                        name, "its certificate is not trusted", "Name the file of its authority in Sip.Msrp.Authorities, or correct the host in Sip.Msrp.Relay"),
                    _ => new CheckLine(name, "no answer", Reach),
                };
            }
        }
        catch (OperationCanceledException)
        {
            return new CheckLine(name, "no answer", Reach);
        }
        catch (Exception e) when (e is SocketException or System.Security.Cryptography.CryptographicException or IOException)
        {
            return new CheckLine(name, e.Message.TrimEnd('.'), "Check the files of Sip.TlsCertificate, Sip.TlsKey and Sip.Msrp.Authorities");
        }
    }

    /// <summary>Whether state can be kept. A missing folder is not made: whoever checks may be another user than the service.</summary>
    private static CheckLine Store(StateOptions state)
    {
        var folder = Path.GetFullPath(state.Path);
        var name = $"store {folder}";
        if (File.Exists(folder))
        {
            return new CheckLine(name, "that is a file", "Name a folder in State.Path");
        }

        var existing = Directory.Exists(folder) ? folder : Path.GetDirectoryName(folder)!;
        try
        {
            var probe = Path.Combine(existing, $".gateway-check-{Environment.ProcessId}");
            File.WriteAllBytes(probe, []);
            File.Delete(probe);
            if (SqliteStore.Check(Path.Combine(folder, "gateway.db")) is { } fault)
            {
                return new CheckLine(name, fault, "The gateway does not start without its store");
            }

            return new CheckLine(existing == folder ? name : $"{name}, made at the first start", null, null);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return new CheckLine(name, e.Message.TrimEnd('.'), "Make the folder writable for this user, or correct State.Path");
        }
    }

    /// <summary>The session of a check is never described, so nothing is told of it.</summary>
    private sealed class Unheard : IMsrpSink
    {
        public void OnConnected()
        {
        }

        public void OnMessage(MsrpIncomingMessage message)
        {
        }

        public void OnSent(string messageId)
        {
        }

        public void OnReport(MsrpReport report)
        {
        }

        public void OnSendFailed(string messageId, int status)
        {
        }

        public void OnConnectionLost(MsrpLoss why)
        {
        }
    }

    /// <summary>One result. <paramref name="Why"/> is null when all is well.</summary>
    private sealed record CheckLine(string What, string? Why, string? Remedy)
    {
        public override string ToString() => Why is null ? $"ok      {What}" : $"failed  {What}: {Why}. {Remedy?.TrimEnd('.')}.";
    }
}
