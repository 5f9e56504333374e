using System.Runtime.InteropServices;

namespace KafkaBackup.Benchmarks;

/// <summary>What the system says processes have used, to the microsecond.</summary>
/// <param name="Processor">User and system time.</param>
/// <param name="PageFaults">How often a page was missing that needed no disk: memory that was touched for the first time, mostly.</param>
internal readonly partial record struct ResourceUse(TimeSpan Processor, long PageFaults)
{
    private const int OfThisProcess = 0;
    private const int OfChildren = -1;
    private const int OfThread = 1;

    /// <summary>That of all children that have ended, and of theirs.</summary>
    public static ResourceUse Children => Read(OfChildren);

    /// <summary>That of this process.</summary>
    public static ResourceUse ThisProcess => Read(OfThisProcess);

    /// <summary>That of the calling thread.</summary>
    public static ResourceUse Thread => Read(OfThread);

    /// <summary>What was used between two readings.</summary>
    public static ResourceUse operator -(ResourceUse after, ResourceUse before) =>
        new(after.Processor - before.Processor, after.PageFaults - before.PageFaults);

    private static ResourceUse Read(int who)
    {
        // Seconds and microseconds of user time, then of system time; four sizes of memory; page faults without disk; then what is of no use here.
        Span<long> usage = stackalloc long[18];
        return GetUsage(who, ref MemoryMarshal.GetReference(usage)) == 0
            ? new ResourceUse(TimeSpan.FromSeconds(usage[0] + usage[2]) + TimeSpan.FromMicroseconds(usage[1] + usage[3]), usage[8])
            : throw new InvalidOperationException("The system does not tell what processes have used.");
    }

    [LibraryImport("libc", EntryPoint = "getrusage")]
    private static partial int GetUsage(int who, ref long usage);
}
