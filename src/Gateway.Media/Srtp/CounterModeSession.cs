using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Security.Cryptography;

namespace Gateway.Media.Srtp;

/// <summary>
/// AES in counter mode with HMAC-SHA1 (RFC 3711 section 4) by the processor's instructions and libcrypto's SHA-1. Debian's
/// libsrtp2 does the same by way of NSS, whose sessions, locks and allocations for each packet cost twenty times the
/// cryptography; it is the oracle of the tests, and does the work where the instructions are missing.
/// </summary>
internal sealed unsafe class CounterModeSession : SrtpSession
{
    /// <summary>More than a call with audio, video, retransmissions and a few changes of source has.</summary>
    private const int MostSources = 32;

    private const uint EncryptedBit = 0x8000_0000;

    private readonly bool _outbound;
    private readonly Direction _rtp;
    private readonly Direction _rtcp;

    public CounterModeSession(SrtpKeyMaterial key, bool outbound)
        : base(key.Profile)
    {
        _outbound = outbound;
        using var master = new CounterModeKey(key.KeyAndSalt[..SrtpProfiles.KeyLength]);
        var salt = key.KeyAndSalt[SrtpProfiles.KeyLength..];
        _rtp = new Direction(master, salt, 0);
        _rtcp = new Direction(master, salt, 3);
    }

    public static bool IsSupported => CounterModeKey.IsSupported;

    /// <summary>
    /// A sender that forgot a source and met it again would use its key stream a second time (RFC 3711 section 9.1), so it takes
    /// no source beyond the last; a receiver forgets the one unused for longest.
    /// </summary>
    public override bool Admits(uint ssrc) => !_outbound || (_rtp.HasRoomFor(ssrc) && _rtcp.HasRoomFor(ssrc));

    public override SrtpOutcome ProtectRtp(byte* packet, ref int length, uint ssrc)
    {
        if (!TryHeader(packet, length, out var header))
        {
            return SrtpOutcome.Malformed;
        }

        var source = _rtp.Source(ssrc);
        var index = source.Estimate(Sequence(packet));
        if (source.Judge(index) is var verdict and not SrtpOutcome.Ok)
        {
            return verdict;
        }

        source.Take(index);
        _rtp.Used(source);
        _rtp.Cipher.Combine(_rtp.Start(ssrc, index), packet + header, length - header);
        Sign(_rtp, packet, length, (uint)(index >> 16), RtpTag);
        length += RtpTag;
        return SrtpOutcome.Ok;
    }

    public override SrtpOutcome UnprotectRtp(byte* packet, ref int length, uint ssrc)
    {
        var signed = length - RtpTag;
        if (!TryHeader(packet, signed, out var header))
        {
            return SrtpOutcome.Malformed;
        }

        var source = _rtp.Source(ssrc);
        var index = source.Estimate(Sequence(packet));
        if (source.Judge(index) is var verdict and not SrtpOutcome.Ok)
        {
            return verdict;
        }

        if (!IsSigned(_rtp, packet, signed, (uint)(index >> 16), RtpTag))
        {
            return SrtpOutcome.AuthenticationFailed;
        }

        source.Take(index);
        _rtp.Used(source);
        _rtp.Cipher.Combine(_rtp.Start(ssrc, index), packet + header, signed - header);
        length = signed;
        return SrtpOutcome.Ok;
    }

    public override SrtpOutcome ProtectRtcp(byte* packet, ref int length, uint ssrc)
    {
        var source = _rtcp.Source(ssrc);
        var index = source.Next;
        source.Take(index);
        _rtcp.Used(source);
        _rtcp.Cipher.Combine(_rtcp.Start(ssrc, index), packet + 8, length - 8);
        BinaryPrimitives.WriteUInt32BigEndian(new Span<byte>(packet + length, 4), (uint)index | EncryptedBit);
        length += 4;
        var digest = stackalloc byte[AuthenticationKey.DigestLength];
        _rtcp.Signer.Sign(packet, length, digest);
        Unsafe.CopyBlockUnaligned(packet + length, digest, (uint)RtcpTag);
        length += RtcpTag;
        return SrtpOutcome.Ok;
    }

    public override SrtpOutcome UnprotectRtcp(byte* packet, ref int length, uint ssrc)
    {
        var signed = length - RtcpTag;
        var word = BinaryPrimitives.ReadUInt32BigEndian(new ReadOnlySpan<byte>(packet + signed - 4, 4));
        long index = word & ~EncryptedBit;
        var source = _rtcp.Source(ssrc);
        if (source.Judge(index) is var verdict and not SrtpOutcome.Ok)
        {
            return verdict;
        }

        var digest = stackalloc byte[AuthenticationKey.DigestLength];
        _rtcp.Signer.Sign(packet, signed, digest);
        if (!Equal(digest, packet + signed, RtcpTag))
        {
            return SrtpOutcome.AuthenticationFailed;
        }

        source.Take(index);
        _rtcp.Used(source);
        if ((word & EncryptedBit) != 0)
        {
            _rtcp.Cipher.Combine(_rtcp.Start(ssrc, index), packet + 8, signed - 4 - 8);
        }

        length = signed - 4;
        return SrtpOutcome.Ok;
    }

