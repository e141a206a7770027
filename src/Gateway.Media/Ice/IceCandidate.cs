using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net.Sockets;
using Gateway.Media.Io;

namespace Gateway.Media.Ice;

/// <summary>A candidate as descriptions carry it: the value of <c>a=candidate</c> (RFC 8839 section 5.1).</summary>
/// <param name="Foundation">Alike for candidates of one kind, base and server: one to 32 characters.</param>
/// <param name="Component">1 for RTP and, with rtcp-mux, RTCP; 2 for RTCP on its own.</param>
/// <param name="Transport">In lower case: <c>udp</c>, or <c>tcp</c>, which is of no use here.</param>
/// <param name="Priority">Higher is better (RFC 8445 section 5.1.2).</param>
/// <param name="Host">A literal address, or a name such as <c>….local</c>, which is of no use here.</param>
/// <param name="Port">The port; 9 for a TCP candidate that does not listen.</param>
/// <param name="Type">Where it comes from.</param>
/// <param name="RelatedHost">raddr: the base of a reflexive candidate.</param>
/// <param name="RelatedPort">rport.</param>
public sealed record IceCandidate(
    string Foundation,
    int Component,
    string Transport,
    uint Priority,
    string Host,
    int Port,
    IceCandidateType Type,
    string? RelatedHost = null,
    int RelatedPort = 0)
{
    /// <summary>Longer values are refused: the longest sensible one, two IPv6 addresses and libwebrtc's extensions, has 250.</summary>
    private const int MaxLength = 512;

    /// <summary>The address to send checks to: literal, UDP, component 1, and one that a route can lead to.</summary>
    public bool TryGetAddress(out PeerAddress address)
    {
        address = default;
        return Component == 1 && Transport == "udp" && Port is > 0 and <= ushort.MaxValue && IsLiteral(Host)
            && PeerAddress.TryParse(Host, Port, out address) && IsReachable(address);
    }

    /// <summary>Reads the value of <c>a=candidate</c>, with or without the attribute's name; extensions are left out.</summary>
    public static bool TryParse(string? value, [NotNullWhen(true)] out IceCandidate? candidate)
    {
        candidate = null;
        if (value is null || value.Length > MaxLength)
        {
            return false;
        }

        var words = value.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (words.Length < 8 || !words[6].Equals("typ", StringComparison.OrdinalIgnoreCase) || !TryType(words[7], out var type)
            || !TryNumber(words[1], 256, out var component) || component == 0
            || !uint.TryParse(words[3], NumberStyles.None, CultureInfo.InvariantCulture, out var priority)
            || !TryNumber(words[5], ushort.MaxValue, out var port))
        {
            return false;
        }

        var foundation = words[0].StartsWith("candidate:", StringComparison.OrdinalIgnoreCase) ? words[0][10..] : words[0];
        if (foundation.Length is 0 or > 32)
        {
            return false;
        }

        var read = new IceCandidate(foundation, component, words[2].ToLowerInvariant(), priority, words[4], port, type);
        candidate = WithRelated(read, words.AsSpan(8));
        return true;
    }

    /// <summary>The value of <c>a=candidate</c>, without the attribute's name.</summary>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"{Foundation} {Component} {Transport} {Priority} {Host} {Port} typ {NameOf(Type)}{Related()}");

    private string Related() => Type == IceCandidateType.Host || RelatedHost is null
        ? "" : string.Create(CultureInfo.InvariantCulture, $" raddr {RelatedHost} rport {RelatedPort}");

    private static IceCandidate WithRelated(IceCandidate candidate, ReadOnlySpan<string> pairs)
    {
        for (; pairs.Length >= 2; pairs = pairs[2..])
        {
            if (pairs[0].Equals("raddr", StringComparison.OrdinalIgnoreCase))
            {
                candidate = candidate with { RelatedHost = pairs[1] };
            }
            else if (pairs[0].Equals("rport", StringComparison.OrdinalIgnoreCase)
                && TryNumber(pairs[1], ushort.MaxValue, out var port))
            {
                candidate = candidate with { RelatedPort = port };
            }
        }

        return candidate;
    }

    /// <summary>The platform's parser also takes <c>1</c>, <c>0x7f.1</c> and addresses with a zone or in brackets; a peer's route is none of them.</summary>
    private static bool IsLiteral(string host) =>
        host.AsSpan().IndexOfAny("%[") < 0
        && (host.Contains(':', StringComparison.Ordinal) || (host.Split('.') is { Length: 4 } parts && parts.All(IsDecimal)));

    private static bool IsDecimal(string part) => part.Length is > 0 and <= 3 && part.All(char.IsAsciiDigit);

    /// <summary>Link-local addresses mean nothing without their link; nobody answers from the others.</summary>
    private static bool IsReachable(in PeerAddress address)
    {
        Span<byte> octets = stackalloc byte[16];
        return !address.IsAny && octets[..address.WriteAddress(octets)] switch
        {
            [>= 224, _, _, _] or [169, 254, _, _] => false,
            [0xff, _, _, _, ..] when address.Family == AddressFamily.InterNetworkV6 => false,
            [0xfe, >= 0x80 and <= 0xbf, _, _, ..] when address.Family == AddressFamily.InterNetworkV6 => false,
            _ => true,
        };
    }

    private static bool TryNumber(string text, int most, out int number) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number) && number <= most;

    private static bool TryType(string name, out IceCandidateType type)
    {
        (var known, type) = name.ToLowerInvariant() switch
        {
            "host" => (true, IceCandidateType.Host),
            "srflx" => (true, IceCandidateType.ServerReflexive),
            "prflx" => (true, IceCandidateType.PeerReflexive),
            "relay" => (true, IceCandidateType.Relayed),
            _ => (false, default),
        };
        return known;
    }

    private static string NameOf(IceCandidateType type) => type switch
    {
        IceCandidateType.Host => "host",
        IceCandidateType.ServerReflexive => "srflx",
        IceCandidateType.PeerReflexive => "prflx",
        _ => "relay",
    };
}
