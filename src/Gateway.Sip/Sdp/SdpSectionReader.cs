using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Runtime.InteropServices;
using Gateway.Sip.Messages;

namespace Gateway.Sip.Sdp;

/// <summary>The lines that session and media have in common, and the m= line.</summary>
internal sealed class SdpSectionReader
{
    private static readonly FrozenSet<string> Frequent = FrozenSet.Create(
        StringComparer.Ordinal,
        "rtpmap", "fmtp", "ptime", "maxptime", "sendrecv", "sendonly", "recvonly", "inactive", "rtcp", "rtcp-mux", "rtcp-fb", "extmap",
        "mid", "group", "msid", "ssrc", "candidate", "end-of-candidates", "ice-ufrag", "ice-pwd", "ice-options", "fingerprint", "setup", "crypto");

    private static readonly SdpAttribute SendRecv = new("sendrecv"), RtcpMux = new("rtcp-mux");

    /// <summary>Media type, port and protocol stand before the formats.</summary>
    private const int Fixed = 3;

    private SdpMedia? _begun;
    private string? _title;

    internal SdpConnection? Connection { get; private set; }

    internal ImmutableArray<SdpBandwidth>.Builder Bandwidths { get; } = ImmutableArray.CreateBuilder<SdpBandwidth>(0);

    internal ImmutableArray<SdpLine>.Builder Others { get; } = ImmutableArray.CreateBuilder<SdpLine>(0);

    internal ImmutableArray<SdpAttribute>.Builder Attributes { get; private init; } = ImmutableArray.CreateBuilder<SdpAttribute>(0);

    internal static bool TryBegin(ReadOnlySpan<char> line, [NotNullWhen(true)] out SdpSectionReader? section)
    {
        section = null;
        Span<Range> parts = stackalloc Range[Fixed + SdpLimits.Formats + 1];
        var found = line.Split(parts, ' ', StringSplitOptions.RemoveEmptyEntries);

        // The grammar wants a format even for a refused stream; some phones leave it out.
        if (found is < Fixed or > Fixed + SdpLimits.Formats || !TryPort(line[parts[1]], out var port, out var count))
        {
            return false;
        }

        var formats = new string[found - Fixed];
        for (var i = 0; i < formats.Length; i++)
        {
            formats[i] = TextCache.Get(line[parts[Fixed + i]]);
        }

        section = new SdpSectionReader
        {
            Attributes = ImmutableArray.CreateBuilder<SdpAttribute>(16),
            _begun = new SdpMedia
            {
                Media = TextCache.Get(line[parts[0]]),
                Port = port,
                PortCount = count,
                Protocol = TextCache.Get(line[parts[2]]),
                Formats = ImmutableCollectionsMarshal.AsImmutableArray(formats),
            },
        };
        return true;
    }

    internal string? Read(char type, string value)
    {
        switch (type)
        {
            case 'b':
                return AddBandwidth(value);
            case 'c' when Connection is null:
                Connection = ReadConnection(value);
                return Connection is null ? "a c= line is malformed" : null;
            case 'i' when _begun is not null && _title is null:
                _title = value;
                return null;
            default:
                Others.Add(new(type, value));
                return null;
        }
    }

    internal string? ReadAttribute(ReadOnlySpan<char> line)
    {
        if (Attributes.Count == SdpLimits.Attributes)
        {
            return "too many a= lines";
        }

        var colon = line.IndexOf(':');
        var name = colon < 0 ? line : line[..colon];
        if (name.IsEmpty)
        {
            return "an a= line has no name";
        }

        // Trailing blanks after sendrecv and its like are met, and would hide a hold.
        Attributes.Add(colon < 0 ? PropertyOf(name.TrimEnd()) : new(NameOf(name), ValueOf(name, line[(colon + 1)..])));
        return null;
    }

    /// <summary>Formats are described in the same words by all that know them; other values are as different as calls are.</summary>
    private static string ValueOf(ReadOnlySpan<char> name, ReadOnlySpan<char> value) =>
        name is "rtpmap" or "fmtp" ? TextCache.Get(value) : value.ToString();

    private static SdpAttribute PropertyOf(ReadOnlySpan<char> name) => name switch
    {
        "sendrecv" => SendRecv,
        "rtcp-mux" => RtcpMux,
        _ => new(NameOf(name)),
    };

    internal SdpMedia Media() => _begun! with
    {
        Title = _title,
        Connection = Connection,
        Bandwidths = Bandwidths.DrainToImmutable(),
        OtherLines = Others.DrainToImmutable(),
        Attributes = Attributes.DrainToImmutable(),
    };


    private string? AddBandwidth(string value)
    {
        var colon = value.IndexOf(':', StringComparison.Ordinal);
        if (colon <= 0
            || !ulong.TryParse(value.AsSpan(colon + 1).Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var number))
        {
            return "a b= line is malformed";
        }

        Bandwidths.Add(new(value[..colon], number));
        return null;
    }

    /// <summary>Names met in every description are not made anew.</summary>
    private static string NameOf(ReadOnlySpan<char> name) =>
        Frequent.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(name, out var known) ? known : name.ToString();

    private static SdpConnection? ReadConnection(string value) =>
        value.Split(' ', StringSplitOptions.RemoveEmptyEntries) is [var net, var family, var address]
            ? new(net, family, address)
            : null;

    private static bool TryPort(ReadOnlySpan<char> text, out int port, out int? count)
    {
        count = null;
        var slash = text.IndexOf('/');
        if (slash >= 0)
        {
            if (!int.TryParse(text[(slash + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out var ports) || ports < 1)
            {
                port = 0;
                return false;
            }

            count = ports;
            text = text[..slash];
        }

        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out port) && port <= 65535;
    }
}
