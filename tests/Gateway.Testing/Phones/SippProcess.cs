using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.RegularExpressions;
using Gateway.Testing.Servers;

namespace Gateway.Testing.Phones;

/// <summary>
/// One run of sipp (Debian package sip-tester): a scenario, one call, and every message of it in
/// <see cref="MessagesAsync"/>. It fails when anything but the scenario happens on the wire, save that a message comes again.
/// </summary>
/// <remarks>
/// sipp knows a message that comes again only until it has sent the second one of its own, and gives its call up at the next: an INVITE
/// that the gateway has to repeat (RFC 3261 section 17.1.1.2) while a busy machine lets sipp wait would end a call in which nothing is wrong.
/// So sipp goes on whatever comes, and what it did not expect is looked at when it has ended.
/// </remarks>
public sealed partial class SippProcess : IAsyncDisposable
{
    /// <summary>Between two entries of its trace.</summary>
    private const string EntryLine = "-----------------------------------------------";

    private const int MostTries = 5;

    private readonly TemporaryFolder _folder = new();
    private readonly int _port;
    private OwnedProcess? _process;

    private SippProcess(int port) => _port = port;

    /// <summary>Waits for a call on the port.</summary>
    public static Task<SippProcess> AnswerAsync(string scenario, int port, params (string Name, string Value)[] values) =>
        StartAsync(scenario, port, ["-m", "1"], values);

    /// <summary>Calls <paramref name="user"/> at the gateway's SIP port from the port.</summary>
    public static Task<SippProcess> CallAsync(
        string scenario, int port, int gatewayPort, string user, params (string Name, string Value)[] values) =>
        StartAsync(scenario, port, [$"127.0.0.1:{gatewayPort}", "-s", user, "-m", "1"], values);

    /// <summary>Any run. A value replaces <c>{name}</c> in the scenario: sipp's own keys cannot stand for a status.</summary>
    public static async Task<SippProcess> StartAsync(
        string scenario, int port, string[] arguments, params (string Name, string Value)[] values)
    {
        var sipp = new SippProcess(port);
        var text = values.Aggregate(
            await File.ReadAllTextAsync(scenario),
            (one, value) => one.Replace("{" + value.Name + "}", value.Value, StringComparison.Ordinal));
        scenario = sipp._folder.Write("scenario.xml", text);
        for (var tries = 1; ; tries++)
        {
            await sipp.RunAsync(scenario, arguments);
            if (sipp._process is not { Ended.IsCompleted: true, ExitCode: not 0 } ended)
            {
                return sipp;
            }

            if (tries == MostTries || !ended.Output.Contains("RTP socket", StringComparison.Ordinal))
            {
                throw new InvalidOperationException($"sipp ended with {ended.ExitCode} at its start:\n{ended.Output}");
            }
        }
    }

    /// <summary>Waits for the end of the scenario, and throws unless all of it happened.</summary>
    public async Task SucceedsAsync(TimeSpan? patience = null)
    {
        var running = _process ?? throw new InvalidOperationException("not started");
        try
        {
            await running.Ended.WaitAsync(patience ?? Eventually.Patience);
        }
        catch (TimeoutException)
        {
            throw new TimeoutException("The scenario does not end.\n" + await FailureAsync());
        }

        if (running.ExitCode != 0)
        {
            throw new InvalidOperationException($"sipp ended with {running.ExitCode}.\n{await FailureAsync()}");
        }

        if (await StrangeAsync() is { Count: > 0 } strange)
        {
            throw new InvalidOperationException(
                $"The scenario expects no\n{string.Join('\n', strange)}\n{await FailureAsync()}");
        }
    }

    /// <summary>What was on the wire so far.</summary>
    public async Task<IReadOnlyList<TracedMessage>> MessagesAsync()
    {
        var text = await ReadAsync("messages");
        return [.. MessageHeading().Matches(text).Select(match =>
        {
            var length = int.Parse(match.Groups["length"].Value, CultureInfo.InvariantCulture);
            var start = match.Index + match.Length;
            return new TracedMessage(match.Groups["way"].Value == "received", text.Substring(start, Math.Min(length, text.Length - start)));
        })];
    }

    /// <summary>
    /// Lets a scenario go on that waits for an INFO: sipp takes it for the call's by its Call-ID, whoever sends it. Not before the scenario has
    /// come so far, which is when an INVITE, its own or another's, is acknowledged or rings: sipp passes over what it does not expect yet.
    /// </summary>
    public async Task GoOnAsync()
    {
        await Eventually.HoldsAsync(
            async () => await MessagesAsync() is [.., var last]
                && (last.IsRequest("ACK") || (!last.Received && last.StartLine.StartsWith("SIP/2.0 18", StringComparison.Ordinal))),
            () => FailureAsync().GetAwaiter().GetResult());
        await GoOnAsync((await SeesAsync(m => m.Received && m.IsRequest("INVITE"))).Header("Call-ID")!);
    }

