using System.Diagnostics.CodeAnalysis;

namespace Gateway.Mapping.Chats;

/// <summary>The last so many values by name; the oldest is forgotten for a new one.</summary>
internal sealed class RecentMap<T>(int capacity)
    where T : class
{
    private readonly Dictionary<string, T> _values = new(StringComparer.Ordinal);
    private readonly Queue<string> _order = new();

    public T this[string name]
    {
        set
        {
            if (_values.TryAdd(name, value))
            {
                _order.Enqueue(name);
            }

            while (_order.Count > capacity && _order.TryDequeue(out var oldest))
            {
                _values.Remove(oldest);
            }
        }
    }

    public bool TryGet(string name, [NotNullWhen(true)] out T? value) => _values.TryGetValue(name, out value);

    /// <summary>Takes it out; null when it is not there.</summary>
    public T? Remove(string name) => _values.Remove(name, out var value) ? value : null;
}
