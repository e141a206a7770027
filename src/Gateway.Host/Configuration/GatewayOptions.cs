using System.Collections.Immutable;
using Gateway.Mapping.Configuration;

namespace Gateway.Host.Configuration;

/// <summary>The whole configuration, checked. One section of the file is one property here.</summary>
public sealed record GatewayOptions
{
    /// <summary>The component stream to the XMPP server.</summary>
    public required XmppOptions Xmpp { get; init; }

    /// <summary>Where SIP is spoken. Trunks are in <see cref="Mapping"/>.</summary>
    public required SipOptions Sip { get; init; }

    /// <summary>Addresses, trunks, policy and timers.</summary>
    public required MappingOptions Mapping { get; init; }

    /// <summary>The media relay.</summary>
    public required MediaOptions Media { get; init; }

    /// <summary>Where state is kept.</summary>
    public required StateOptions State { get; init; }

    /// <summary>The operator's HTTP interface.</summary>
    public required HttpOptions Http { get; init; }

    /// <summary>Logs.</summary>
    public required LogOptions Log { get; init; }

    /// <summary>What was accepted but has no effect in this version: a line each, for the log.</summary>
    public ImmutableArray<string> Notices { get; init; } = [];
}
