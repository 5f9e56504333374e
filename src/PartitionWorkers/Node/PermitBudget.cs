using KafkaBackup.Shared.Configuration;
using KafkaBackup.Shared;

namespace KafkaBackup.PartitionWorkers.Node;

/// <summary>How many partitions a node reads at once, so that their segments and prefetched records stay within the memory budget.</summary>
public sealed record PermitBudget
{
    private PermitBudget(int slots, bool overlapsUpload)
    {
        Slots = slots;
        OverlapsUpload = overlapsUpload;
    }

    /// <summary>Permits that may be out at the same time. At least 1.</summary>
    public int Slots { get; }

    /// <summary>Whether a permit has room for a second segment, so that one is filled while the one before it is uploaded.</summary>
    public bool OverlapsUpload { get; }

    /// <summary>The smallest budget that lets one partition be read.</summary>
    public static long MinimumBytes(BackupSection section) => section.SegmentMaxBytes + BackupSection.MemoryBesideSegment;

    /// <summary>Divides the budget.</summary>
    /// <param name="section">The user's limits; its <c>max_memory_bytes</c> wins over the default.</param>
    /// <param name="availableBytes">Memory of the machine or container; a quarter of it is the default budget.</param>
    /// <exception cref="BackupException">The budget is too small for a single partition.</exception>
    public static PermitBudget For(BackupSection section, long availableBytes)
    {
        var budget = section.MaxMemoryBytes ?? availableBytes / 4;
        var single = MinimumBytes(section);
        if (budget < single)
        {
            var cause = section.MaxMemoryBytes is null ? $"a quarter of the {availableBytes:N0} bytes of memory here" : "backup.max_memory_bytes";
            throw new BackupException(FailureKind.Configuration,
                $"{cause} is {budget:N0} bytes, and one partition with backup.segment_max_bytes of {section.SegmentMaxBytes:N0} needs {single:N0}. "
                + "Raise backup.max_memory_bytes or lower backup.segment_max_bytes.");
        }

        var overlapping = single + section.SegmentMaxBytes;
        return budget >= overlapping
            ? new PermitBudget((int)Math.Min(section.MaxConcurrentPartitions, budget / overlapping), overlapsUpload: true)
            : new PermitBudget(1, overlapsUpload: false);
    }
}
