using System.Collections.Immutable;
using Gateway.Mapping.Sessions;

namespace Gateway.Host.Running;

/// <summary>Everything that owns sessions, for those who list, end or drain them. Its members are disposed by whoever made them.</summary>
/// <param name="Directories">Where sessions are found.</param>
/// <param name="Drainables">What an orderly stop asks.</param>
/// <param name="Traces">What sessions did; null when no traces are kept.</param>
internal sealed record SessionOwners(
    ImmutableArray<ISessionDirectory> Directories, ImmutableArray<IDrainable> Drainables, ISessionTraces? Traces);
