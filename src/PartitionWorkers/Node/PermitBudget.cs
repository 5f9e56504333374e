using KafkaBackup.Shared.Configuration;
using KafkaBackup.Shared;

namespace KafkaBackup.PartitionWorkers.Node;

/// <summary>How many partitions of a backup a node reads at once, so that their segments and prefetched records stay within the memory budget.</summary>
public sealed record PermitBudget
{
    /// <summary>What may be read with a small permit, before compression. 4 MiB.</summary>
    public const long SmallSegmentBytes = 4L * 1024 * 1024;

    private PermitBudget(int slots, long permitBytes, bool overlapsUpload) => (Slots, PermitBytes, OverlapsUpload) = (slots, permitBytes, overlapsUpload);

    /// <summary>Permits that may be out for the backup at the same time. At least 1.</summary>
    public int Slots { get; }

    /// <summary>Memory that one permit stands for.</summary>
    public long PermitBytes { get; }

    /// <summary>Memory that one stands for that is for few records: for a segment of <see cref="SmallSegmentBytes"/>.</summary>
    public long SmallPermitBytes => Math.Min(PermitBytes, BackupSection.MemoryBesideSegment + SmallSegmentBytes);

    /// <summary>Memory of all permits together.</summary>
    public long TotalBytes => Slots * PermitBytes;

    /// <summary>Whether a permit has room for a second segment, so that one is filled while the one before it is uploaded.</summary>
    public bool OverlapsUpload { get; }

    /// <summary>The smallest budget that lets one partition be read.</summary>
    public static long MinimumBytes(BackupSection section) => section.SegmentMaxBytes + BackupSection.MemoryBesideSegment;

    /// <summary>The memory of a node that serves one backup only: what its user set, or a quarter of what there is.</summary>
    /// <param name="section">The user's limits.</param>
    /// <param name="availableBytes">Memory of the machine or container.</param>
    public static long BytesFor(BackupSection section, long availableBytes) => section.MaxMemoryBytes ?? availableBytes / 4;

    /// <summary>Divides a backup's share of a node's memory.</summary>
    /// <param name="section">The user's limits; with <c>max_memory_bytes</c> the backup gets no more than that.</param>
    /// <param name="nodeBytes">What the node has for all backups.</param>
    /// <exception cref="BackupException">It is too small for a single partition.</exception>
    public static PermitBudget For(BackupSection section, long nodeBytes)
    {
        var budget = Math.Min(section.MaxMemoryBytes ?? nodeBytes, nodeBytes);
        var single = MinimumBytes(section);
        if (budget < single)
        {
            var cause = budget == section.MaxMemoryBytes
                ? "backup.max_memory_bytes"
                : "what this node has for segments (a quarter of the memory here, unless it was set)";
            throw new BackupException(FailureKind.Configuration,
                $"{cause} is {budget:N0} bytes, and one partition with backup.segment_max_bytes of {section.SegmentMaxBytes:N0} needs {single:N0}. "
                + "Raise backup.max_memory_bytes or lower backup.segment_max_bytes.");
        }

        var overlapping = single + section.SegmentMaxBytes;
        return budget >= overlapping
            ? new PermitBudget((int)Math.Min(section.MaxConcurrentPartitions, budget / overlapping), overlapping, overlapsUpload: true)
            : new PermitBudget(1, single, overlapsUpload: false);
    }
}
