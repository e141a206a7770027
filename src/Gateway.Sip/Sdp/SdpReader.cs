using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Gateway.Sip.Messages;

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

        if (type == 'm')
        {
            if (_media.Count == SdpLimits.Media || !SdpSectionReader.TryBegin(line, out var media))
            {
                return "too many m= lines, or a malformed one";
            }

            _media.Add(media);
            return null;
        }

        if (type == 'o')
        {
            return _origin is null && TryOrigin(line, out _origin) ? null : "the o= line is malformed or repeated";
        }

        var value = TextCache.Get(line);

        if (_media.Count > 0)
        {
            return _media[^1].Read(type, value);
        }

        switch (type)
        {
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
        Information = _information.DrainToImmutable(),
        Connection = _session.Connection,
        Bandwidths = _session.Bandwidths.DrainToImmutable(),
        Timing = _timing.Count == 0 ? [new('t', "0 0")] : _timing.DrainToImmutable(),
        OtherLines = _session.Others.DrainToImmutable(),
        Attributes = _session.Attributes.DrainToImmutable(),
        Media = [.. _media.Select(m => m.Media())],
    };

    private static bool TryOrigin(ReadOnlySpan<char> line, [NotNullWhen(true)] out SdpOrigin? origin)
    {
        const int Parts = 6;
        origin = null;
        Span<Range> parts = stackalloc Range[Parts + 1];
        if (line.Split(parts, ' ') != Parts)
        {
            return false;
        }

        foreach (var part in parts[..Parts])
        {
            if (line[part].IsEmpty)
            {
                return false;
            }
        }

        var id = line[parts[1]];
        if (id.ContainsAnyExceptInRange('0', '9')
            || !ulong.TryParse(line[parts[2]], NumberStyles.None, CultureInfo.InvariantCulture, out var version))
        {
            return false;
        }

        origin = new SdpOrigin(
            TextCache.Get(line[parts[0]]), id.ToString(), version, TextCache.Get(line[parts[3]]), TextCache.Get(line[parts[4]]),
            TextCache.Get(line[parts[5]]));
        return true;
    }
}
