namespace Gateway.Media.Srtp;

/// <summary>Which indexes of one source were seen: RFC 3711 sections 3.3.1 and 3.3.2.</summary>
internal sealed class PacketIndexes(uint ssrc)
{
    /// <summary>The text asks for 64 at least; video needs more.</summary>
    private const int Window = 1024;

    private const int HalfOfAll = 0x8000;

    private readonly ulong[] _seen = new ulong[Window / 64];
    private long _highest = -1;

    public uint Ssrc { get; set; } = ssrc;

    /// <summary>The index of the next RTCP packet that is sent; the first has 1, as libsrtp's.</summary>
    public long Next => Math.Max(1, _highest + 1);

    /// <summary>The index that a sequence number most likely has.</summary>
    public long Estimate(ushort sequence)
    {
        if (_highest <= HalfOfAll)
        {
            return sequence; // there is no roll-over before the first, so whatever is far ahead is just that
        }

        // The roll-over count that brings it nearest to the highest: appendix A of the text.
        return _highest + (short)(sequence - (ushort)_highest);
    }

    /// <summary>Whether a packet with this index may still come.</summary>
    public SrtpOutcome Judge(long index) =>
        index < 0 || index <= _highest - Window ? SrtpOutcome.TooOld
        : index <= _highest && (_seen[Word(index)] & Bit(index)) != 0 ? SrtpOutcome.Replayed
        : SrtpOutcome.Ok;

    /// <summary>It has come, and was authentic.</summary>
    public void Take(long index)
    {
        if (index > _highest)
        {
            var steps = index - _highest;
            if (steps >= Window)
            {
                Array.Clear(_seen);
            }
            else
            {
                for (var i = _highest + 1; i <= index; i++)
                {
                    _seen[Word(i)] &= ~Bit(i);
                }
            }

            _highest = index;
        }

        _seen[Word(index)] |= Bit(index);
    }

    /// <summary>Goes on where another ends.</summary>
    public void Follow(PacketIndexes other)
    {
        other._seen.CopyTo(_seen, 0);
        _highest = other._highest;
    }

    /// <summary>Begins anew, for another source.</summary>
    public void Reset(uint ssrc)
    {
        Ssrc = ssrc;
        Array.Clear(_seen);
        _highest = -1;
    }

    private static int Word(long index) => (int)(index & (Window - 1)) >> 6;

    private static ulong Bit(long index) => 1UL << (int)(index & 63);
}
