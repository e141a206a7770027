using System.Buffers;
using System.Text;

namespace Gateway.Media.Rtpengine;

/// <summary>A request on its way ("Cookie SP body"), in memory that the next request uses again once it is disposed.</summary>
internal sealed class NgDatagram : IBufferWriter<byte>, IDisposable
{
    /// <summary>A browser's offer fits.</summary>
    private const int UsualSize = 8 * 1024;

    private byte[] _octets = ArrayPool<byte>.Shared.Rent(UsualSize);
    private int _length;

    public NgDatagram(string cookie, BencodeValue body)
    {
        Encoding.ASCII.GetBytes(cookie, this);
        this.Write(" "u8);
        BencodeWriter.Write(this, body);
    }

    public ReadOnlyMemory<byte> Octets => _octets.AsMemory(0, _length);

    public void Advance(int count) => _length += count;

    public Memory<byte> GetMemory(int sizeHint = 0) => Room(sizeHint);

    public Span<byte> GetSpan(int sizeHint = 0) => Room(sizeHint).Span;

    public void Dispose() => ArrayPool<byte>.Shared.Return(_octets);

    private Memory<byte> Room(int sizeHint)
    {
        if (_octets.Length - _length < Math.Max(sizeHint, 1))
        {
            var larger = ArrayPool<byte>.Shared.Rent(Math.Max(2 * _octets.Length, _length + sizeHint));
            Octets.Span.CopyTo(larger);
            ArrayPool<byte>.Shared.Return(_octets);
            _octets = larger;
        }

        return _octets.AsMemory(_length);
    }
}
