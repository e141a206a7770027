using System.Collections.Immutable;
using System.Globalization;
using System.Text;

namespace Gateway.Sip.Sdp;

/// <summary>Writes descriptions in the order of RFC 8866 section 5. No value can begin a line of its own.</summary>
internal static class SdpWriter
{
    /// <summary>A browser's description with audio and video. Larger ones are written all the same.</summary>
    private const int UsualLength = 8 * 1024;

    [ThreadStatic]
    private static StringBuilder? _text;

    internal static string ToText(SdpSession session)
    {
        var text = Empty();
        Write(text, session);
        return text.ToString();
    }

    internal static string ToText(SdpMedia media)
    {
        var text = Empty();
        Write(text, media);
        return text.ToString();
    }

    /// <summary>The thread's own buffer: a call writes a dozen descriptions, each of which would else need several.</summary>
    private static StringBuilder Empty()
    {
        if (_text is not { Capacity: <= UsualLength } text)
        {
            text = _text = new StringBuilder(UsualLength, int.MaxValue);
        }

        return text.Clear();
    }

    internal static void Write(StringBuilder text, SdpSession session)
    {
        var origin = session.Origin;
        Line(text, 'v', "0");
        Begin(text, 'o', origin.Username);
        Value(text.Append(' '), origin.SessionId);
        Value(text.Append(' ').Append(CultureInfo.InvariantCulture, $"{origin.Version} "), origin.NetType);
        Value(text.Append(' '), origin.AddrType);
        Value(text.Append(' '), origin.Address);
        End(text);
        Line(text, 's', session.SessionName);
        Lines(text, session.Information);
        Connection(text, session.Connection);
        Bandwidths(text, session.Bandwidths);
        Lines(text, session.Timing);
        Lines(text, session.OtherLines);
        Attributes(text, session.Attributes);
        foreach (var media in session.Media)
        {
            Write(text, media);
        }
    }

    internal static void Write(StringBuilder text, SdpMedia media)
    {
        MediaLine(text, media);
        if (media.Title is not null)
        {
            Line(text, 'i', media.Title);
        }

        Connection(text, media.Connection);
        Bandwidths(text, media.Bandwidths);
        Lines(text, media.OtherLines);
        Attributes(text, media.Attributes);
    }

    private static void MediaLine(StringBuilder text, SdpMedia media)
    {
        Begin(text, 'm', media.Media);
        text.Append(CultureInfo.InvariantCulture, $" {media.Port}");
        if (media.PortCount is { } count)
        {
            text.Append(CultureInfo.InvariantCulture, $"/{count}");
        }

        Value(text.Append(' '), media.Protocol);
        foreach (var format in media.Formats)
        {
            Value(text.Append(' '), format);
        }

        End(text);
    }

    private static void Connection(StringBuilder text, SdpConnection? connection)
    {
        if (connection is not null)
        {
            Begin(text, 'c', connection.NetType);
            Value(text.Append(' '), connection.AddrType);
            Value(text.Append(' '), connection.Address);
            End(text);
        }
    }

    private static void Bandwidths(StringBuilder text, ImmutableArray<SdpBandwidth> bandwidths)
    {
        foreach (var bandwidth in bandwidths)
        {
            Line(text, 'b', string.Create(CultureInfo.InvariantCulture, $"{bandwidth.Type}:{bandwidth.Value}"));
        }
    }

    private static void Attributes(StringBuilder text, ImmutableArray<SdpAttribute> attributes)
    {
        foreach (var attribute in attributes)
        {
            Begin(text, 'a', attribute.Name);
            if (attribute.Value is not null)
            {
                Value(text.Append(':'), attribute.Value);
            }

            End(text);
        }
    }

    private static void Lines(StringBuilder text, ImmutableArray<SdpLine> lines)
    {
        foreach (var line in lines)
        {
            Line(text, line.Type, line.Value);
        }
    }

    private static void Line(StringBuilder text, char type, string value)
    {
        Begin(text, type, value);
        End(text);
    }

    private static void Begin(StringBuilder text, char type, string value) => Value(text.Append(type).Append('='), value);

    private static void Value(StringBuilder text, string value)
    {
        if (value.AsSpan().ContainsAny('\r', '\n', '\0'))
        {
            value = string.Concat(value.Where(c => c is not ('\r' or '\n' or '\0')));
        }

        text.Append(value);
    }

    private static void End(StringBuilder text) => text.Append("\r\n");
}
