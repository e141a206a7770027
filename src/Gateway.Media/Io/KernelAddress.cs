using System.Buffers.Binary;
using System.Runtime.CompilerServices;

namespace Gateway.Media.Io;

/// <summary>struct sockaddr_in and sockaddr_in6 of Linux: family in host order, port and address in network order.</summary>
internal static unsafe class KernelAddress
{
    /// <summary>The length of the longer one.</summary>
    public const int Size = 28;

    private const int IPv4Size = 16;

    /// <summary>Writes <paramref name="address"/> and returns the length.</summary>
    [SkipLocalsInit]
    public static uint Write(in PeerAddress address, byte* to)
    {
        if (address.IsIPv4)
        {
            Unsafe.InitBlockUnaligned(to, 0, IPv4Size);
            Unsafe.WriteUnaligned(to, (ushort)Libc.InterNetwork);
            address.WriteAddress(new Span<byte>(to + 4, 4));
            WritePort(to, address.Port);
            return IPv4Size;
        }

        Unsafe.InitBlockUnaligned(to, 0, Size);
        Unsafe.WriteUnaligned(to, (ushort)Libc.InterNetworkV6);
        address.WriteAddress(new Span<byte>(to + 8, 16));
        Unsafe.WriteUnaligned(to + 24, address.Scope);
        WritePort(to, address.Port);
        return Size;
    }

    /// <summary>Reads what the kernel wrote.</summary>
    public static PeerAddress Read(byte* from)
    {
        var port = BinaryPrimitives.ReadUInt16BigEndian(new ReadOnlySpan<byte>(from + 2, 2));
        return Unsafe.ReadUnaligned<ushort>(from) switch
        {
            Libc.InterNetwork => PeerAddress.FromBytes(new ReadOnlySpan<byte>(from + 4, 4), port),
            Libc.InterNetworkV6 => PeerAddress.FromBytes(
                new ReadOnlySpan<byte>(from + 8, 16), port, Unsafe.ReadUnaligned<uint>(from + 24)),
            _ => default,
        };
    }

    private static void WritePort(byte* to, ushort port) =>
        BinaryPrimitives.WriteUInt16BigEndian(new Span<byte>(to + 2, 2), port);
}
