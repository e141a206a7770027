using System.Buffers.Binary;
using Gateway.Media.Native;

namespace Gateway.Media.Srtp;

/// <summary>
/// The SSRCs that a session holds state for. The library makes a stream for each SSRC it meets and never frees one by itself, so
/// their number is held down here: a peer that invents SSRCs costs no more memory than these.
/// </summary>
internal sealed class SrtpSources(SrtpHandle session, bool outbound)
{
    /// <summary>More than a call with audio, video, retransmissions and a few changes of source has.</summary>
    public const int Most = 32;

    private readonly uint[] _ssrcs = new uint[Most]; // the first is the one used last
    private int _count;

    /// <summary>
    /// Whether a packet of this source may be worked on. A sender that forgot a source and met it again would use its key stream
    /// a second time (RFC 3711 section 9.1), so it takes no source beyond the last; a receiver forgets the one unused for
    /// longest.
    /// </summary>
    public bool Admits(uint ssrc) =>
        !outbound || _count < Most || _ssrcs[0] == ssrc || _ssrcs.AsSpan().Contains(ssrc);

    /// <summary>A packet of this source was protected, or opened and found authentic.</summary>
    public void Used(uint ssrc)
    {
        if (_count > 0 && _ssrcs[0] == ssrc)
        {
            return;
        }

        var at = _ssrcs.AsSpan(0, _count).IndexOf(ssrc);
        if (at < 0)
        {
            if (_count == Most)
            {
                _ = LibSrtp.srtp_remove_stream(session.Value, BinaryPrimitives.ReverseEndianness(_ssrcs[Most - 1]));
                _count--;
            }

            at = _count++;
        }

        _ssrcs.AsSpan(0, at).CopyTo(_ssrcs.AsSpan(1));
        _ssrcs[0] = ssrc;
    }
}