    public override void Dispose()
    {
        _rtp.Dispose();
        _rtcp.Dispose();
    }

    private static ushort Sequence(byte* packet) => BinaryPrimitives.ReadUInt16BigEndian(new ReadOnlySpan<byte>(packet + 2, 2));

    private static bool TryHeader(byte* packet, int length, out int header)
    {
        header = 0;
        return length >= 0 && SrtpHeaders.TryReadRtp(new ReadOnlySpan<byte>(packet, length), out header, out _);
    }

    /// <summary>The roll-over count is signed behind the packet, where the tag is then put (RFC 3711 section 4.2).</summary>
    private static void Sign(Direction keys, byte* packet, int length, uint rollOver, int tag)
    {
        var digest = stackalloc byte[AuthenticationKey.DigestLength];
        BinaryPrimitives.WriteUInt32BigEndian(new Span<byte>(packet + length, 4), rollOver);
        keys.Signer.Sign(packet, length + 4, digest);
        Unsafe.CopyBlockUnaligned(packet + length, digest, (uint)tag);
    }

    private static bool IsSigned(Direction keys, byte* packet, int length, uint rollOver, int tag)
    {
        var digest = stackalloc byte[AuthenticationKey.DigestLength];
        var place = new Span<byte>(packet + length, 4);
        var kept = BinaryPrimitives.ReadUInt32BigEndian(place);
        BinaryPrimitives.WriteUInt32BigEndian(place, rollOver);
        keys.Signer.Sign(packet, length + 4, digest);
        BinaryPrimitives.WriteUInt32BigEndian(place, kept);
        return Equal(digest, packet + length, tag);
    }

    private static bool Equal(byte* one, byte* other, int length) =>
        CryptographicOperations.FixedTimeEquals(new ReadOnlySpan<byte>(one, length), new ReadOnlySpan<byte>(other, length));

    /// <summary>Keys and sources of RTP, or of RTCP.</summary>
    private sealed class Direction : IDisposable
    {
        private readonly List<PacketIndexes> _sources = []; // the first is the one used last
        private readonly PacketIndexes _fresh = new(0);
        private readonly Vector128<byte> _salt;

        /// <summary>RFC 3711 section 4.3: cipher, signer and salt have labels one after the other.</summary>
        public Direction(CounterModeKey master, ReadOnlySpan<byte> salt, byte label)
        {
            Span<byte> key = stackalloc byte[AuthenticationKey.DigestLength];
            Derive(master, salt, label, key[..SrtpProfiles.KeyLength]);
            Cipher = new CounterModeKey(key[..SrtpProfiles.KeyLength]);
            Derive(master, salt, (byte)(label + 1), key);
            Signer = new AuthenticationKey(key);
            key.Clear();
            Derive(master, salt, (byte)(label + 2), key[..14]);
            key[14] = key[15] = 0;
            _salt = Vector128.Create<byte>(key[..16]);
            CryptographicOperations.ZeroMemory(key);
        }

        public CounterModeKey Cipher { get; }

        public AuthenticationKey Signer { get; }

        public bool HasRoomFor(uint ssrc) => _sources.Count < MostSources || Source(ssrc) != _fresh;

        /// <summary>What is known of a source; of one that has not proved itself, nothing, and nothing is kept.</summary>
        public PacketIndexes Source(uint ssrc)
        {
            foreach (var source in _sources)
            {
                if (source.Ssrc == ssrc)
                {
                    return source;
                }
            }

            _fresh.Reset(ssrc);
            return _fresh;
        }

        /// <summary>A packet of this source was protected, or opened and found authentic.</summary>
        public void Used(PacketIndexes source)
        {
            if (_sources.Count > 0 && _sources[0] == source)
            {
                return;
            }

            if (source != _fresh)
            {
                _sources.Remove(source);
                _sources.Insert(0, source);
                return;
            }

            var kept = new PacketIndexes(source.Ssrc);
            kept.Follow(source);
            if (_sources.Count == MostSources)
            {
                _sources.RemoveAt(MostSources - 1);
            }

            _sources.Insert(0, kept);
        }

        /// <summary>RFC 3711 section 4.1.1: salt, SSRC and index, each in its place.</summary>
        public Vector128<byte> Start(uint ssrc, long index) => _salt ^ Vector128.Create(
            0u, BinaryPrimitives.ReverseEndianness(ssrc), BinaryPrimitives.ReverseEndianness((uint)(index >> 16)),
            (uint)BinaryPrimitives.ReverseEndianness((ushort)index)).AsByte();

        public void Dispose()
        {
            Cipher.Dispose();
            Signer.Dispose();
        }

        private static void Derive(CounterModeKey master, ReadOnlySpan<byte> salt, byte label, Span<byte> key)
        {
            Span<byte> start = stackalloc byte[16];
            start.Clear();
            salt.CopyTo(start);
            start[7] ^= label;
            key.Clear();
            fixed (byte* octets = key)
            {
                master.Combine(Vector128.Create<byte>(start), octets, key.Length);
            }
        }
    }
}
