using System.Collections.Immutable;
using System.Globalization;
using Gateway.Sip.Sdp;
using Gateway.Xmpp.Jingle;

namespace Gateway.Mapping.Descriptions;

/// <summary>The ICE-UDP transport as attributes of an m-line (RFC 8839 section 5, RFC 8122, RFC 8842).</summary>
internal static class IceToSdp
{
    public static IEnumerable<SdpAttribute> Credentials(IceUdpTransport transport)
    {
        if (transport.Ufrag is { } ufrag)
        {
            yield return new("ice-ufrag", ufrag);
        }

        if (transport.Pwd is { } pwd)
        {
            yield return new("ice-pwd", pwd);
        }
    }

    // R-30: an offer is actpass, an answer never.
    public static IEnumerable<SdpAttribute> Fingerprints(IceUdpTransport transport, bool isAnswer)
    {
        foreach (var fingerprint in transport.Fingerprints)
        {
            yield return new("fingerprint", $"{fingerprint.Hash} {fingerprint.Value}");
        }

        var stated = transport.Fingerprints.Select(fingerprint => fingerprint.Setup).FirstOrDefault(setup => setup is not null);
        yield return new("setup", (stated, isAnswer) switch
        {
            (DtlsSetup.Active, _) => "active",
            (DtlsSetup.Passive, _) => "passive",
            (_, true) => "active",
            _ => "actpass",
        });
    }

    /// <summary>The candidates of use: with RTP and RTCP on one port those of component 1 alone (R-27).</summary>
    public static ImmutableArray<IceCandidate> Candidates(IceUdpTransport transport, bool isMuxed) =>
        isMuxed ? transport.Candidates.RemoveAll(candidate => candidate.Component != 1) : transport.Candidates;

    /// <summary>a=candidate, RFC 8839 section 5.1.</summary>
    public static SdpAttribute Candidate(IceCandidate candidate)
    {
        var related = candidate.Type == IceCandidateType.Host
            ? ""
            : string.Create(
                CultureInfo.InvariantCulture,
                $" raddr {candidate.RelatedAddress ?? "0.0.0.0"} rport {candidate.RelatedPort ?? 9}");
        var destination = string.Create(
            CultureInfo.InvariantCulture,
            $"{candidate.Foundation} {candidate.Component} udp {candidate.Priority} {candidate.Address} {candidate.Port}");
        return new SdpAttribute(
            "candidate", $"{destination} typ {TypeName(candidate.Type)}{related} generation {SdpToken.Of(candidate.Generation)}");
    }

    private static string TypeName(IceCandidateType type) => type switch
    {
        IceCandidateType.ServerReflexive => "srflx",
        IceCandidateType.PeerReflexive => "prflx",
        IceCandidateType.Relayed => "relay",
        _ => "host",
    };
}
