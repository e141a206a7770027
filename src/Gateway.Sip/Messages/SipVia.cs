using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Gateway.Sip.Messages;

/// <summary>One value of Via (RFC 3261 section 20.42).</summary>
/// <param name="Transport">UDP, TCP, TLS, WS, WSS … in upper case.</param>
/// <param name="SentByHost">Host of sent-by, in lower case.</param>
/// <param name="SentByPort">Port of sent-by, or null.</param>
public sealed record SipVia(string Transport, string SentByHost, int? SentByPort)
{
    /// <summary>RFC 3261 section 8.1.1.7: how the branch of a transaction begins.</summary>
    public const string MagicCookie = "z9hG4bK";

    /// <summary>Protocol name and version.</summary>
    public string Protocol { get; init; } = "SIP/2.0";

    /// <summary>Parameters in order, values in wire form.</summary>
    public ImmutableArray<KeyValuePair<string, string?>> Parameters { get; init; } = [];

    /// <summary>The branch, null when absent (RFC 2543 peers).</summary>
    public string? Branch => Parameter("branch");

    /// <summary>Whether the branch identifies a transaction alone (RFC 3261 section 17.2.3): cookie and something after it.</summary>
    public bool HasUniqueBranch => Branch is { Length: > 7 } branch && branch.StartsWith(MagicCookie, StringComparison.Ordinal);

    /// <summary>Source address as the receiver saw it (RFC 3261 section 18.2.1), without brackets.</summary>
    public string? Received => Parameter("received")?.Trim('[', ']');

    /// <summary>Whether rport is there, with or without a value (RFC 3581).</summary>
    public bool HasRPort => SipParameters.TryGet(Parameters, "rport", out _);

    /// <summary>The value of rport.</summary>
    public int? RPort => int.TryParse(Parameter("rport"), NumberStyles.None, CultureInfo.InvariantCulture, out var port)
        && port is > 0 and <= 65535 ? port : null;

    /// <summary>Where responses go instead of sent-by (RFC 3261 section 18.2.2).</summary>
    public string? MAddr => Parameter("maddr");

    /// <summary>The text of a parameter; null when absent or without a value.</summary>
    public string? Parameter(string name) =>
        SipParameters.TryGet(Parameters, name, out var value) ? SipParameters.Text(value) : null;

    /// <summary>A copy with the parameter set; the value is text and is quoted where needed.</summary>
    public SipVia WithParameter(string name, string? value) =>
        this with { Parameters = SipParameters.With(Parameters, name, SipParameters.Wire(value)) };

    /// <summary>
    /// A copy that remembers where the request came from: received when the address differs from sent-by or rport is
    /// there, and the value of rport (RFC 3581 section 4, U-33).
    /// </summary>
    public SipVia WithSource(IPEndPoint source)
    {
        ArgumentNullException.ThrowIfNull(source);
        var address = source.Address.IsIPv4MappedToIPv6 ? source.Address.MapToIPv4() : source.Address;
        var plain = new IPAddress(address.GetAddressBytes()); // the scope of a link-local address stays here
        var same = IPAddress.TryParse(SentByHost.AsSpan().Trim("[]"), out var sentBy) && sentBy.Equals(plain);

        // What the sender wrote there itself is not believed: it would aim the response at somebody else.
        var via = this with
        {
            Parameters = HasRPort || !same
                ? SipParameters.With(Parameters, "received", plain.ToString())
                : SipParameters.Without(Parameters, "received"),
        };
        return HasRPort ? via.WithParameter("rport", source.Port.ToString(CultureInfo.InvariantCulture)) : via;
    }

    /// <summary>Our own Via of a request: with rport (RFC 3581) and this branch.</summary>
    public static SipVia Create(string transport, string host, int? port, string branch)
    {
        ArgumentNullException.ThrowIfNull(transport);
        ArgumentNullException.ThrowIfNull(host);
        var reference = host.Contains(':', StringComparison.Ordinal) && host[0] != '[' ? $"[{host}]" : host;
        return new SipVia(transport.ToUpperInvariant(), reference, port) { Parameters = [new("rport", null), new("branch", branch)] };
    }

    /// <summary>Reads one value.</summary>
    public static bool TryParse(ReadOnlySpan<byte> text, [NotNullWhen(true)] out SipVia? via) =>
        TryParse(text, isLenient: false, out via);

    /// <summary>Reads one value; malformed parameters are left out where only an address for a refusal is sought.</summary>
    internal static bool TryParse(ReadOnlySpan<byte> text, bool isLenient, [NotNullWhen(true)] out SipVia? via)
    {
        via = null;
        text = SipSyntax.Trim(text);
        if (!TryTakeToken(ref text, (byte)'/', out var name) || !TryTakeToken(ref text, (byte)'/', out var version))
        {
            return false;
        }

        var blank = text.IndexOfAny((byte)' ', (byte)'\t');
        if (blank <= 0 || !SipSyntax.IsToken(text[..blank]))
        {
            return false;
        }

        var transport = text[..blank];
        text = text[blank..];
        var semicolon = text.IndexOf((byte)';');
        var sentBy = SipSyntax.Trim(semicolon < 0 ? text : text[..semicolon]);
        if (!SipUriParser.TrySplitHostPort(sentBy, out var host, out var port)
            || (!SipParameters.TryParseHeader(semicolon < 0 ? default : text[semicolon..], out var parameters) && !isLenient))
        {
            return false;
        }

        via = new SipVia(UpperTransport(transport), host, port)
        {
            Protocol = Ascii.EqualsIgnoreCase(name, "SIP"u8) && version.SequenceEqual("2.0"u8)
                ? "SIP/2.0"
                : $"{TextCache.Get(name)}/{TextCache.Get(version)}",
            Parameters = parameters,
        };
        return true;
    }

    private static bool TryTakeToken(ref ReadOnlySpan<byte> text, byte end, out ReadOnlySpan<byte> token)
    {
        var at = text.IndexOf(end);
        token = at < 0 ? default : SipSyntax.Trim(text[..at]);
        text = at < 0 ? default : SipSyntax.TrimStart(text[(at + 1)..]);
        return SipSyntax.IsToken(token);
    }

    private static string UpperTransport(ReadOnlySpan<byte> transport) => transport switch
    {
        [(byte)'U', (byte)'D', (byte)'P'] => "UDP",
        [(byte)'T', (byte)'C', (byte)'P'] => "TCP",
        [(byte)'T', (byte)'L', (byte)'S'] => "TLS",
        _ => TextCache.Get(transport).ToUpperInvariant(),
    };

    /// <summary>The wire form.</summary>
    public override string ToString()
    {
        var text = new StringBuilder(96).Append(Protocol).Append('/').Append(Transport).Append(' ').Append(SentByHost);
        if (SentByPort is { } port)
        {
            text.Append(CultureInfo.InvariantCulture, $":{port}");
        }

        SipParameters.Append(text, Parameters);
        return text.ToString();
    }

    /// <summary>Whether all parts are the same.</summary>
    public bool Equals(SipVia? other) => other is not null && Protocol == other.Protocol && Transport == other.Transport
        && SentByHost == other.SentByHost && SentByPort == other.SentByPort
        && SipParameters.SequenceEqual(Parameters, other.Parameters);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Transport, SentByHost, SentByPort, Branch);
}
