using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using Gateway.Mapping.Sessions;

namespace Gateway.Host.Running;

/// <summary>The sessions of several owners as one.</summary>
internal sealed class AllSessions(ImmutableArray<ISessionDirectory> owners) : ISessionDirectory
{
    public int Count => owners.Sum(owner => owner.Count);

    public ImmutableArray<SessionInfo> List() => [.. owners.SelectMany(owner => owner.List()).OrderBy(session => session.Since)];

    public bool TryFind(string id, [NotNullWhen(true)] out SessionInfo? session)
    {
        foreach (var owner in owners)
        {
            if (owner.TryFind(id, out session))
            {
                return true;
            }
        }

        session = null;
        return false;
    }

    public bool TryHangUp(string id) => owners.Any(owner => owner.TryHangUp(id));
}
