using System.Diagnostics.CodeAnalysis;

namespace Gateway.Mapping.Addresses;

/// <summary>
/// What was read a moment ago and may be asked again at once: a message asks for its addresses four times, and the next one for the
/// same. Each place holds the last that fell to it, so it never grows, and needs no lock. For results that depend on nothing but the key.
/// </summary>
internal sealed class LastRead<TKey, TValue>
    where TKey : IEquatable<TKey>
    where TValue : class
{
    private const int Places = 1024;

    private readonly Entry?[] _entries = new Entry?[Places];

    public bool TryGet(TKey key, [NotNullWhen(true)] out TValue? value)
    {
        value = Volatile.Read(ref PlaceOf(key)) is { } entry && entry.Key.Equals(key) ? entry.Value : null;
        return value is not null;
    }

    public TValue Set(TKey key, TValue value)
    {
        Volatile.Write(ref PlaceOf(key), new Entry(key, value));
        return value;
    }

    private ref Entry? PlaceOf(TKey key) => ref _entries[(uint)key.GetHashCode() % Places];

    private sealed class Entry(TKey key, TValue value)
    {
        public TKey Key => key;

        public TValue Value => value;
    }
}
