using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;
using System.Text;

namespace Gateway.Sip.Messages;

/// <summary>
/// A SIP, SIPS or tel URI (RFC 3261 section 19.1, RFC 3966), or any other scheme kept as text. Immutable; equality is
/// textual, <see cref="SipUriComparer"/> compares as RFC 3261 section 19.1.4 says.
/// </summary>
public sealed record SipUri
{
    private readonly string? _user;
    private readonly Rarity? _rarity;
    private readonly ushort _port;
    private string? _text;

    internal SipUri(string scheme, string? wireUser = null)
    {
        Scheme = scheme;
        _user = wireUser;
    }

    /// <summary>For <c>with</c>: the copy is going to be another address, which is written anew.</summary>
    private SipUri(SipUri other)
    {
        (Scheme, _user, RawUser, IsUserText) = (other.Scheme, other._user, other.RawUser, other.IsUserText);
        (Host, _port, Parameters, _rarity) = (other.Host, other._port, other.Parameters, other._rarity);
    }

    /// <summary>Scheme in lower case: <c>sip</c>, <c>sips</c>, <c>tel</c> or another.</summary>
    public string Scheme { get; init; }

    /// <summary>Whether the scheme is sip or sips.</summary>
    public bool IsSip => Scheme is "sip" or "sips";

    /// <summary>
    /// The user part as text, percent-decoded; the number of a tel URI. Setting it escapes. Check
    /// <see cref="IsUserText"/> before carrying it into another protocol (MAPPING A-3).
    /// </summary>
    public string? User
    {
        get => _user;
        init
        {
            _user = value;
            RawUser = value is null ? null : Scheme == "tel" ? SipSyntax.WithoutControls(value) : SipEscaping.User(value);
            IsUserText = value is null || !SipSyntax.HasControls(value);
        }
    }

    /// <summary>The user part as on the wire, percent-escapes and all.</summary>
    public string? RawUser { get; private init; }

    /// <summary>False when the user part decodes to octets that are not UTF-8 or to control characters.</summary>
    public bool IsUserText { get; private init; } = true;

    /// <summary>Password of the userinfo, in wire form; deprecated by RFC 3261 section 19.1.1 and never mapped .</summary>
    public string? Password
    {
        get => _rarity?.Password;
        init => _rarity = value == Password ? _rarity : (_rarity ?? new Rarity()) with { Password = value };
    }

    /// <summary>Host name or IPv4 address in lower case, or IPv6 reference in brackets; empty for other schemes.</summary>
    public string Host { get; init; } = "";

    /// <summary>Port, or null when none is stated.</summary>
    public int? Port
    {
        get => _port == 0 ? null : _port;
        init => _port = value is null or (> 0 and <= 65535)
            ? (ushort)(value ?? 0)
            : throw new ArgumentOutOfRangeException(nameof(value), "A port is 1 to 65535.");
    }

    /// <summary>URI parameters in order, values in wire form; <see cref="Parameter"/> decodes.</summary>
    public ImmutableArray<KeyValuePair<string, string?>> Parameters { get; init; } = [];

    /// <summary>Headers part, after <c>?</c>, in wire form.</summary>
    public string? Headers
    {
        get => _rarity?.Headers;
        init => _rarity = value == Headers ? _rarity : (_rarity ?? new Rarity()) with { Headers = value };
    }

    /// <summary>What follows the colon of a scheme that is none of sip, sips, tel.</summary>
    public string? Opaque
    {
        get => _rarity?.Opaque;
        init => _rarity = value == Opaque ? _rarity : (_rarity ?? new Rarity()) with { Opaque = value };
    }

    internal static SipUri FromWire(
        string scheme, string? rawUser, string? user, bool isUserText, string? password, string host, int? port,
        ImmutableArray<KeyValuePair<string, string?>> parameters, string? headers) => new(scheme, user)
        {
            RawUser = rawUser,
            IsUserText = isUserText,
            Password = password,
            Host = host,
            Port = port,
            Parameters = parameters,
            Headers = headers,
        };

    /// <summary>Builds a URI of our own.</summary>
    /// <param name="user">Raw text; escaped on writing (RFC 7247 section 6.5).</param>
    /// <param name="host">Host name or address; an IPv6 address may come without brackets.</param>
    /// <param name="port">Port, or null.</param>
    /// <param name="scheme">sip or sips.</param>
    /// <exception cref="ArgumentException">The host or port is none.</exception>
    public static SipUri Create(string? user, string host, int? port = null, string scheme = "sip") =>
        TryCreate(user, host, port, scheme, out var uri)
            ? uri
            : throw new ArgumentException("No SIP URI can be made of this host, port and scheme.", nameof(host));