    /// <summary>The same for one call of several, which has come so far.</summary>
    public async Task GoOnAsync(string call)
    {
        using var test = new UdpClient(new IPEndPoint(IPAddress.Loopback, 0));
        var info = string.Create(CultureInfo.InvariantCulture, $"""
            INFO sip:127.0.0.1:{_port} SIP/2.0
            Via: SIP/2.0/UDP {test.Client.LocalEndPoint};branch=z9hG4bK{Guid.NewGuid():N}
            From: <sip:test@127.0.0.1>;tag=test
            To: <sip:test@127.0.0.1>
            Call-ID: {call}
            CSeq: 1 INFO
            Content-Length: 0


            """).ReplaceLineEndings("\r\n");
        await test.SendAsync(Encoding.ASCII.GetBytes(info), new IPEndPoint(IPAddress.Loopback, _port));
    }

    /// <summary>Waits until a message is on the wire.</summary>
    public async Task<TracedMessage> SeesAsync(Func<TracedMessage, bool> wanted)
    {
        TracedMessage? found = null;
        await Eventually.HoldsAsync(
            async () => (found = (await MessagesAsync()).FirstOrDefault(wanted)) is not null,
            () => FailureAsync().GetAwaiter().GetResult());
        return found!;
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is { } running)
        {
            await running.DisposeAsync();
        }

        _folder.Dispose();
    }

    /// <summary>Whether a UDP socket holds the port of loopback: nothing answers that could be asked instead. The column before
    /// the peer's address, which may be this port too.</summary>
    private static bool IsBound(int port) => File.ReadLines("/proc/net/udp").Skip(1)
        .Any(line => line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)[1] == $"0100007F:{port:X4}");

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    [GeneratedRegex(@"message (?<way>received|sent) *(\[(?<length>\d+)\] bytes *|\((?<length>\d+) bytes\)): *\r?\n\r?\n")]
    private static partial Regex MessageHeading();

    [GeneratedRegex(@"^\s*Unexpected \w+ message received[^\n]*:\s*")]
    private static partial Regex UnexpectedHeading();

    [GeneratedRegex(@"on (an )?unexpected (?<method>BYE|CANCEL) for call")]
    private static partial Regex UnexpectedRequest();

    /// <summary>What sipp did not expect and what is no message that came again.</summary>
    private async Task<IReadOnlyList<string>> StrangeAsync()
    {
        var received = (await MessagesAsync()).Where(message => message.Received).Select(message => message.Text.Trim()).ToList();
        var repeated = received.GroupBy(text => text).Where(copies => copies.Count() > 1).Select(copies => copies.Key).ToHashSet();
        var unexpected = (await ReadAsync("messages")).Split(EntryLine)
            .Select(entry => UnexpectedHeading().Match(entry) is { Success: true } heading ? entry[heading.Length..].Trim() : null)
            .OfType<string>();

        // These two sipp has a way with that does not show them.
        var requests = UnexpectedRequest().Matches(await ReadAsync("errors")).Select(match => match.Groups["method"].Value);
        return [.. unexpected.Where(text => !repeated.Contains(text) && !IsAckAfterCopies(text)),
            .. requests.Where(method => !repeated.Any(text => text.StartsWith(method + " ", StringComparison.Ordinal)))];

        // An ACK that came again is taken for the one that is due, and that one is not expected any more: their branches are not compared.
        bool IsAckAfterCopies(string text) =>
            text.StartsWith("ACK ", StringComparison.Ordinal)
            && repeated.Any(other => other.StartsWith("ACK ", StringComparison.Ordinal)
                && new TracedMessage(true, other).Header("Call-ID") == new TracedMessage(true, text).Header("Call-ID"));
    }

    /// <summary>With ports for media that another process may have taken meanwhile.</summary>
    private async Task RunAsync(string scenario, string[] arguments)
    {
        _process = await OwnedProcess.StartAsync(
            "sipp",
            [.. arguments, "-sf", scenario, "-i", "127.0.0.1", "-p", Text(_port), "-mi", "127.0.0.1", "-mp", Text(FreePorts.Passing(4)),
             "-nostdin", "-trace_msg", "-message_file", _folder.At("messages"), "-trace_err", "-error_file",
             _folder.At("errors"), "-default_behaviors", "all,-abortunexp", "-watchdog_minor_maxtriggers", Text(int.MaxValue),
             "-watchdog_major_maxtriggers", Text(int.MaxValue), "-rtp_echo", "-timeout", "300s", "-timeout_error", "-recv_timeout", "60000"],
            _folder.Path,
            new Dictionary<string, string> { ["TERM"] = "dumb" });
        await Eventually.HoldsAsync(() => _process.Ended.IsCompleted || IsBound(_port), () => _process.Output);
    }

    private async Task<string> ReadAsync(string name)
    {
        var file = _folder.At(name);
        if (!File.Exists(file))
        {
            return "";
        }

        await using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        using var reader = new StreamReader(stream);
        return await reader.ReadToEndAsync();
    }

    private async Task<string> FailureAsync() => await ReadAsync("errors") + "\n" + await ReadAsync("messages");
}
