using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Gateway.Xmpp.Addresses;

/// <summary>Domainpart: a host name in Unicode, an IPv4 address, or an IPv6 address in brackets (RFC 7622 section 3.2).</summary>
internal static class DomainPart
{
    private const int MaxLabelOctets = 63;

    /// <summary>The underscore is no host name character, but container networks name hosts with it and servers take it.</summary>
    private static readonly SearchValues<char> Plain = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789-_.");

    private static readonly IdnMapping Idna = new() { AllowUnassigned = false, UseStd3AsciiRules = true };

    public static bool TryPrepare(string text, [NotNullWhen(true)] out string? prepared, [NotNullWhen(false)] out string? fault)
    {
        prepared = null;
        fault = "the domain is not a host name, an IPv4 address or an IPv6 address in brackets (RFC 7622 section 3.2)";
        if (text.Length is 0 or > Jid.MaxPartOctets)
        {
            fault = text.Length == 0 ? "the domain is empty" : $"the domain is longer than {Jid.MaxPartOctets} octets";
            return false;
        }

        prepared = text[0] == '['
            ? PrepareAddress(text)
            : PrepareName(text.EndsWith('.') ? text[..^1] : text); // section 3.2: a final dot is stripped before comparison
        if (prepared is null)
        {
            return false;
        }

        fault = null;
        return true;
    }

    private static string? PrepareAddress(string text) =>
        text[^1] == ']'
        && !text.Contains('%', StringComparison.Ordinal) // a zone names an interface of one host only
        && IPAddress.TryParse(text.AsSpan(1, text.Length - 2), out var address)
        && address.AddressFamily == AddressFamily.InterNetworkV6
            ? $"[{address}]"
            : null;

    private static string? PrepareName(string text)
    {
        if (Ascii.IsValid(text) && !text.Contains("xn--", StringComparison.OrdinalIgnoreCase))
        {
            var lower = text.AsSpan().ContainsAnyInRange('A', 'Z') ? text.ToLowerInvariant() : text;
            return !lower.AsSpan().ContainsAnyExcept(Plain) && LabelsAreValid(lower) ? lower : null;
        }

        try
        {
            var ascii = Idna.GetAscii(text.Normalize(NormalizationForm.FormKC).ToLowerInvariant());
            if (!LabelsAreValid(ascii))
            {
                return null;
            }

            // What does not come back as it went has no single spelling, and so no single owner.
            var unicode = Idna.GetUnicode(ascii).Normalize(NormalizationForm.FormC);
            return Idna.GetAscii(unicode).Equals(ascii, StringComparison.OrdinalIgnoreCase) && Jid.FitsPart(unicode) ? unicode : null;
        }
        catch (ArgumentException)
        {
            return null; // IdnMapping and Normalize have no Try form
        }
    }

    private static bool LabelsAreValid(string ascii)
    {
        foreach (var range in ascii.AsSpan().Split('.'))
        {
            var label = ascii.AsSpan()[range];
            if (label.Length is 0 or > MaxLabelOctets || label[0] == '-' || label[^1] == '-')
            {
                return false;
            }
        }

        return true;
    }
}
