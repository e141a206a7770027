using Gateway.Sip.Msrp.Connections;

namespace Gateway.Sip.Msrp.Relays;

/// <summary>What a relay lets one session use (RFC 4976 section 5.1).</summary>
/// <param name="Outbound">Use-Path as it came: what goes before the peer's path in To-Path.</param>
/// <param name="Inbound">The same reversed: what goes before our own URI in a=path.</param>
/// <param name="Connection">It is good on this connection only (section 6.3).</param>
internal sealed record MsrpAuthorization(MsrpPath Outbound, MsrpPath Inbound, MsrpConnection Connection)
{
    /// <summary>How long it is good for, counted from the relay's answer.</summary>
    public TimeSpan Lifetime { get; init; }

    public bool IsValid => Connection.IsOpen;
}
