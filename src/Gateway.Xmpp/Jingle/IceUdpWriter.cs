using System.Globalization;
using System.Net;
using System.Xml.Linq;
using static Gateway.Xmpp.Jingle.JingleNamespaces;
using static Gateway.Xmpp.Jingle.JingleWriter;

namespace Gateway.Xmpp.Jingle;

/// <summary>
/// Writes the ICE-UDP transport. Every candidate carries all that XEP-0176's schema requires and <c>network</c> beside it:
/// Monal refuses a candidate that lacks any. Link-local addresses mean nothing to a peer and are never written.
/// </summary>
internal static class IceUdpWriter
{
    public static XElement Write(IceUdpTransport transport) => new(
        IceUdp + "transport",
        Optional("ufrag", transport.Ufrag),
        Optional("pwd", transport.Pwd),
        transport.Options.Select(option => new XElement(IceOptions + option)),
        transport.Fingerprints.Select(fingerprint => new XElement(
            Dtls + "fingerprint",
            new XAttribute("hash", fingerprint.Hash),
            fingerprint.Setup is { } setup ? new XAttribute("setup", SetupName(setup)) : null,
            fingerprint.Value)),
        transport.Candidates.Where(IsPublic).Select(WriteCandidate),
        transport.GatheringComplete ? new XElement(IceUdp + "gathering-complete") : null);

    private static string SetupName(DtlsSetup setup) => setup.ToString().ToLowerInvariant();

    private static bool IsPublic(IceCandidate candidate) =>
        IPAddress.TryParse(candidate.Address, out var address) && !address.IsIPv6LinkLocal;

    private static XElement WriteCandidate(IceCandidate candidate) => new(
        IceUdp + "candidate",
        Number("component", candidate.Component),
        new XAttribute("foundation", candidate.Foundation),
        Number("generation", candidate.Generation),
        new XAttribute("id", candidate.Id ?? MakeId(candidate)),
        new XAttribute("ip", candidate.Address),
        Number("network", candidate.Network ?? 0),
        Number("port", candidate.Port),
        Number("priority", candidate.Priority),
        new XAttribute("protocol", "udp"),
        Optional("rel-addr", candidate.RelatedAddress),
        Optional("rel-port", candidate.RelatedPort),
        new XAttribute("type", TypeName(candidate.Type)));

    /// <summary>An NCName that depends on the candidate alone, so that a repeated candidate keeps its id.</summary>
    private static string MakeId(IceCandidate candidate)
    {
        var address = string.Concat(candidate.Address.Select(
            character => char.IsAsciiLetterOrDigit(character) ? character : '-'));
        return string.Create(
            CultureInfo.InvariantCulture,
            $"c{candidate.Component}-{candidate.Generation}-{TypeName(candidate.Type)}-{address}-{candidate.Port}");
    }

    private static string TypeName(IceCandidateType type) => type switch
    {
        IceCandidateType.ServerReflexive => "srflx",
        IceCandidateType.PeerReflexive => "prflx",
        IceCandidateType.Relayed => "relay",
        _ => "host",
    };
}
