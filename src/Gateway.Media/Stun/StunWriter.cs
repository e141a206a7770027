using System.Buffers.Binary;
using Gateway.Media.Io;

namespace Gateway.Media.Stun;

/// <summary>Writes a STUN message (RFC 8489) into a buffer of its caller's, of <see cref="StunFormat.MaxLength"/> octets.</summary>
internal ref struct StunWriter
{
    private readonly Span<byte> _buffer;
    private int _length = StunFormat.HeaderLength;

    public StunWriter(Span<byte> buffer, StunClass @class, int method, ReadOnlySpan<byte> transactionId)
    {
        _buffer = buffer;
        var type = (method & 0xF80) << 2 | (method & 0x70) << 1 | method & 0xF | ((int)@class & 2) << 7 | ((int)@class & 1) << 4;
        BinaryPrimitives.WriteUInt16BigEndian(buffer, (ushort)type);
        BinaryPrimitives.WriteUInt32BigEndian(buffer[4..], StunFormat.MagicCookie);
        transactionId.CopyTo(buffer.Slice(8, StunFormat.TransactionIdLength));
    }

    public void Flag(StunAttribute type) => Attribute(type, 0);

    public void Number(StunAttribute type, uint value) => BinaryPrimitives.WriteUInt32BigEndian(Attribute(type, 4), value);

    public void Number(StunAttribute type, ulong value) => BinaryPrimitives.WriteUInt64BigEndian(Attribute(type, 8), value);

    public void Octets(StunAttribute type, ReadOnlySpan<byte> value) => value.CopyTo(Attribute(type, value.Length));

    /// <summary>USERNAME: the receiver's fragment, a colon, the sender's (RFC 8445 section 7.2.2).</summary>
    public void Username(ReadOnlySpan<byte> receiver, ReadOnlySpan<byte> sender)
    {
        var value = Attribute(StunAttribute.Username, receiver.Length + 1 + sender.Length);
        receiver.CopyTo(value);
        value[receiver.Length] = (byte)':';
        sender.CopyTo(value[(receiver.Length + 1)..]);
    }

    /// <summary>XOR-MAPPED-ADDRESS (section 14.2).</summary>
    public void XorMappedAddress(in PeerAddress address)
    {
        var value = Attribute(StunAttribute.XorMappedAddress, 4 + address.AddressLength);
        value[0] = 0;
        value[1] = address.IsIPv4 ? (byte)1 : (byte)2;
        BinaryPrimitives.WriteUInt16BigEndian(value[2..], (ushort)(address.Port ^ StunFormat.MagicCookie >> 16));
        var octets = value[4..];
        address.WriteAddress(octets);
        for (var i = 0; i < octets.Length; i++)
        {
            octets[i] ^= _buffer[4 + i];
        }
    }

    /// <summary>ERROR-CODE (section 14.8).</summary>
    public void ErrorCode(int code, ReadOnlySpan<byte> phrase)
    {
        var value = Attribute(StunAttribute.ErrorCode, 4 + phrase.Length);
        BinaryPrimitives.WriteUInt32BigEndian(value, (uint)(code / 100 << 8 | code % 100));
        phrase.CopyTo(value[4..]);
    }

    /// <summary>UNKNOWN-ATTRIBUTES (section 14.9).</summary>
    public void UnknownAttributes(ReadOnlySpan<ushort> types)
    {
        var value = Attribute(StunAttribute.UnknownAttributes, types.Length * 2);
        for (var i = 0; i < types.Length; i++)
        {
            BinaryPrimitives.WriteUInt16BigEndian(value[(i * 2)..], types[i]);
        }
    }

    /// <summary>Adds MESSAGE-INTEGRITY and FINGERPRINT and returns the message.</summary>
    public ReadOnlySpan<byte> Signed(ReadOnlySpan<byte> key)
    {
        var before = _buffer[.._length];
        StunFormat.Integrity(before, key, Attribute(StunAttribute.MessageIntegrity, StunFormat.IntegrityLength));
        return Unsigned();
    }

    /// <summary>Adds FINGERPRINT alone and returns the message: for STUN servers and for those who gave no credentials.</summary>
    public ReadOnlySpan<byte> Unsigned()
    {
        var before = _buffer[.._length];
        BinaryPrimitives.WriteUInt32BigEndian(Attribute(StunAttribute.Fingerprint, 4), StunFormat.Fingerprint(before));
        BinaryPrimitives.WriteUInt16BigEndian(_buffer[2..], (ushort)(_length - StunFormat.HeaderLength));
        return _buffer[.._length];
    }

    /// <summary>Room for a value, its header written and its padding cleared.</summary>
    private Span<byte> Attribute(StunAttribute type, int length)
    {
        BinaryPrimitives.WriteUInt16BigEndian(_buffer[_length..], (ushort)type);
        BinaryPrimitives.WriteUInt16BigEndian(_buffer[(_length + 2)..], (ushort)length);
        var padded = (length + 3) & ~3;
        var value = _buffer.Slice(_length + 4, padded);
        value[length..].Clear();
        _length += 4 + padded;
        return value[..length];
    }
}
