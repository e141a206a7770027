using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Gateway.Testing.Servers;

namespace Gateway.Testing.Phones;

/// <summary>What baresip reported on its control connection.</summary>
public sealed record BaresipEvent(string Type, string? Parameter, string? Peer)
{
    public override string ToString() => $"{Type} {Parameter} {Peer}";
}

/// <summary>How a phone answers.</summary>
public enum AnswerMode
{
    /// <summary>180, then <see cref="BaresipPhone.AnswerAsync"/>.</summary>
    Manual,

    /// <summary>180, then 200 at once.</summary>
    Auto,

    /// <summary>183 with audio, then <see cref="BaresipPhone.AnswerAsync"/>.</summary>
    Early,
}

/// <summary>
/// A private baresip (Debian package baresip-core): speaks PCMU and PCMA, sends a tone, and writes what it hears into a
/// file. Its own port, so that a trunk can lead to it before it runs.
/// </summary>
/// <remarks>
/// baresip 1.0 takes a re-INVITE but leaves its audio filters out from then on: the recording ends with the first hold.
/// </remarks>
public sealed class BaresipPhone : IAsyncDisposable
{
    private const int RtpPorts = 20;

    private readonly int _outboundPort;
    private readonly TemporaryFolder _folder = new();
    private readonly TcpClient _control = new();
    private readonly List<string> _message = [];
    private readonly SemaphoreSlim _writing = new(1);
    private OwnedProcess? _process;
    private Task? _reading;
    private bool _received;

    private BaresipPhone(string user, int sipPort, int outboundPort)
    {
        User = user;
        SipPort = sipPort;
        _outboundPort = outboundPort;
    }

    /// <summary>User part of its address.</summary>
    public string User { get; }

    /// <summary>Where it listens, UDP and TCP.</summary>
    public int SipPort { get; }

    /// <summary>Call events: CALL_INCOMING, CALL_RINGING, CALL_ESTABLISHED, CALL_CLOSED, CALL_DTMF_START and so on.</summary>
    public EventLog<BaresipEvent> Events { get; } = new("baresip");

    /// <summary>Every SIP message that it sent or received.</summary>
    public EventLog<TracedMessage> Trace { get; } = new("baresip SIP");

    /// <summary>What it printed, for failure messages.</summary>
    public string Output => _process?.Output ?? "";

    /// <summary>Starts one. Its requests go to <paramref name="outboundPort"/> over <paramref name="transport"/>, udp or tcp.</summary>
    public static async Task<BaresipPhone> StartAsync(
        string user, string domain, int sipPort, int outboundPort, AnswerMode mode, int tone = 440, string transport = "udp")
    {
        var phone = new BaresipPhone(user, sipPort, outboundPort);
        var control = FreePorts.Passing(1);
        phone._folder.Write("config", phone.Configuration(control, FreePorts.Passing(RtpPorts), tone));
        phone._folder.Write(
            "accounts",
            $"\"Romeo\" <sip:{user}@{domain}>;regint=0;answermode={mode.ToString().ToLowerInvariant()};"
            + $"outbound=\"sip:127.0.0.1:{outboundPort};transport={transport}\"\n");
        phone._folder.Write("contacts", "");
        Directory.CreateDirectory(phone._folder.At("heard"));
        phone._process = await OwnedProcess.StartAsync(
            "baresip", ["-s", "-f", phone._folder.Path], phone._folder.Path, onLine: phone.ReadTrace);
        await Listening.WaitAsync(control, phone._process);
        await phone._control.ConnectAsync("127.0.0.1", control);
        phone._reading = phone.ReadEventsAsync();
        await phone.CommandAsync("statmode"); // a status line ten times a second is no use here
        return phone;
    }

    /// <summary>Calls.</summary>
    public Task DialAsync(string uri) => CommandAsync("dial", uri);

    /// <summary>Answers the call that rings.</summary>
    public Task AnswerAsync() => CommandAsync("accept");

    /// <summary>Ends or refuses the call, or gives up its own.</summary>
    public Task HangUpAsync() => CommandAsync("hangup");

    /// <summary>re-INVITE with a=sendonly.</summary>
    public Task HoldAsync() => CommandAsync("hold");

    /// <summary>re-INVITE with a=sendrecv.</summary>
    public Task ResumeAsync() => CommandAsync("resume");

    /// <summary>Digits as RFC 4733 telephone-event, one after the other.</summary>
    public async Task DigitsAsync(string digits)
    {
        foreach (var digit in digits)
        {
            await CommandAsync("sndcode", digit.ToString());
        }
    }

    /// <summary>The event of the kind, past or to come.</summary>
    public Task<BaresipEvent> SeesAsync(string type, int skip = 0) => Events.WaitAsync(e => e.Type == type, skip, type);

    /// <summary>A request that it received.</summary>
    public Task<TracedMessage> ReceivesAsync(string method, string? containing = null, int skip = 0) =>
        Trace.WaitAsync(
            m => m.Received && m.IsRequest(method) && (containing is null || m.Text.Contains(containing, StringComparison.Ordinal)),
            skip,
            $"{method} {containing}");