    /// <summary>As <see cref="Create"/>, for parts that came from a peer.</summary>
    public static bool TryCreate(string? user, string host, int? port, string scheme, [NotNullWhen(true)] out SipUri? uri)
    {
        ArgumentNullException.ThrowIfNull(host);
        var reference = host.Contains(':', StringComparison.Ordinal) && host[0] != '[' ? $"[{host}]" : host;
        uri = SipUriParser.IsHost(reference) && port is null or (> 0 and <= 65535) && scheme is "sip" or "sips" && user != ""
            ? new SipUri(scheme) { User = user, Host = reference.ToLowerInvariant(), Port = port }
            : null;
        return uri is not null;
    }

    /// <summary>Reads a URI: all of <paramref name="text"/>, without brackets or blanks.</summary>
    public static bool TryParse(ReadOnlySpan<byte> text, [NotNullWhen(true)] out SipUri? uri) =>
        SipUriParser.TryParse(text, out uri);

    /// <summary>Reads a URI: all of <paramref name="text"/>, without brackets or blanks.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, [NotNullWhen(true)] out SipUri? uri)
    {
        uri = null;
        if (text.Length > SipLimits.Uri)
        {
            return false;
        }

        var bytes = new byte[Encoding.UTF8.GetByteCount(text)];
        Encoding.UTF8.GetBytes(text, bytes);
        return SipUriParser.TryParse(bytes, out uri);
    }

    /// <summary>The decoded value of a URI parameter; null when absent or without a value.</summary>
    public string? Parameter(string name) =>
        SipParameters.TryGet(Parameters, name, out var value) && value is not null ? SipEscaping.Decode(value) : null;

    /// <summary>Whether the parameter is there, with or without a value.</summary>
    public bool HasParameter(string name) => SipParameters.TryGet(Parameters, name, out _);

    /// <summary>A copy with the parameter set; name and value are text and are escaped .</summary>
    public SipUri WithParameter(string name, string? value) => this with
    {
        Parameters = SipParameters.With(Parameters, SipEscaping.Parameter(name), value is null ? null : SipEscaping.Parameter(value)),
    };

    /// <summary>A copy without the parameter.</summary>
    public SipUri WithoutParameter(string name) => this with { Parameters = SipParameters.Without(Parameters, name) };

    /// <summary>The host as an address, when it is one.</summary>
    public bool TryGetAddress([NotNullWhen(true)] out IPAddress? address) =>
        IPAddress.TryParse(Host.AsSpan().Trim("[]"), out address);

    /// <summary>The wire form.</summary>
    public override string ToString() => _text ??= Write(); // it stands in every message of a dialog

    private string Write()
    {
        var text = new StringBuilder(64).Append(Scheme).Append(':');
        if (Opaque is not null)
        {
            return text.Append(Opaque).ToString();
        }

        text.Append(RawUser);
        if (Scheme != "tel")
        {
            if (Password is not null)
            {
                text.Append(':').Append(Password);
            }

            if (RawUser is not null)
            {
                text.Append('@');
            }

            text.Append(Host);
            if (Port is { } port)
            {
                text.Append(CultureInfo.InvariantCulture, $":{port}");
            }
        }

        SipParameters.Append(text, Parameters);
        if (Headers is not null)
        {
            text.Append('?').Append(Headers);
        }

        return text.ToString();
    }

    /// <summary>Whether both have the same wire form.</summary>
    public bool Equals(SipUri? other) => other is not null
        && Scheme == other.Scheme && RawUser == other.RawUser && Password == other.Password
        && Host == other.Host && Port == other.Port && Headers == other.Headers && Opaque == other.Opaque
        && SipParameters.SequenceEqual(Parameters, other.Parameters);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Scheme, RawUser, Host, Port, Opaque, Parameters.Length);

    /// <summary>What few URIs have, kept out of the many: every message holds three or more.</summary>
    private sealed record Rarity
    {
        internal string? Password { get; init; }

        internal string? Headers { get; init; }

        internal string? Opaque { get; init; }
    }
}
