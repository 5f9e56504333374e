using KafkaBackup.Shared.Oso;

namespace KafkaBackup.Shared.Protocol;

/// <summary>What is said about a restore. It stays within one process.</summary>
public static class RestoreProtocol
{
    /// <summary>Begins the restore that the coordinator was made for. Answered by <see cref="RestoreFinished"/>.</summary>
    public sealed record StartRestore
    {
        /// <summary>It has nothing to say.</summary>
        public static StartRestore Instance { get; } = new();
    }

    /// <summary>Ends it early: what is sent is waited for, nothing more is begun.</summary>
    public sealed record StopRestore
    {
        /// <summary>It has nothing to say.</summary>
        public static StopRestore Instance { get; } = new();
    }

    /// <summary>An order to restore one partition.</summary>
    /// <param name="Source">The partition of the backup.</param>
    /// <param name="Target">Where it goes.</param>
    /// <param name="Segments">Its segments.</param>
    public sealed record RestorePartition(PartitionId Source, PartitionId Target, IReadOnlyList<ManifestSegment> Segments)
    {
        /// <summary>How many records the backup tells of; where segments overlap more than there are.</summary>
        public long Records { get; } = Segments.Sum(segment => segment.RecordCount);
    }

    /// <summary>An order has come to its end.</summary>
    /// <param name="Order">The order.</param>
    public sealed record PartitionRestored(RestorePartition Order)
    {
        /// <summary>Records that the target has acknowledged.</summary>
        public long Records { get; init; }

        /// <summary>Bytes of their keys, values and headers.</summary>
        public long Bytes { get; init; }

        /// <summary>Markers of transactions in the backup, which are no records and were left out.</summary>
        public long Markers { get; init; }

        /// <summary>The source offset of the first of them; null: there was none.</summary>
        public long? FirstMarker { get; init; }

        /// <summary>The source offset of the first record whose timestamp could not be kept; null: all were.</summary>
        public long? FirstChangedTime { get; init; }

        /// <summary>In which way segments are not what the backup says of them: records may be missing.</summary>
        public IReadOnlyList<string> Differences { get; init; } = [];

        /// <summary>Whether it was told to stop before it was through.</summary>
        public bool WasStopped { get; init; }

        /// <summary>Whether all that the backup tells of, and that is wanted, is there as it was.</summary>
        public bool IsExact => this is { FirstChangedTime: null, Differences.Count: 0, WasStopped: false, Failure: null };

        /// <summary>Why it could not be restored whole; null when it was, or was told to stop.</summary>
        public Fault? Failure { get; init; }
    }

    /// <summary>The restore is over.</summary>
    public sealed record RestoreFinished
    {
        /// <summary>What became of the partitions that were begun.</summary>
        public IReadOnlyList<PartitionRestored> Partitions { get; init; } = [];

        /// <summary>What stands in the way of an exit code of 0, the gravest first.</summary>
        public IReadOnlyList<Fault> Failures { get; init; } = [];

        /// <summary>Whether it was told to stop before it was through.</summary>
        public bool WasStopped { get; init; }
    }
}
