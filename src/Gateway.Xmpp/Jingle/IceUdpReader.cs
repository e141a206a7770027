using System.Net;
using System.Net.Sockets;
using System.Xml.Linq;
using static Gateway.Xmpp.Jingle.JingleNamespaces;

namespace Gateway.Xmpp.Jingle;

/// <summary>
/// Reads the ICE-UDP transport. A candidate that cannot be used (TCP, a <c>.local</c> name, link-local, malformed) is left
/// out and counted: browsers mix such candidates in, and one of them must not end a call.
/// </summary>
internal static class IceUdpReader
{
    public static IceUdpTransport Read(XElement transport, ElementReading reading)
    {
        var elements = transport.Elements(IceUdp + "candidate").ToList();
        var candidates = reading.Each(elements, JingleLimits.Candidates, static (candidate, _) => ReadCandidate(candidate));
        return new IceUdpTransport
        {
            Ufrag = Credential(transport, "ufrag", reading),
            Pwd = Credential(transport, "pwd", reading),
            Candidates = candidates,
            IgnoredCandidates = elements.Count - candidates.Length,
            Fingerprints = reading.Each(transport, Dtls + "fingerprint", JingleLimits.Others, ReadFingerprint),
            GatheringComplete = transport.Elements().Any(child => child.Name.LocalName == "gathering-complete"),
            Options =
            [
                .. transport.Elements().Where(child => child.Name.Namespace == IceOptions).Take(JingleLimits.Others)
                    .Select(child => child.Name.LocalName),
            ],
        };
    }

    // RFC 8839 section 5.4: ice-chars only. Empty (seen while a browser gathers) is the same as absent.
    private static string? Credential(XElement transport, string attribute, ElementReading reading)
    {
        var value = reading.Text(transport, attribute, 256);
        if (string.IsNullOrEmpty(value))
        {
            return null;
        }

        if (!value.All(IsIceChar))
        {
            reading.BadRequest($"{attribute} holds a character that ICE does not allow");
        }

        return value;
    }

    private static IceCandidate? ReadCandidate(XElement candidate)
    {
        if (!string.Equals(candidate.Attribute("protocol")?.Value ?? "udp", "udp", StringComparison.OrdinalIgnoreCase)
            || ElementReading.NumberOrNull(candidate, "port", 1, ushort.MaxValue) is not { } port
            || ElementReading.NumberOrNull(candidate, "priority", 0, uint.MaxValue) is not { } priority
            || UsableAddress(candidate.Attribute("ip")?.Value) is not { } address)
        {
            return null;
        }

        var foundation = candidate.Attribute("foundation")?.Value ?? "0";
        var id = candidate.Attribute("id")?.Value;
        return new IceCandidate(
            (int)(ElementReading.NumberOrNull(candidate, "component", 1, 256) ?? 1),
            foundation.Length is > 0 and <= 32 && foundation.All(IsIceChar) ? foundation : "0",
            (uint)priority,
            address,
            (int)port,
            candidate.Attribute("type")?.Value switch
            {
                "srflx" => IceCandidateType.ServerReflexive,
                "prflx" => IceCandidateType.PeerReflexive,
                "relay" => IceCandidateType.Relayed,
                _ => IceCandidateType.Host,
            })
        {
            Generation = (int)(ElementReading.NumberOrNull(candidate, "generation", 0, int.MaxValue) ?? 0),
            Id = id is { Length: > 0 and <= JingleLimits.Name } ? id : null,
            Network = (int?)ElementReading.NumberOrNull(candidate, "network", 0, int.MaxValue),
            RelatedAddress = LiteralAddress(candidate.Attribute("rel-addr")?.Value ?? candidate.Attribute("rel_addr")?.Value),

            // Monal writes rel_port.
            RelatedPort = (int?)(ElementReading.NumberOrNull(candidate, "rel-port", 0, ushort.MaxValue)
                ?? ElementReading.NumberOrNull(candidate, "rel_port", 0, ushort.MaxValue)),
        };
    }

    private static string? UsableAddress(string? text) =>
        LiteralAddress(text) is { } address && !IPAddress.Parse(address).IsIPv6LinkLocal ? address : null;

    /// <summary>An IP address in its canonical form; null for a name, or for shorthands such as <c>127.1</c>.</summary>
    private static string? LiteralAddress(string? text) =>
        text is { Length: > 0 and <= 45 } && !text.Contains('%', StringComparison.Ordinal)
            && IPAddress.TryParse(text, out var address)
            && (address.AddressFamily == AddressFamily.InterNetworkV6 || address.ToString() == text)
            ? address.ToString()
            : null;

    private static bool IsIceChar(char character) => char.IsAsciiLetterOrDigit(character) || character is '+' or '/';

    // XEP-0320 section 1: the text may hold white space; RFC 8122: hash names and octets compare without regard to case.
    private static DtlsFingerprint ReadFingerprint(XElement fingerprint, ElementReading reading)
    {
        var octets = string.Concat(fingerprint.Value.Where(character => !char.IsWhiteSpace(character))).ToUpperInvariant();
        if (octets.Length > 256 || octets.Length % 3 != 2
            || octets.Where((character, index) => index % 3 == 2 ? character != ':' : !char.IsAsciiHexDigit(character)).Any())
        {
            reading.BadRequest("fingerprint is not made of hexadecimal octets joined by colons");
        }

        var hash = reading.Required(fingerprint, "hash").ToLowerInvariant();
        if (!hash.All(character => char.IsAsciiLetterOrDigit(character) || character == '-'))
        {
            reading.BadRequest("fingerprint/hash is not a token");
        }

        return new DtlsFingerprint(
            hash,
            octets,
            reading.Word(
                fingerprint,
                "setup",
                null,
                ("actpass", DtlsSetup.ActPass),
                ("active", DtlsSetup.Active),
                ("passive", DtlsSetup.Passive),
                ("holdconn", DtlsSetup.HoldConn)));
    }
}
