using System.Diagnostics.CodeAnalysis;

namespace Gateway.Mapping.Policy;

/// <summary>
/// A dictionary that forgets the least recently used entry beyond its capacity: what strangers can make the gateway
/// remember stays bounded. May be used from any thread; the lock is held for a few steps, never across a call out.
/// </summary>
internal sealed class RecentTable<TKey, TValue>(int capacity)
    where TKey : notnull
{
    private readonly Lock _gate = new();
    private readonly Dictionary<TKey, LinkedListNode<(TKey Key, TValue Value)>> _entries = [];
    private readonly LinkedList<(TKey Key, TValue Value)> _byUse = [];

    public int Count
    {
        get
        {
            lock (_gate)
            {
                return _entries.Count;
            }
        }
    }

    public void Set(TKey key, TValue value)
    {
        lock (_gate)
        {
            if (_entries.Remove(key, out var old))
            {
                _byUse.Remove(old);
            }

            Insert(key, value);
        }
    }

    public bool TryGet(TKey key, [MaybeNullWhen(false)] out TValue value)
    {
        lock (_gate)
        {
            if (!_entries.TryGetValue(key, out var node))
            {
                value = default;
                return false;
            }

            _byUse.Remove(node);
            _byUse.AddFirst(node);
            value = node.Value.Value;
            return true;
        }
    }

    public bool Remove(TKey key)
    {
        lock (_gate)
        {
            if (!_entries.Remove(key, out var node))
            {
                return false;
            }

            _byUse.Remove(node);
            return true;
        }
    }

    /// <summary>Gives the entry of <paramref name="key"/>, made by <paramref name="create"/> when there is none.</summary>
    public TValue GetOrAdd(TKey key, Func<TValue> create) => GetOrAdd(key, create, static create => create());

    /// <summary>The same; what <paramref name="create"/> needs comes by <paramref name="argument"/>, so that nothing is made where there is an entry.</summary>
    public TValue GetOrAdd<TArgument>(TKey key, TArgument argument, Func<TArgument, TValue> create)
    {
        lock (_gate)
        {
            if (_entries.TryGetValue(key, out var node))
            {
                _byUse.Remove(node);
                _byUse.AddFirst(node);
                return node.Value.Value;
            }

            var value = create(argument);
            Insert(key, value);
            return value;
        }
    }

    private void Insert(TKey key, TValue value)
    {
        if (_entries.Count >= capacity && _byUse.Last is { } oldest)
        {
            _byUse.RemoveLast();
            _entries.Remove(oldest.Value.Key);
        }

        _entries[key] = _byUse.AddFirst((key, value));
    }
}
