namespace Gateway.Mapping.Addresses;

/// <summary>
/// The resource under which every SIP user appears. One for all and for ever: presence comes from it, and clients accept calls
/// only from and to the very full JID that they know (MAPPING T-6).
/// </summary>
public static class GatewayResource
{
    /// <summary>The resource.</summary>
    public const string Name = "sip";
}
