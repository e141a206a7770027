using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;

namespace Gateway.Media.Rtpengine;

/// <summary>Where an engine listens for the ng protocol, as configuration writes it: <c>udp:host:port</c>.</summary>
public sealed record EngineAddress(string Host, int Port)
{
    private const string Scheme = "udp:";

    /// <summary>Reads <c>udp:192.0.2.1:2223</c>, <c>udp:[2001:db8::1]:2223</c> or <c>udp:media.example.org:2223</c>.</summary>
    public static bool TryParse(string? text, [NotNullWhen(true)] out EngineAddress? address)
    {
        address = null;
        if (text is null || !text.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase))
        {
            return false;
        }

        var rest = text.AsSpan(Scheme.Length);
        var colon = rest.LastIndexOf(':');
        if (colon <= 0
            || !int.TryParse(rest[(colon + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out var port)
            || port is < 1 or > IPEndPoint.MaxPort)
        {
            return false;
        }

        var host = rest[..colon].ToString();
        var bare = host is ['[', .. var inner, ']'] ? inner : host;
        if (Uri.CheckHostName(bare) == UriHostNameType.Unknown || (bare.Contains(':', StringComparison.Ordinal) && bare == host))
        {
            return false;
        }

        address = new EngineAddress(bare, port);
        return true;
    }

    /// <summary>As configuration writes it.</summary>
    public override string ToString() =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"{Scheme}{(Host.Contains(':', StringComparison.Ordinal) ? $"[{Host}]" : Host)}:{Port}");
}
