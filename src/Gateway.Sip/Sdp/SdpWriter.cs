using System.Collections.Immutable;
using System.Globalization;
using System.Text;

namespace Gateway.Sip.Sdp;

/// <summary>Writes descriptions in the order of RFC 8866 section 5. No value can begin a line of its own.</summary>
internal static class SdpWriter
{
    internal static void Write(StringBuilder text, SdpSession session)
    {
        var origin = session.Origin;
        Line(text, 'v', "0");
        Line(text, 'o', string.Create(
            CultureInfo.InvariantCulture,
            $"{origin.Username} {origin.SessionId} {origin.Version} {origin.NetType} {origin.AddrType} {origin.Address}"));
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
        Line(text, 'm', media.MediaLine);
        if (media.Title is not null)
        {
            Line(text, 'i', media.Title);
        }

        Connection(text, media.Connection);
        Bandwidths(text, media.Bandwidths);
        Lines(text, media.OtherLines);
        Attributes(text, media.Attributes);
    }

    private static void Connection(StringBuilder text, SdpConnection? connection)
    {
        if (connection is not null)
        {
            Line(text, 'c', $"{connection.NetType} {connection.AddrType} {connection.Address}");
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
            Line(text, 'a', attribute.Value is null ? attribute.Name : $"{attribute.Name}:{attribute.Value}");
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
        text.Append(type).Append('=');
        if (value.AsSpan().ContainsAny('\r', '\n', '\0'))
        {
            value = string.Concat(value.Where(c => c is not ('\r' or '\n' or '\0')));
        }

        text.Append(value).Append("\r\n");
    }
}
