using System.Diagnostics.CodeAnalysis;

namespace Gateway.Mapping.Policy;

/// <summary>At most so many calls at a time for each key. Holds only keys with calls, so it is as large as these.</summary>
internal sealed class ConcurrencyLimit(int limit)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, int> _held = new(StringComparer.Ordinal);

    public bool TryTake(string key, [NotNullWhen(true)] out CallPermit? permit)
    {
        lock (_gate)
        {
            var held = _held.GetValueOrDefault(key);
            permit = held < limit ? new CallPermit(() => Release(key)) : null;
            if (permit is not null)
            {
                _held[key] = held + 1;
            }
        }

        return permit is not null;
    }

    private void Release(string key)
    {
        lock (_gate)
        {
            if (--_held[key] == 0)
            {
                _held.Remove(key);
            }
        }
    }
}
