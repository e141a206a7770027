using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Sockets;

namespace Gateway.Media.Io;

/// <summary>
/// An IPv4 or IPv6 address and a port, as a value: comparing, hashing and copying allocate nothing, because every packet
/// does it. An IPv4 address mapped into IPv6 (RFC 4291 section 2.5.5.2) is the IPv4 address.
/// </summary>
public readonly struct PeerAddress : IEquatable<PeerAddress>
{
    private const ulong MappedPrefix = 0x0000_FFFF_0000_0000;

    // The sixteen octets of the address in network order, IPv4 as its mapped form.
    private readonly ulong _high;
    private readonly ulong _low;
    private readonly uint _scope;

    private PeerAddress(ulong high, ulong low, uint scope, ushort port)
    {
        _high = high;
        _low = low;
        _scope = scope;
        Port = port;
    }

    /// <summary>The UDP port; 0 when there is none.</summary>
    public ushort Port { get; }

    /// <summary>True for the default value, which names nobody.</summary>
    public bool IsNone => _high == 0 && _low == 0 && Port == 0;

    /// <summary>True for an IPv4 address.</summary>
    public bool IsIPv4 => _high == 0 && (_low & 0xFFFF_FFFF_0000_0000) == MappedPrefix;

    /// <summary><see cref="AddressFamily.InterNetwork"/> or <see cref="AddressFamily.InterNetworkV6"/>.</summary>
    public AddressFamily Family => IsIPv4 ? AddressFamily.InterNetwork : AddressFamily.InterNetworkV6;

    /// <summary>True for 0.0.0.0 and ::, as in a held description (RFC 3264 section 8.4).</summary>
    public bool IsAny => _high == 0 && (_low is 0 or MappedPrefix);

    /// <summary>True for 127.0.0.0/8 and ::1.</summary>
    public bool IsLoopback => IsIPv4 ? (byte)(_low >> 24) == 127 : _high == 0 && _low == 1;

    /// <summary>The zone of a link-local IPv6 address (RFC 4007), else 0.</summary>
    public uint Scope => _scope;

    /// <summary>The number of octets of the address: 4 or 16.</summary>
    public int AddressLength => IsIPv4 ? 4 : 16;

    /// <summary>Whether two values are equal.</summary>
    public static bool operator ==(PeerAddress left, PeerAddress right) => left.Equals(right);

    /// <summary>Whether two values differ.</summary>
    public static bool operator !=(PeerAddress left, PeerAddress right) => !left.Equals(right);

    /// <summary>An address in network order, 4 or 16 octets long.</summary>
    public static PeerAddress FromBytes(ReadOnlySpan<byte> address, int port, uint scope = 0)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(port);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(port, ushort.MaxValue);
        return address.Length switch
        {
            4 => new(0, MappedPrefix | BinaryPrimitives.ReadUInt32BigEndian(address), 0, (ushort)port),
            16 => new(
                BinaryPrimitives.ReadUInt64BigEndian(address), BinaryPrimitives.ReadUInt64BigEndian(address[8..]), scope, (ushort)port),
            _ => throw new ArgumentException("An address has 4 or 16 octets.", nameof(address)),
        };
    }

    /// <summary>The value of an address and a port.</summary>
    public static PeerAddress FromAddress(IPAddress address, int port)
    {
        ArgumentNullException.ThrowIfNull(address);
        Span<byte> octets = stackalloc byte[16];
        address.TryWriteBytes(octets, out var length);
        return FromBytes(
            octets[..length], port, address.AddressFamily == AddressFamily.InterNetworkV6 ? (uint)address.ScopeId : 0);
    }

    /// <summary>The value of an end point.</summary>
    public static PeerAddress FromEndPoint(IPEndPoint endPoint)
    {
        ArgumentNullException.ThrowIfNull(endPoint);
        return FromAddress(endPoint.Address, endPoint.Port);
    }

    /// <summary>Reads an address without brackets, never a name: descriptions and candidates carry the two apart.</summary>
    public static bool TryParse([NotNullWhen(true)] string? address, int port, out PeerAddress value)
    {
        value = default;
        if (port is < 0 or > ushort.MaxValue || !IPAddress.TryParse(address, out var parsed))
        {
            return false;
        }

        value = FromAddress(parsed, port);
        return true;
    }

    /// <summary>The same host, another port.</summary>
    public PeerAddress WithPort(int port)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(port);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(port, ushort.MaxValue);
        return new(_high, _low, _scope, (ushort)port);
    }

    /// <summary>Whether both have the same address, whatever the port.</summary>
    public bool SameHost(in PeerAddress other) => _high == other._high && _low == other._low && _scope == other._scope;

    /// <summary>Writes the address in network order and returns its length, 4 or 16.</summary>
    public int WriteAddress(Span<byte> octets)
    {
        if (IsIPv4)
        {
            BinaryPrimitives.WriteUInt32BigEndian(octets, (uint)_low);
            return 4;
        }

        BinaryPrimitives.WriteUInt64BigEndian(octets, _high);
        BinaryPrimitives.WriteUInt64BigEndian(octets[8..], _low);
        return 16;
    }

    /// <summary>The address without the port.</summary>
    public IPAddress ToAddress()
    {
        Span<byte> octets = stackalloc byte[16];
        var length = WriteAddress(octets);
        return length == 4 || _scope == 0 ? new IPAddress(octets[..length]) : new IPAddress(octets, _scope);
    }

    /// <summary>The value as an end point.</summary>
    public IPEndPoint ToEndPoint() => new(ToAddress(), Port);

    /// <inheritdoc/>
    public bool Equals(PeerAddress other) =>
        _low == other._low && Port == other.Port && _high == other._high && _scope == other._scope;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is PeerAddress other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(_high, _low, Port);

    /// <summary><c>192.0.2.1:5004</c> or <c>[2001:db8::1]:5004</c>.</summary>
    public override string ToString() => ToEndPoint().ToString();
}
