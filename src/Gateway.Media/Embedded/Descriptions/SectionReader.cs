using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Gateway.Media.Rtp;

namespace Gateway.Media.Embedded.Descriptions;

/// <summary>Reads the lines of one medium, or those of the session, which hold for every medium that does not say otherwise.</summary>
internal sealed class SectionReader(string kind, int port, string protocol, ImmutableArray<string> formats)
{
    private const int MostPayloads = 128, MostCrypto = 32, MostFingerprints = 16, MostFeedback = 128;

    private readonly List<string> _lines = [];
    private readonly List<string> _candidates = [];
    private readonly List<string> _fingerprints = [];
    private readonly List<string> _crypto = [];
    private readonly HashSet<string> _feedback = new(StringComparer.Ordinal);
    private readonly Dictionary<byte, PayloadFormat> _maps = [];
    private readonly Dictionary<byte, string> _parameters = [];
    private string? _address, _mid, _ufrag, _password;
    private MediaDirection? _direction;
    private SetupRole? _setup;
    private bool _mux, _end;
    private int? _rtcpPort, _packetTime;

    /// <summary>Reads an m= line: medium, port, protocol, formats.</summary>
    public static bool TryOpen(ReadOnlySpan<char> line, [NotNullWhen(true)] out SectionReader? reader)
    {
        reader = null;
        var parts = line[2..].ToString().Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (parts.Length < 4 || parts.Length > 3 + MostPayloads
            || !int.TryParse(parts[1].Split('/', 2)[0], NumberStyles.None, CultureInfo.InvariantCulture, out var port)
            || port > ushort.MaxValue)
        {
            return false;
        }

        reader = new SectionReader(parts[0], port, parts[2], [.. parts[3..]]);
        return true;
    }

    public bool TryTake(ReadOnlySpan<char> line, [NotNullWhen(false)] out string? fault)
    {
        fault = null;
        _lines.Add(line.ToString());
        if (line.StartsWith("c="))
        {
            _address = line[2..].ToString().Split(' ') is [_, _, var address, ..] ? address.Split('/', 2)[0] : _address;
        }
        else if (line.StartsWith("a="))
        {
            var colon = line.IndexOf(':');
            var name = colon < 0 ? line[2..] : line[2..colon];
            fault = Attribute(name, colon < 0 ? default : line[(colon + 1)..].Trim());
        }

        return fault is null;
    }

    public MediaSection Finish(SectionReader session) => new()
    {
        Kind = kind,
        Port = port,
        Protocol = protocol,
        Formats = formats,
        Lines = [.. _lines],
        Payloads = [.. formats.Select(Payload).OfType<PayloadFormat>().DistinctBy(format => format.Id)],
        Address = _address ?? session._address ?? "",
        Direction = _direction ?? session._direction ?? MediaDirection.Both,
        Mid = _mid,
        Ufrag = _ufrag ?? session._ufrag,
        Password = _password ?? session._password,
        Candidates = [.. _candidates],
        HasEndOfCandidates = _end || session._end,
        Fingerprints = [.. _fingerprints.Count > 0 ? _fingerprints : session._fingerprints],
        Setup = _setup ?? session._setup ?? SetupRole.ActPass,
        HasSetup = (_setup ?? session._setup) is not null,
        HasRtcpMux = _mux,
        RtcpPort = _rtcpPort,
        PacketTime = Math.Clamp(_packetTime ?? 20, 10, 60),
        Crypto = [.. _crypto],
        Feedback = [.. _feedback],
    };

    private PayloadFormat? Payload(string format) =>
        !PayloadFormats.TryReadId(format, out var id) || !(_maps.TryGetValue(id, out var known) || PayloadFormats.TryStatic(id, out known))
            ? null
            : known with { Parameters = _parameters.GetValueOrDefault(id, "") };

    private string? Attribute(ReadOnlySpan<char> name, ReadOnlySpan<char> value)
    {
        switch (name)
        {
            case "rtpmap" when PayloadFormats.TryReadMap(value, out var format):
                _maps.TryAdd(format.Id, format);
                break;
            case "fmtp" when value.IndexOf(' ') is > 0 and var space && PayloadFormats.TryReadId(value[..space], out var id):
                _parameters.TryAdd(id, value[(space + 1)..].Trim().ToString());
                break;
            case "candidate":
                _candidates.Add(value.ToString());
                return _candidates.Count > SessionText.MostCandidates ? $"more than {SessionText.MostCandidates} candidates" : null;
            case "fingerprint":
                _fingerprints.Add(value.ToString());
                return _fingerprints.Count > MostFingerprints ? $"more than {MostFingerprints} fingerprints" : null;
            case "crypto":
                _crypto.Add(value.ToString());
                return _crypto.Count > MostCrypto ? $"more than {MostCrypto} keys" : null;
            case "rtcp-fb" when _feedback.Count < MostFeedback && value.IndexOf(' ') is > 0 and var gap:
                _feedback.Add(value[(gap + 1)..].Trim().ToString());
                break;
            case "ice-ufrag":
                _ufrag = value.ToString();
                break;
            case "ice-pwd":
                _password = value.ToString();
                break;
            case "ptime" when int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var time):
                _packetTime = time;
                break;
            case "mid":
                _mid = value.ToString();
                break;
            case "rtcp-mux":
                _mux = true;
                break;
            case "end-of-candidates":
                _end = true;
                break;
            case "rtcp":
                var end = value.IndexOf(' ');
                _rtcpPort = int.TryParse(end < 0 ? value : value[..end], NumberStyles.None, CultureInfo.InvariantCulture, out var port)
                    && port <= ushort.MaxValue ? port : null;
                break;
            default:
                Direction(name);
                Setup(name, value);
                break;
        }

        return null;
    }

    private void Direction(ReadOnlySpan<char> name) => _direction = name switch
    {
        "sendrecv" => MediaDirection.Both,
        "sendonly" => MediaDirection.Sends,
        "recvonly" => MediaDirection.Receives,
        "inactive" => MediaDirection.None,
        _ => _direction,
    };

    private void Setup(ReadOnlySpan<char> name, ReadOnlySpan<char> value) => _setup = name is not "setup" ? _setup : value switch
    {
        "active" => SetupRole.Active,
        "passive" => SetupRole.Passive,
        _ => SetupRole.ActPass,
    };
}
