using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Gateway.Sip.Messages;

namespace Gateway.Mapping.Addresses;

/// <summary>The <c>hostport</c> of RFC 3261 section 25.1, read from text: a name, a literal, perhaps a port.</summary>
internal static class HostPart
{
    private const int MaxName = 253; // RFC 1035 section 2.3.4

    private static readonly IdnMapping Idn = new() { AllowUnassigned = false, UseStd3AsciiRules = false };

    /// <summary>Reads <c>host[:port]</c>. The host comes back in lower case, international names as A-labels.</summary>
    public static bool TryRead(string text, [NotNullWhen(true)] out string? host, out int? port)
    {
        port = null;
        host = null;
        var portAt = text.LastIndexOf(':');
        if (portAt > text.LastIndexOf(']'))
        {
            if (!TryReadPort(text.AsSpan(portAt + 1), out var number))
            {
                return false;
            }

            port = number;
            text = text[..portAt];
        }

        if (IsIPv6Reference(text) || IsIPv4(text))
        {
            host = text.ToLowerInvariant();
            return true;
        }

        return TryReadName(text, out host);
    }

    /// <summary>A host that an operator wrote, in the form that URIs have it; an IPv6 address may come without brackets, and
    /// what only the operator's own network takes for a name is taken too.</summary>
    public static string? OfConfigured(string text) =>
        TryRead(text, out var host, out var port) && port is null ? host
        : SipUri.TryCreate(null, text, null, "sip", out var uri) ? uri.Host
        : null;

    /// <summary>Writes <c>host[:port]</c>.</summary>
    public static string Write(string host, int? port) =>
        port is { } number ? string.Create(CultureInfo.InvariantCulture, $"{host}:{number}") : host;

    /// <summary>The address in a literal host, if it is one.</summary>
    public static bool TryReadLiteral(string host, [NotNullWhen(true)] out IPAddress? address)
    {
        address = null;
        return (IsIPv6Reference(host) || IsIPv4(host)) && IPAddress.TryParse(host.Trim('[', ']'), out address);
    }

    // One spelling for one port: leading zeros would give one SIP address two JIDs.
    private static bool TryReadPort(ReadOnlySpan<char> text, out int port) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out port)
        && port is > 0 and <= ushort.MaxValue && text[0] != '0';

    private static bool IsIPv6Reference(string text) =>
        text is ['[', .. var inner, ']'] && !inner.Contains('%', StringComparison.Ordinal)
        && !inner.Contains('[', StringComparison.Ordinal)
        && IPAddress.TryParse(inner, out var address) && address.AddressFamily == AddressFamily.InterNetworkV6;

    // IPAddress also reads "1" and "0x7f.1"; a SIP host literal has four decimal parts.
    private static bool IsIPv4(string text) =>
        text.Split('.') is { Length: 4 } parts
        && Array.TrueForAll(parts, part => part.Length is > 0 and <= 3 && part.All(char.IsAsciiDigit)
            && int.Parse(part, CultureInfo.InvariantCulture) <= 255 && (part.Length == 1 || part[0] != '0'));

    private static bool TryReadName(string text, [NotNullWhen(true)] out string? name)
    {
        name = null;
        if (text.Length is 0 or > MaxName || !TryToAscii(text, out var ascii))
        {
            return false;
        }

        var labels = ascii.Split('.');
        if (ascii.Length > MaxName || !Array.TrueForAll(labels, IsLabel) || !char.IsAsciiLetter(labels[^1][0]))
        {
            return false; // the top label begins with a letter, so that no name looks like an address
        }

        name = ascii;
        return true;
    }

    private static bool IsLabel(string label) =>
        label.Length is > 0 and <= 63 && label[0] != '-' && label[^1] != '-'
        && label.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_'); // RFC 3261 knows no underscore, private networks do

    private static bool TryToAscii(string text, [NotNullWhen(true)] out string? ascii)
    {
        ascii = text.ToLowerInvariant();
        if (System.Text.Ascii.IsValid(ascii))
        {
            return true;
        }

        try
        {
            ascii = Idn.GetAscii(ascii);
            return true;
        }
        catch (ArgumentException)
        {
            ascii = null; // the framework has no other way to say that a name is not valid
            return false;
        }
    }
}
