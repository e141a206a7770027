using System.Buffers;
using System.Text;

namespace Gateway.Sip.Msrp.Wire;

/// <summary>Octets in the order they were put in. Holds no memory while it is empty.</summary>
internal sealed class OctetQueue
{
    private byte[]? _octets;
    private int _start;
    private int _end;

    public int Length => _end - _start;

    public void Append(ReadOnlySpan<byte> octets)
    {
        octets.CopyTo(Room(octets.Length));
        _end += octets.Length;
    }

    public void Append(string text)
    {
        var written = Encoding.UTF8.GetBytes(text, Room(Encoding.UTF8.GetMaxByteCount(text.Length)));
        _end += written; // not in one expression: making room moves the end
    }

    public void Append(long number)
    {
        System.Buffers.Text.Utf8Formatter.TryFormat(number, Room(20), out var written);
        _end += written;
    }

    /// <summary>Moves as much as fits; returns how much.</summary>
    public int MoveTo(Span<byte> to)
    {
        var length = Math.Min(to.Length, Length);
        if (length > 0)
        {
            _octets.AsSpan(_start, length).CopyTo(to);
            _start += length;
        }

        if (_start == _end)
        {
            Clear();
        }

        return length;
    }

    public void Clear()
    {
        if (_octets is not null)
        {
            ArrayPool<byte>.Shared.Return(_octets);
            _octets = null;
        }

        _start = 0;
        _end = 0;
    }

    private Span<byte> Room(int length)
    {
        if (_octets is null || _octets.Length - _end < length)
        {
            var larger = ArrayPool<byte>.Shared.Rent(Math.Max(1024, Length + length));
            var kept = Length;
            _octets.AsSpan(_start, kept).CopyTo(larger);
            Clear();
            _octets = larger;
            _end = kept;
        }

        return _octets.AsSpan(_end);
    }
}
