using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Gateway.Sip.Sdp;

/// <summary>Reads descriptions (RFC 8866 section 9), liberal in the order of lines, strict in their form.</summary>
internal sealed class SdpReader
{
    private readonly SdpSectionReader _session = new();
    private readonly List<SdpSectionReader> _media = [];
    private readonly ImmutableArray<SdpLine>.Builder _timing = ImmutableArray.CreateBuilder<SdpLine>(1);
    private readonly ImmutableArray<SdpLine>.Builder _information = ImmutableArray.CreateBuilder<SdpLine>(0);
    private SdpOrigin? _origin;
    private string? _name;

    internal static bool TryRead(string text, [NotNullWhen(true)] out SdpSession? session, [NotNullWhen(false)] out string? fault)
    {
        session = null;
        if (text.Length > SdpLimits.Text)
        {
            fault = "the description is too long";
            return false;
        }

        var reader = new SdpReader();
        fault = reader.ReadLines(text);
        if (fault is null)
        {
            session = reader.Session();
            fault = session is null ? "the o= line is missing" : null;
        }

        return session is not null;
    }

    private string? ReadLines(string text)
    {
        var number = 0;
        foreach (var range in text.AsSpan().Split('\n'))
        {
            var line = text.AsSpan()[range];
            line = line is [.. var content, '\r'] ? content : line;
            if (line.IsEmpty)
            {
                continue;
            }

            if (++number > SdpLimits.Lines || line.Length > SdpLimits.Line)
            {
                return "the description has too many lines or one that is too long";
            }

            if (line.Length < 2 || line[1] != '=' || !char.IsAsciiLetter(line[0]) || line.ContainsAny('\r', '\0'))
            {
                return "a line is not of the form letter=value";
            }

            if (number == 1)
            {
                if (!line.SequenceEqual("v=0"))
                {
                    return "the first line is not v=0";
                }

                continue;
            }

            if (ReadLine(line[0], line[2..]) is { } fault)
            {
                return fault;
            }
        }

        return number == 0 ? "the description is empty" : null;
    }

    private string? ReadLine(char type, ReadOnlySpan<char> line)
    {
        if (type == 'a')
        {
            return (_media.Count > 0 ? _media[^1] : _session).ReadAttribute(line);
        }

        var value = line.ToString();
        if (type == 'm')
        {
            if (_media.Count == SdpLimits.Media || !SdpSectionReader.TryBegin(value, out var media))
            {
                return "too many m= lines, or a malformed one";
            }

            _media.Add(media);
            return null;
        }

        if (_media.Count > 0)
        {
            return _media[^1].Read(type, value);
        }

        switch (type)
        {
            case 'o':
                return _origin is null && TryOrigin(value, out _origin) ? null : "the o= line is malformed or repeated";
            case 's':
                _name ??= value;
                return null;
            case 'i' or 'u' or 'e' or 'p':
                _information.Add(new(type, value));
                return null;
            case 't' or 'r' or 'z':
                _timing.Add(new(type, value));
                return null;
            default:
                return _session.Read(type, value);
        }
    }

    private SdpSession? Session() => _origin is null ? null : new SdpSession
    {
        Origin = _origin,
        SessionName = _name ?? "-",
        Information = _information.ToImmutable(),
        Connection = _session.Connection,
        Bandwidths = _session.Bandwidths.ToImmutable(),
        Timing = _timing.Count == 0 ? [new('t', "0 0")] : _timing.ToImmutable(),
        OtherLines = _session.Others.ToImmutable(),
        Attributes = _session.Attributes.ToImmutable(),
        Media = [.. _media.Select(m => m.Media())],
    };

    private static bool TryOrigin(string value, [NotNullWhen(true)] out SdpOrigin? origin)
    {
        var parts = value.Split(' ');
        origin = parts is [{ Length: > 0 }, { Length: > 0 }, var version, { Length: > 0 }, { Length: > 0 }, { Length: > 0 }]
            && ulong.TryParse(version, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            && !parts[1].AsSpan().ContainsAnyExceptInRange('0', '9')
            ? new SdpOrigin(parts[0], parts[1], number, parts[3], parts[4], parts[5])
            : null;
        return origin is not null;
    }
}
