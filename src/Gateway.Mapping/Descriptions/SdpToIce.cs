using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using Gateway.Sip.Sdp;
using Gateway.Xmpp.Jingle;

namespace Gateway.Mapping.Descriptions;

/// <summary>ICE and DTLS attributes, of the m-line or inherited from the session, as a Jingle transport.</summary>
internal static class SdpToIce
{
    public static IceUdpTransport Read(SdpSession sdp, SdpMedia media, bool isMuxed) => new()
    {
        Ufrag = sdp.InheritedValue(media, "ice-ufrag"),
        Pwd = sdp.InheritedValue(media, "ice-pwd"),
        Candidates =
        [
            .. media.Values("candidate").Select(Candidate).OfType<IceCandidate>()
                .Where(candidate => !isMuxed || candidate.Component == 1).Take(JingleLimits.Candidates),
        ],
        Fingerprints = Fingerprints(sdp, media),
    };

    private static ImmutableArray<DtlsFingerprint> Fingerprints(SdpSession sdp, SdpMedia media)
    {
        DtlsSetup? setup = sdp.InheritedValue(media, "setup") switch
        {
            "active" => DtlsSetup.Active,
            "passive" => DtlsSetup.Passive,
            "actpass" => DtlsSetup.ActPass,
            _ => null,
        };
        var values = media.Has("fingerprint") ? media.Values("fingerprint") : sdp.Values("fingerprint");
        return
        [
            .. values.Select(value => value.Split(' ', StringSplitOptions.RemoveEmptyEntries)).Where(parts => parts.Length == 2)
                .Select(parts => new DtlsFingerprint(parts[0].ToLowerInvariant(), parts[1].ToUpperInvariant(), setup)),
        ];
    }

    /// <summary>RFC 8839 section 5.1; null for TCP, for names and link-local addresses, and for what is malformed.</summary>
    internal static IceCandidate? Candidate(string value)
    {
        var parts = value.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (parts.Length < 8 || parts[6] != "typ" || !parts[2].Equals("udp", StringComparison.OrdinalIgnoreCase)
            || !TryNumber(parts[1], 256, out var component) || component == 0
            || !TryNumber(parts[3], uint.MaxValue, out var priority)
            || !TryNumber(parts[5], ushort.MaxValue, out var port) || port == 0
            || !IPAddress.TryParse(parts[4], out var address) || address.IsIPv6LinkLocal)
        {
            return null;
        }

        var type = parts[7] switch
        {
            "host" => IceCandidateType.Host,
            "srflx" => IceCandidateType.ServerReflexive,
            "prflx" => IceCandidateType.PeerReflexive,
            "relay" => IceCandidateType.Relayed,
            _ => (IceCandidateType?)null,
        };
        return type is null
            ? null
            : Extended(
                new IceCandidate((int)component, parts[0], (uint)priority, address.ToString(), (int)port, type.Value),
                parts.AsSpan(8));
    }

    /// <summary>What follows the type: pairs of name and value.</summary>
    private static IceCandidate Extended(IceCandidate candidate, ReadOnlySpan<string> pairs)
    {
        for (; pairs.Length >= 2; pairs = pairs[2..])
        {
            candidate = (pairs[0], TryNumber(pairs[1], int.MaxValue, out var number)) switch
            {
                ("raddr", _) => candidate with { RelatedAddress = pairs[1] },
                ("rport", true) => candidate with { RelatedPort = (int)number },
                ("generation", true) => candidate with { Generation = (int)number },
                ("network-id", true) => candidate with { Network = (int)number },
                _ => candidate,
            };
        }

        return candidate;
    }

    private static bool TryNumber(string text, long most, out long number) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number) && number <= most;
}
