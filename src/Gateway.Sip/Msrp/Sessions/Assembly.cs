using System.Buffers;

namespace Gateway.Sip.Msrp.Sessions;

/// <summary>
/// A message that arrives in chunks (RFC 4975 section 7.3.1): kept as the pieces that came, so that memory follows what was
/// really received, not what a Byte-Range claims. Where pieces overlap the later one wins.
/// </summary>
internal sealed class Assembly
{
    private readonly List<Piece> _pieces = [];
    private readonly OctetRanges _covered = new();
    private long _pieceStart;

    public Assembly(Wire.MsrpHead first) => First = first;

    /// <summary>The first request that came: type, wishes and header fields of the message.</summary>
    public Wire.MsrpHead First { get; }

    /// <summary>
    /// Octets of the whole message: the chunk that ends with <c>$</c> defines it (section 7.3.1), whatever a Byte-Range says;
    /// those of living peers, and of the examples in RFC 4975 and RFC 7573, do not always fit the body.
    /// </summary>
    public long? Total { get; private set; }

    /// <summary>Octets held, overlaps counted twice.</summary>
    public long Held { get; private set; }

    public int Pieces => _pieces.Count;

    public long LastTouched { get; set; }

    public bool IsComplete => Total is { } total && _covered.CoversAll(total);

    /// <summary>False when two chunks end the message at different places.</summary>
    public bool TrySetTotal(long total)
    {
        Total ??= total;
        return Total == total;
    }

    /// <summary>Begins or goes on with a piece at this position.</summary>
    public void BeginPiece(long start)
    {
        if (_pieces is not [.., var last] || last.Start + last.Octets.WrittenCount != start)
        {
            _pieces.Add(new Piece(start, new ArrayBufferWriter<byte>()));
        }

        _pieceStart = start;
    }

    public void Append(ReadOnlySpan<byte> data)
    {
        var piece = _pieces[^1];
        var at = piece.Start + piece.Octets.WrittenCount;
        piece.Octets.Write(data);
        Held += data.Length;
        _covered.Add(at, at + data.Length - 1);
    }

    /// <summary>Position after the last octet of the piece being written.</summary>
    public long NextPosition => _pieces[^1].Start + _pieces[^1].Octets.WrittenCount;

    /// <summary>Where the chunk being received began.</summary>
    public long ChunkStart => _pieceStart;

    /// <summary>The whole message; to be asked for when complete.</summary>
    public ReadOnlyMemory<byte> ToMessage()
    {
        var total = (int)Total!.Value;
        if (_pieces is [var only] && only.Start == 1 && only.Octets.WrittenCount == total)
        {
            return only.Octets.WrittenMemory;
        }

        var message = new byte[total];
        foreach (var piece in _pieces)
        {
            var octets = piece.Octets.WrittenSpan;
            var at = (int)(piece.Start - 1);
            octets[..Math.Max(0, Math.Min(octets.Length, total - at))].CopyTo(message.AsSpan(Math.Min(at, total)));
        }

        return message;
    }

    private readonly record struct Piece(long Start, ArrayBufferWriter<byte> Octets);
}
