using System.Runtime.InteropServices;

namespace KafkaBackup.Benchmarks;

/// <summary>What the system says processes have used of its processors, to the microsecond.</summary>
internal static partial class ProcessorTime
{
    private const int OfChildren = -1;
    private const int OfThread = 1;

    /// <summary>User and system time of all children that have ended.</summary>
    public static TimeSpan Children => Read(OfChildren);

    /// <summary>User and system time of the calling thread.</summary>
    public static TimeSpan Thread => Read(OfThread);

    private static TimeSpan Read(int who)
    {
        // Seconds and microseconds of user time, then of system time, then what is of no use here.
        Span<long> usage = stackalloc long[18];
        return GetUsage(who, ref MemoryMarshal.GetReference(usage)) == 0
            ? TimeSpan.FromSeconds(usage[0] + usage[2]) + TimeSpan.FromMicroseconds(usage[1] + usage[3])
            : throw new InvalidOperationException("The system does not tell what processes have used.");
    }

    [LibraryImport("libc", EntryPoint = "getrusage")]
    private static partial int GetUsage(int who, ref long usage);
}
