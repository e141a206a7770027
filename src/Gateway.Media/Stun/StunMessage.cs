using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using Gateway.Media.Io;

namespace Gateway.Media.Stun;

/// <summary>
/// A STUN message (RFC 8489) over the datagram that it came in: nothing is copied or allocated. Of attributes that come
/// twice the first counts, and after MESSAGE-INTEGRITY only FINGERPRINT does (section 14.5).
/// </summary>
internal readonly ref struct StunMessage
{
    /// <summary>Types named in a 420 response; a request with more is as wrong with eight.</summary>
    private const int MaxUnknown = 8;

    private readonly ReadOnlySpan<byte> _datagram;
    private readonly ReadOnlySpan<byte> _username;
    private readonly int _integrityAt;
    private readonly Flags _has;
    private readonly UnknownTypes _unknown;
    private readonly int _unknownCount;

    private StunMessage(ReadOnlySpan<byte> datagram, scoped in Attributes read)
    {
        _datagram = datagram;
        _username = datagram.Slice(read.UsernameAt, read.UsernameLength);
        (_integrityAt, _has, _unknown, _unknownCount) = (read.IntegrityAt, read.Has, read.Unknown, read.UnknownCount);
        (Priority, TieBreaker, MappedAddress) = (read.Priority, read.TieBreaker, read.Mapped);
        (ErrorCode, Nomination) = (read.ErrorCode, read.Nomination);
    }

    [Flags]
    private enum Flags
    {
        None = 0,
        Username = 1,
        Integrity = 2,
        Fingerprint = 4,
        Priority = 8,
        UseCandidate = 16,
        Controlling = 32,
        Controlled = 64,
        Mapped = 128,
        ErrorCode = 256,
        Nomination = 512,
        XorMapped = 1024,
    }

    public StunClass Class => (StunClass)((_datagram[0] & 1) << 1 | _datagram[1] >> 4 & 1);

    /// <summary>The method, 12 bits of the type spread round the class.</summary>
    public int Method => (_datagram[0] & 0x3E) << 6 | (_datagram[1] & 0xE0) >> 1 | _datagram[1] & 0x0F;

    public ReadOnlySpan<byte> TransactionId => _datagram.Slice(8, StunFormat.TransactionIdLength);

    /// <summary>USERNAME, empty without one.</summary>
    public ReadOnlySpan<byte> Username => _username;

    public bool HasIntegrity => Has(Flags.Integrity);

    public bool HasFingerprint => Has(Flags.Fingerprint);

    public bool HasPriority => Has(Flags.Priority);

    /// <summary>The priority a peer-reflexive candidate is to have (RFC 8445 section 7.1.1); 0 without one.</summary>
    public uint Priority { get; }

    public bool UseCandidate => Has(Flags.UseCandidate);

    public bool IsControlling => Has(Flags.Controlling);

    public bool IsControlled => Has(Flags.Controlled);

    /// <summary>What ICE-CONTROLLING or ICE-CONTROLLED holds.</summary>
    public ulong TieBreaker { get; }

    public bool HasMappedAddress => Has(Flags.Mapped);

    /// <summary>XOR-MAPPED-ADDRESS, or MAPPED-ADDRESS of an old server.</summary>
    public PeerAddress MappedAddress { get; }

    /// <summary>300 to 699, or 0 without one.</summary>
    public int ErrorCode { get; }

    public bool HasNomination => Has(Flags.Nomination);

    public uint Nomination { get; }

    /// <summary>Attributes that had to be understood and were not (section 6.3.1).</summary>
    [UnscopedRef]
    public ReadOnlySpan<ushort> UnknownRequired => ((ReadOnlySpan<ushort>)_unknown)[.._unknownCount];

    /// <summary>False for what is not a STUN message, is too long, is malformed or has a wrong FINGERPRINT.</summary>
    public static bool TryRead(ReadOnlySpan<byte> datagram, out StunMessage message)
    {
        message = default;
        if (datagram.Length is < StunFormat.HeaderLength or > StunFormat.MaxLength || datagram[0] > 3
            || BinaryPrimitives.ReadUInt32BigEndian(datagram[4..]) != StunFormat.MagicCookie
            || BinaryPrimitives.ReadUInt16BigEndian(datagram[2..]) != datagram.Length - StunFormat.HeaderLength
            || datagram.Length % 4 != 0)
        {
            return false;
        }

        var attributes = default(Attributes);
        if (!attributes.TryRead(datagram))
        {
            return false;
        }

        message = new StunMessage(datagram, attributes);
        return true;
    }

    /// <summary>Whether MESSAGE-INTEGRITY is there and was made with this key. Takes the same time wherever it differs.</summary>
    public bool IsSignedWith(ReadOnlySpan<byte> key)
    {
        if (!HasIntegrity)
        {
            return false;
        }

        Span<byte> expected = stackalloc byte[StunFormat.IntegrityLength];
        StunFormat.Integrity(_datagram[.._integrityAt], key, expected);
        return CryptographicOperations.FixedTimeEquals(
            expected, _datagram.Slice(_integrityAt + 4, StunFormat.IntegrityLength));
    }

    private bool Has(Flags flag) => (_has & flag) != 0;

    [InlineArray(MaxUnknown)]
    private struct UnknownTypes
    {
        private ushort _first;
    }

    /// <summary>What the walk over the attributes gathers.</summary>
    private struct Attributes
    {
        public Flags Has;
        public int UsernameAt;
        public int UsernameLength;
        public int IntegrityAt;
        public uint Priority;
        public ulong TieBreaker;
        public PeerAddress Mapped;
        public int ErrorCode;
        public uint Nomination;
        public UnknownTypes Unknown;
        public int UnknownCount;

        public bool TryRead(ReadOnlySpan<byte> datagram)
        {
            var count = 0;
            for (var at = StunFormat.HeaderLength; at < datagram.Length;)
            {
                if (datagram.Length - at < 4 || ++count > StunFormat.MaxAttributes || (Has & Flags.Fingerprint) != 0)
                {
                    return false;
                }

                var type = (StunAttribute)BinaryPrimitives.ReadUInt16BigEndian(datagram[at..]);
                int length = BinaryPrimitives.ReadUInt16BigEndian(datagram[(at + 2)..]);
                if (length > datagram.Length - at - 4 || !TryTake(type, datagram, at, datagram.Slice(at + 4, length)))
                {
                    return false;
                }

                at += 4 + ((length + 3) & ~3);
            }

            return true;
        }

        private bool TryTake(StunAttribute type, ReadOnlySpan<byte> datagram, int at, ReadOnlySpan<byte> value)
        {
            if (type == StunAttribute.Fingerprint)
            {
                Has |= Flags.Fingerprint;
                return value.Length == 4 && BinaryPrimitives.ReadUInt32BigEndian(value) == StunFormat.Fingerprint(datagram[..at]);
            }

            return (Has & Flags.Integrity) != 0 || TryTakeSigned(type, datagram, at, value);
        }

        private bool TryTakeSigned(StunAttribute type, ReadOnlySpan<byte> datagram, int at, ReadOnlySpan<byte> value)
        {
            switch (type)
            {
                case StunAttribute.MessageIntegrity:
                    return IsFirst(Flags.Integrity) && Fixed(value, StunFormat.IntegrityLength) && (IntegrityAt = at) > 0;
                case StunAttribute.Username:
                    if (IsFirst(Flags.Username))
                    {
                        (UsernameAt, UsernameLength) = (at + 4, value.Length);
                    }

                    return value.Length <= 513; // section 14.3
                case StunAttribute.Priority:
                    return Fixed(value, 4) && (!IsFirst(Flags.Priority) || Keep(ref Priority, value));
                case StunAttribute.Nomination:
                    return Fixed(value, 4) && (!IsFirst(Flags.Nomination) || Keep(ref Nomination, value));
                case StunAttribute.UseCandidate:
                    Has |= Flags.UseCandidate;
                    return value.IsEmpty;
                case StunAttribute.IceControlling:
                    return Fixed(value, 8) && (!IsFirst(Flags.Controlling) || KeepTieBreaker(value));
                case StunAttribute.IceControlled:
                    return Fixed(value, 8) && (!IsFirst(Flags.Controlled) || KeepTieBreaker(value));
                case StunAttribute.XorMappedAddress:
                    return !IsFirst(Flags.XorMapped) || TryMapped(value, datagram.Slice(4, 16));
                case StunAttribute.MappedAddress:
                    return (Has & Flags.Mapped) != 0 || TryMapped(value, default);
                case StunAttribute.ErrorCode:
                    return !IsFirst(Flags.ErrorCode) || TryErrorCode(value);
                default:
                    NoteUnknown(type);
                    return true;
            }
        }

        private bool IsFirst(Flags flag)
        {
            var first = (Has & flag) == 0;
            Has |= flag;
            return first;
        }

        private static bool Fixed(ReadOnlySpan<byte> value, int length) => value.Length == length;

        private static bool Keep(ref uint to, ReadOnlySpan<byte> value)
        {
            to = BinaryPrimitives.ReadUInt32BigEndian(value);
            return true;
        }

        private bool KeepTieBreaker(ReadOnlySpan<byte> value)
        {
            TieBreaker = BinaryPrimitives.ReadUInt64BigEndian(value);
            return true;
        }

        /// <summary>Sections 14.1 and 14.2; the mask is the cookie and the transaction id.</summary>
        private bool TryMapped(ReadOnlySpan<byte> value, ReadOnlySpan<byte> mask)
        {
            var length = value switch { [_, 1, ..] => 4, [_, 2, ..] => 16, _ => -1 };
            if (value.Length != length + 4)
            {
                return false;
            }

            Span<byte> octets = stackalloc byte[16];
            value[4..].CopyTo(octets);
            int port = BinaryPrimitives.ReadUInt16BigEndian(value[2..]);
            if (!mask.IsEmpty)
            {
                port ^= (int)(StunFormat.MagicCookie >> 16);
                for (var i = 0; i < length; i++)
                {
                    octets[i] ^= mask[i];
                }
            }

            Has |= Flags.Mapped;
            Mapped = PeerAddress.FromBytes(octets[..length], port);
            return true;
        }

        /// <summary>Section 14.8: class 3 to 6 and number 0 to 99.</summary>
        private bool TryErrorCode(ReadOnlySpan<byte> value)
        {
            if (value.Length < 4 || (value[2] & 7) is < 3 or > 6 || value[3] > 99)
            {
                return false;
            }

            ErrorCode = (value[2] & 7) * 100 + value[3];
            return true;
        }

        private void NoteUnknown(StunAttribute type)
        {
            if ((ushort)type < 0x8000 && !Understood(type) && UnknownCount < MaxUnknown)
            {
                Unknown[UnknownCount++] = (ushort)type;
            }
        }

        /// <summary>Known, though short-term credentials need none of them.</summary>
        private static bool Understood(StunAttribute type) => type is StunAttribute.UnknownAttributes or StunAttribute.Realm
            or StunAttribute.Nonce or StunAttribute.MessageIntegritySha256 or StunAttribute.PasswordAlgorithm or StunAttribute.UserHash;
    }
}