    /// <summary>A response that it received.</summary>
    public Task<TracedMessage> ReceivesResponseAsync(int status, string method, int skip = 0) =>
        Trace.WaitAsync(m => m.Received && m.IsResponse(status, method), skip, $"{status} to {method}");

    /// <summary>Waits until ten windows of 100 ms with the tone are in what it heard.</summary>
    public Task HearsToneAsync(int frequency = 440) =>
        Eventually.HoldsAsync(() => Heard(frequency).Count(share => share > 0.8) >= 10, () => Output);

    /// <summary>The share of the frequency in every 100 ms of what it has heard.</summary>
    public IReadOnlyList<double> Heard(int frequency)
    {
        const int header = 44;
        var shares = new List<double>();
        foreach (var file in Directory.GetFiles(_folder.At("heard"), "*-dec.wav").Order(StringComparer.Ordinal))
        {
            using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            var bytes = new byte[stream.Length];
            var length = stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
            if (length > header)
            {
                shares.AddRange(ToneMeter.Shares(bytes.AsSpan(header, length - header), frequency));
            }
        }

        return shares;
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is { } running)
        {
            await running.DisposeAsync();
        }

        _control.Dispose();
        if (_reading is { } reading)
        {
            await reading;
        }

        _writing.Dispose();
        _folder.Dispose();
    }

    /// <summary>
    /// Without a jitter buffer: where nothing is lost or overtaken it only drops what a slow machine delivers at once, and digits with it.
    /// </summary>
    private string Configuration(int control, int rtp, int tone) =>
        $"""
        sip_listen 127.0.0.1:{SipPort}
        net_interface 127.0.0.1
        dns_server 127.0.0.1:9
        audio_player aubridge,heard
        audio_source ausine,{tone}
        audio_alert aubridge,alert
        ausrc_srate 48000
        ausrc_channels 2
        auplay_srate 48000
        auplay_channels 2
        rtp_ports {rtp}-{rtp + RtpPorts - 1}
        call_max_calls 8
        jitter_buffer_delay 0-0
        module_path /usr/lib/baresip/modules
        module g711.so
        module ausine.so
        module aubridge.so
        module sndfile.so
        module uuid.so
        module_tmp account.so
        module_app menu.so
        module_app ctrl_tcp.so
        ctrl_tcp_listen 127.0.0.1:{control}
        snd_path {_folder.At("heard")}

        """;

    /// <summary>A command as a netstring of JSON, which is what the module ctrl_tcp reads.</summary>
    private async Task CommandAsync(string command, string parameters = "")
    {
        var json = JsonSerializer.Serialize(new { command, @params = parameters });
        var bytes = Encoding.UTF8.GetBytes($"{Encoding.UTF8.GetByteCount(json)}:{json},");
        await _writing.WaitAsync();
        try
        {
            await _control.GetStream().WriteAsync(bytes);
        }
        finally
        {
            _writing.Release();
        }
    }

    private async Task ReadEventsAsync()
    {
        try
        {
            using var reader = new StreamReader(_control.GetStream(), Encoding.UTF8);
            while (await ReadNetstringAsync(reader) is { } text)
            {
                var fields = JsonNode.Parse(text)!.AsObject();
                if (fields["type"] is { } type)
                {
                    Events.Add(new BaresipEvent((string)type!, (string?)fields["param"], (string?)fields["peeruri"]));
                }
            }
        }
        catch (IOException)
        {
            // The phone has ended.
        }
        catch (ObjectDisposedException)
        {
            // So have we.
        }
    }

    private static async Task<string?> ReadNetstringAsync(StreamReader reader)
    {
        var one = new char[1];
        var length = 0;
        while (true)
        {
            if (await reader.ReadAsync(one) == 0)
            {
                return null;
            }

            if (one[0] == ':')
            {
                break;
            }

            length = (length * 10) + (one[0] - '0');
        }

        var text = new char[length + 1]; // and the comma
        return await reader.ReadBlockAsync(text) == text.Length ? new string(text, 0, length) : null;
    }

    /// <summary>The trace: a line "UDP from -> to", the message, a line that resets the colour.</summary>
    private void ReadTrace(string line)
    {
        var start = line.IndexOf("UDP ", StringComparison.Ordinal) is >= 0 and var udp ? udp
            : line.IndexOf("TCP ", StringComparison.Ordinal);
        if (_message.Count == 0 && start >= 0 && line.Contains(" -> ", StringComparison.Ordinal))
        {
            // A connection that the phone opened has a port of its own at this end.
            _received = line.TrimEnd().EndsWith($"-> 127.0.0.1:{SipPort}", StringComparison.Ordinal)
                || line.Contains($" 127.0.0.1:{_outboundPort} -> ", StringComparison.Ordinal);
            _message.Add("");
        }
        else if (_message.Count > 0 && line.StartsWith("\u001b[;m", StringComparison.Ordinal))
        {
            Trace.Add(new TracedMessage(_received, string.Join('\n', _message.Skip(1))));
            _message.Clear();
        }
        else if (_message.Count > 0)
        {
            _message.Add(line);
        }
    }
}
