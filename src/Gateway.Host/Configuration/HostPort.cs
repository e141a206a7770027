using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;

namespace Gateway.Host.Configuration;

/// <summary>A host and a port, as in <c>127.0.0.1:5347</c>, <c>[::1]:5347</c>, <c>xmpp.example.org:5347</c>.</summary>
/// <param name="Host">Name or literal address, without brackets.</param>
/// <param name="Port">0 to 65535.</param>
public sealed record HostPort(string Host, int Port)
{
    /// <summary>The literal address, or null when the host is a name other than localhost.</summary>
    public IPAddress? Address => Host == "localhost" ? IPAddress.Loopback
        : IPAddress.TryParse(Host, out var address) ? address
        : null;

    /// <summary>The port is required.</summary>
    public static bool TryParse(string text, [MaybeNullWhen(false)] out HostPort value) => TryParse(text, null, out value);

    /// <summary>Takes <paramref name="defaultPort"/>, if there is one, where no port is written.</summary>
    public static bool TryParse(string text, int? defaultPort, [MaybeNullWhen(false)] out HostPort value)
    {
        value = null;
        var (host, port) = Split(text);
        if (port is null && defaultPort is null)
        {
            return false;
        }

        ushort number = 0;
        if (port is not null && !ushort.TryParse(port, NumberStyles.None, CultureInfo.InvariantCulture, out number))
        {
            return false;
        }

        if (!IsHost(host))
        {
            return false;
        }

        value = new HostPort(host, port is null ? defaultPort!.Value : number);
        return true;
    }

    /// <summary>Whether this is a host name or a literal address (IPv6 without brackets).</summary>
    public static bool IsHost(string text) =>
        Uri.CheckHostName(text) is UriHostNameType.Dns or UriHostNameType.IPv4 or UriHostNameType.IPv6
        && !text.StartsWith('[') && !text.EndsWith('.');

    /// <inheritdoc />
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture, $"{(Host.Contains(':', StringComparison.Ordinal) ? $"[{Host}]" : Host)}:{Port}");

    private static (string Host, string? Port) Split(string text)
    {
        if (text.StartsWith('['))
        {
            var end = text.IndexOf(']', StringComparison.Ordinal);
            return end < 0 ? ("", null)
                : end == text.Length - 1 ? (text[1..end], null)
                : text[end + 1] == ':' ? (text[1..end], text[(end + 2)..])
                : ("", null);
        }

        var colon = text.LastIndexOf(':');
        return colon < 0 ? (text, null)
            : text.IndexOf(':', StringComparison.Ordinal) == colon ? (text[..colon], text[(colon + 1)..])
            : ("", null); // an IPv6 address needs brackets
    }
}
