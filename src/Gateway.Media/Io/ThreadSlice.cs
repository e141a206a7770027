using System.Runtime.InteropServices;

namespace Gateway.Media.Io;

/// <summary>
/// Asks Linux for short turns of a thread: one that has little to do at a time, often, gets its turn sooner after it is woken, and
/// no more of the processor. From 6.12 on (sched(7), custom slices of EEVDF); other kernels pass over it.
/// </summary>
internal static unsafe partial class ThreadSlice
{
    /// <summary>Nanoseconds, the least that there is: the packets of some ten calls.</summary>
    private const ulong Shortest = 100_000;

    private const uint Ordinary = 0; // SCHED_OTHER

    /// <summary>For the thread that calls. A system that does not know it, or forbids it, leaves the thread as it is.</summary>
    public static void Shorten()
    {
        if (!OperatingSystem.IsLinux() || Numbers() is not { } numbers)
        {
            return;
        }

        // Niceness is set with it, so it has to be known.
        var attributes = new Attributes { Size = (uint)sizeof(Attributes) };
        if (Call(numbers.Get, 0, &attributes, (nuint)sizeof(Attributes), 0) == 0 && attributes.Policy == Ordinary)
        {
            (attributes.Size, attributes.Runtime) = ((uint)sizeof(Attributes), Shortest);
            _ = Call(numbers.Set, 0, &attributes, 0, 0);
        }
    }

    /// <summary>sched_getattr(2) and sched_setattr(2), for which Debian 12's C library has no function.</summary>
    private static (nint Get, nint Set)? Numbers() => RuntimeInformation.ProcessArchitecture switch
    {
        Architecture.X64 => (315, 314),
        Architecture.Arm64 => (275, 274),
        _ => null,
    };

    [LibraryImport("libc", EntryPoint = "syscall")]
    private static partial nint Call(nint number, nint thread, Attributes* attributes, nuint third, nuint fourth);

    /// <summary>struct sched_attr, as of Linux 3.14.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct Attributes
    {
        public uint Size;
        public uint Policy;
        public ulong Flags;
        public int Nice;
        public uint Priority;
        public ulong Runtime;
        public ulong Deadline;
        public ulong Period;
    }
}
