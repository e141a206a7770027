using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Gateway.Sip.Transports;

/// <summary>
/// What ICMP said of datagrams that a socket sent (RFC 3261 section 18.4; Linux, ip(7) IP_RECVERR). Without it a peer that is gone
/// is noticed by Timer B or F only, half a minute later. Elsewhere the queue is always empty.
/// </summary>
internal sealed partial class UdpErrorQueue(Socket socket)
{
    private const int IpLevel = 0, IpReceiveErrors = 11, Ip6Level = 41, Ip6ReceiveErrors = 25;
    private const int FromErrorQueue = 0x2000, DoNotWait = 0x40;
    private const int AccessDenied = 13, NetworkUnreachable = 101, ConnectionRefused = 111, HostUnreachable = 113;

    /// <summary>A flood of errors is read in turns.</summary>
    private const int MostAtOnce = 64;

    /// <summary>As much of a datagram as ICMP gives back at the most (RFC 1812 section 4.3.2.3).</summary>
    private const int LargestQuote = 576;

    private static readonly bool IsSupported = OperatingSystem.IsLinux() && Environment.Is64BitProcess;

    /// <summary>Asks for the errors; before the first datagram is sent.</summary>
    public void Enable()
    {
        if (IsSupported)
        {
            Span<byte> on = [1, 0, 0, 0];
            var isVersion6 = socket.AddressFamily == AddressFamily.InterNetworkV6;
            socket.SetRawSocketOption(isVersion6 ? Ip6Level : IpLevel, isVersion6 ? Ip6ReceiveErrors : IpReceiveErrors, on);
        }
    }

    /// <summary>
    /// Datagrams whose destination cannot be reached, oldest first. Reading takes away the error that the kernel would else report with
    /// the next datagram, wherever that goes.
    /// </summary>
    public unsafe ImmutableArray<Undelivered> Read()
    {
        if (!IsSupported)
        {
            return [];
        }

        var unreachable = ImmutableArray.CreateBuilder<Undelivered>(0);
        var name = stackalloc byte[128];
        var control = stackalloc byte[256];
        var quote = stackalloc byte[LargestQuote];
        var part = new Part { Base = quote, Length = LargestQuote };
        for (var i = 0; i < MostAtOnce; i++)
        {
            var header = new MessageHeader
            {
                Name = name, NameLength = 128, Parts = &part, PartCount = 1, Control = control, ControlLength = 256,
            };
            var length = ReceiveMessage((int)socket.Handle, &header, FromErrorQueue | DoNotWait);
            if (length < 0)
            {
                break;
            }

            if (IsUnreachable(new ReadOnlySpan<byte>(control, (int)header.ControlLength))
                && EndPoint(new ReadOnlySpan<byte>(name, (int)header.NameLength)) is { } destination)
            {
                unreachable.Add(new Undelivered(destination, Undelivered.BranchOf(new ReadOnlySpan<byte>(quote, (int)length))));
            }
        }

        return unreachable.DrainToImmutable();
    }

    /// <summary>The first ancillary message, a struct sock_extended_err after its header of 16 octets, begins with the error number.</summary>
    private static bool IsUnreachable(ReadOnlySpan<byte> control) => control.Length >= 20
        && MemoryMarshal.Read<int>(control[16..]) is AccessDenied or NetworkUnreachable or ConnectionRefused or HostUnreachable;

    private IPEndPoint? EndPoint(ReadOnlySpan<byte> name)
    {
        var address = new SocketAddress(socket.AddressFamily);
        if (name.Length < address.Size)
        {
            return null;
        }

        name[..address.Size].CopyTo(address.Buffer.Span);
        return (IPEndPoint)new IPEndPoint(
            socket.AddressFamily == AddressFamily.InterNetworkV6 ? IPAddress.IPv6Any : IPAddress.Any, 0).Create(address);
    }

    [LibraryImport("libc", EntryPoint = "recvmsg", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static unsafe partial nint ReceiveMessage(int descriptor, MessageHeader* header, int flags);

    /// <summary>struct iovec of 64-bit Linux.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private unsafe struct Part
    {
        public void* Base;
        public nuint Length;
    }

    /// <summary>struct msghdr of 64-bit Linux.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private unsafe struct MessageHeader
    {
        public byte* Name;
        public uint NameLength;
        public Part* Parts;
        public nuint PartCount;
        public byte* Control;
        public nuint ControlLength;
        public int Flags;
    }
}
