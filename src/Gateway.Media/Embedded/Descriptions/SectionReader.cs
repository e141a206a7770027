using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Runtime.InteropServices;
using Gateway.Media.Rtp;

namespace Gateway.Media.Embedded.Descriptions;

/// <summary>Reads the lines of one medium, or those of the session, which hold for every medium that does not say otherwise.</summary>
internal sealed class SectionReader(string kind, int port, string protocol, ImmutableArray<string> formats)
{
    /// <summary>Kind, port and protocol stand before the formats.</summary>
    private const int Fixed = 3;

    private const int MostPayloads = 128, MostCrypto = 32, MostFingerprints = 16, MostFeedback = 128;

    // Made when the first comes: most sections have few of these.
    private List<string>? _lines, _candidates, _fingerprints, _crypto, _feedback;
    private List<PayloadFormat>? _maps;
    private List<(byte Id, string Value)>? _parameters;
    private string? _address, _mid, _ufrag, _password;
    private MediaDirection? _direction;
    private SetupRole? _setup;
    private bool _mux, _end;
    private int? _rtcpPort, _packetTime, _longestPacketTime;

    /// <summary>Reads an m= line: medium, port, protocol, formats.</summary>
    public static bool TryOpen(ReadOnlySpan<char> line, [NotNullWhen(true)] out SectionReader? reader)
    {
        reader = null;
        Span<Range> parts = stackalloc Range[Fixed + MostPayloads + 1];
        line = line[2..];
        var found = line.Split(parts, ' ', StringSplitOptions.RemoveEmptyEntries);
        if (found is <= Fixed or > Fixed + MostPayloads || !TryReadPort(line[parts[1]], out var port))
        {
            return false;
        }

        var formats = new string[found - Fixed];
        for (var i = 0; i < formats.Length; i++)
        {
            formats[i] = PayloadFormats.TextOf(line[parts[Fixed + i]]);
        }

        reader = new SectionReader(
            KindOf(line[parts[0]]), port, ProtocolOf(line[parts[2]]), ImmutableCollectionsMarshal.AsImmutableArray(formats));
        return true;
    }

    public bool TryTake(ReadOnlySpan<char> line, [NotNullWhen(false)] out string? fault)
    {
        fault = null;
        if (PassingLines.PassesOfMedium(line))
        {
            Add(ref _lines, line.ToString());
        }

        if (line.StartsWith("c="))
        {
            _address = AddressOf(line[2..]) ?? _address;
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
        Lines = All(_lines),
        Payloads = Payloads(),
        Address = _address ?? session._address ?? "",
        Direction = _direction ?? session._direction ?? MediaDirection.Both,
        Mid = _mid,
        Ufrag = _ufrag ?? session._ufrag,
        Password = _password ?? session._password,
        Candidates = All(_candidates),
        HasEndOfCandidates = _end || session._end,
        Fingerprints = All(_fingerprints ?? session._fingerprints),
        Setup = _setup ?? session._setup ?? SetupRole.ActPass,
        HasSetup = (_setup ?? session._setup) is not null,
        HasRtcpMux = _mux,
        RtcpPort = _rtcpPort,
        PacketTime = Math.Clamp(Math.Min(_packetTime ?? 20, _longestPacketTime ?? 60), 10, 60),
        Crypto = All(_crypto),
        Feedback = All(_feedback),
    };

    /// <summary>What the m= line names and could be read, each number once.</summary>
    private ImmutableArray<PayloadFormat> Payloads()
    {
        var payloads = ImmutableArray.CreateBuilder<PayloadFormat>(formats.Length);
        foreach (var format in formats)
        {
            if (PayloadFormats.TryReadId(format, out var id) && Find(payloads, id) is null
                && (Find(_maps, id) ?? PayloadFormats.OfStatic(id)) is { } known)
            {
                payloads.Add(ParametersOf(id) is { Length: > 0 } parameters ? known with { Parameters = parameters } : known);
            }
        }

        return payloads.DrainToImmutable();
    }

    private static PayloadFormat? Find(IReadOnlyList<PayloadFormat>? formats, byte id)
    {
        for (var i = 0; i < formats?.Count; i++)
        {
            if (formats[i].Id == id)
            {
                return formats[i];
            }
        }

        return null;
    }

    private string? ParametersOf(byte id)
    {
        for (var i = 0; i < _parameters?.Count; i++)
        {
            if (_parameters[i].Id == id)
            {
                return _parameters[i].Value;
            }
        }

        return null;
    }

    private string? Attribute(ReadOnlySpan<char> name, ReadOnlySpan<char> value)
    {
        switch (name)
        {
            case "rtpmap" when PayloadFormats.TryReadMap(value, out var format):
                if (Find(_maps, format.Id) is null)
                {
                    Add(ref _maps, format);
                }

                break;
            case "fmtp" when value.IndexOf(' ') is > 0 and var space && PayloadFormats.TryReadId(value[..space], out var id):
                if (ParametersOf(id) is null)
                {
                    Add(ref _parameters, (id, value[(space + 1)..].Trim().ToString()));
                }

                break;
            case "candidate":
                return Add(ref _candidates, value.ToString()) > SessionText.MostCandidates ? $"more than {SessionText.MostCandidates} candidates" : null;
            case "fingerprint":
                return Add(ref _fingerprints, value.ToString()) > MostFingerprints ? $"more than {MostFingerprints} fingerprints" : null;
            case "crypto":
                return Add(ref _crypto, value.ToString()) > MostCrypto ? $"more than {MostCrypto} keys" : null;
            case "rtcp-fb" when value.IndexOf(' ') is > 0 and var gap:
                TakeFeedback(value[(gap + 1)..].Trim());
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
            case "maxptime" when int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var longest):
                _longestPacketTime = longest;
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

    /// <summary>The same is said of many formats.</summary>
    private void TakeFeedback(ReadOnlySpan<char> value)
    {
        for (var i = 0; i < _feedback?.Count; i++)
        {
            if (value.SequenceEqual(_feedback[i]))
            {
                return;
            }
        }

        if (_feedback is null || _feedback.Count < MostFeedback)
        {
            Add(ref _feedback, value.ToString());
        }
    }

    private static bool TryReadPort(ReadOnlySpan<char> text, out int port)
    {
        var slash = text.IndexOf('/');
        return int.TryParse(slash < 0 ? text : text[..slash], NumberStyles.None, CultureInfo.InvariantCulture, out port)
            && port <= ushort.MaxValue;
    }

    /// <summary>The address of a c= line, without what stands behind a slash; null when there is none.</summary>
    private static string? AddressOf(ReadOnlySpan<char> line)
    {
        Span<Range> parts = stackalloc Range[4];
        if (line.Split(parts, ' ') < 3)
        {
            return null;
        }

        var address = line[parts[2]];
        var slash = address.IndexOf('/');
        return (slash < 0 ? address : address[..slash]).ToString();
    }

    private static string KindOf(ReadOnlySpan<char> text) => text switch
    {
        "audio" => "audio",
        "video" => "video",
        _ => text.ToString(),
    };

    private static string ProtocolOf(ReadOnlySpan<char> text) => text switch
    {
        "RTP/AVP" => "RTP/AVP",
        "UDP/TLS/RTP/SAVPF" => "UDP/TLS/RTP/SAVPF",
        _ => text.ToString(),
    };

    private static ImmutableArray<string> All(List<string>? list) => list is null ? [] : [.. list];

    /// <summary>Gives how many there are now.</summary>
    private static int Add<T>(ref List<T>? list, T item)
    {
        (list ??= []).Add(item);
        return list.Count;
    }
}
