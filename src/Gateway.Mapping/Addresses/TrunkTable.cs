using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Net;
using Gateway.Mapping.Configuration;

namespace Gateway.Mapping.Addresses;

/// <summary>The trunks of the configuration, found by name, by the host they serve, or by where a request came from.</summary>
public sealed class TrunkTable
{
    /// <summary>Reads the trunks of the options.</summary>
    /// <exception cref="ArgumentException">The options were not checked.</exception>
    public TrunkTable(MappingOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        All = [.. options.Trunks.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => new Trunk(pair.Value))];
        Default = options.DefaultTrunk is { } name
            ? All.FirstOrDefault(trunk => trunk.Name == name)
                ?? throw new ArgumentException("DefaultTrunk names no trunk", nameof(options))
            : All is [var only] ? only : null;
    }

    /// <summary>Every trunk, by name.</summary>
    public ImmutableArray<Trunk> All { get; }

    /// <summary>The trunk for addresses without a host: the one that is named, or the only one.</summary>
    public Trunk? Default { get; }

    /// <summary>The trunk whose addresses include the source of a request.</summary>
    public bool TryFindBySource(IPAddress source, [NotNullWhen(true)] out Trunk? trunk)
    {
        ArgumentNullException.ThrowIfNull(source);
        var address = Trunk.Canonical(source);
        trunk = All.FirstOrDefault(t => t.IsSource(address));
        return trunk is not null;
    }

    /// <summary>The trunk that serves a host; of several the default one.</summary>
    internal bool TryFindByHost(string host, int? port, [NotNullWhen(true)] out Trunk? trunk)
    {
        trunk = Default?.Serves(host, port) == true ? Default : All.FirstOrDefault(t => t.Serves(host, port));
        return trunk is not null;
    }
}
