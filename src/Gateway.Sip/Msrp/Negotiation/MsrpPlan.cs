using Gateway.Sip.Msrp.Connections;

namespace Gateway.Sip.Msrp.Negotiation;

/// <summary>What two descriptions have settled, as the wire needs it.</summary>
/// <param name="Terms">Ours.</param>
/// <param name="Local">Where the peer reaches us; our own URI is the last.</param>
/// <param name="Remote">The peer's description.</param>
/// <param name="ToPath">Our relays in the order of travel, then the peer's path (RFC 4976 section 5.1).</param>
/// <param name="ConnectTo">Whom we connect to; null: the peer connects.</param>
/// <param name="IsRelayed">Whether a relay of ours is in between: the certificate on the connection is its own, not the peer's.</param>
internal sealed record MsrpPlan(
    MsrpTerms Terms, MsrpPath Local, MsrpMedia Remote, MsrpPath ToPath, MsrpTarget? ConnectTo, bool IsRelayed)
{
    /// <summary>
    /// Whether the connection of another plan serves this one too: who opened it, and by which relay of ours, does not matter once
    /// it is there.
    /// </summary>
    public bool IsSamePlace(MsrpPlan other) => Local.Last.Equals(other.Local.Last) && Remote.Path.Equals(other.Remote.Path);

    /// <summary>
    /// Whether whoever connected may be the peer: a description with fingerprints is for a holder of that certificate only
    /// (RFC 8122 section 6), one for TLS is for nobody in the clear.
    /// </summary>
    public bool Trusts(MsrpPeer peer)
    {
        if (IsRelayed || ConnectTo is not null)
        {
            return true; // verified when it was opened
        }

        return (peer.IsSecure || !Local.Last.IsSecure)
            && (Remote.Fingerprints.IsEmpty || !peer.IsSecure || MsrpFingerprints.Match(Remote.Fingerprints, peer.Certificate.Span));
    }
}
