using System.Net;
using Gateway.Sip.Msrp.Connections;

namespace Gateway.Sip.Msrp.Negotiation;

/// <summary>Who connects to whom, by the two descriptions (RFC 4975 section 5.4, RFC 6135 section 4.2, RFC 6714 section 4).</summary>
internal static class MsrpRoles
{
    /// <summary>Our part in answering an offer. An offer must not say passive, but what it means is plain.</summary>
    internal static MsrpSetup Answer(MsrpSetup offered, bool isBehindNat) => offered switch
    {
        MsrpSetup.Passive => MsrpSetup.Active,
        MsrpSetup.ActPass when isBehindNat => MsrpSetup.Active,
        _ => MsrpSetup.Passive,
    };

    /// <summary>Whether we connect, after the answer to our offer.</summary>
    internal static bool OffererConnects(MsrpSetup offered, MsrpSetup answered) =>
        offered == MsrpSetup.Active || answered != MsrpSetup.Active;

    /// <summary>
    /// Whether a middlebox that does not know RFC 6714 has changed the address and left the path alone (section 4.3). Nobody
    /// connects to an active peer, whose port is 9 often, so its address is left alone.
    /// </summary>
    internal static bool IsTamperedWith(MsrpMedia media) =>
        !media.HasCema && media.Setup != MsrpSetup.Active && !MayMatch(media);

    /// <summary>Whom to connect to when we are the active side.</summary>
    /// <param name="remote">The peer's description.</param>
    /// <param name="usesCema">Whether both sides stated msrp-cema.</param>
    /// <param name="relay">Our relay; it is always our next hop.</param>
    internal static MsrpTarget Target(MsrpMedia remote, bool usesCema, MsrpTarget? relay)
    {
        var first = remote.Path.First;
        var fingerprints = first.IsSecure ? MsrpTarget.Text(remote.Fingerprints) : "";
        return relay ?? (usesCema
            ? new MsrpTarget(first.IsSecure, MsrpHost.Canonical(remote.Address), remote.Port, first.Host, fingerprints)
            : new MsrpTarget(first.IsSecure, first.Host, first.Port!.Value, first.Host, fingerprints));
    }

    /// <summary>A name and an address cannot be compared without asking: they are taken to match.</summary>
    private static bool MayMatch(MsrpMedia media) => media.AddressMatchesPath
        || (media.Port == media.Path.First.Port
            && IPAddress.TryParse(media.Address, out _) != IPAddress.TryParse(media.Path.First.Host, out _));
}
