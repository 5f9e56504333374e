using KafkaBackup.Shared.Kafka;

namespace KafkaBackup.Shared.Oso;

/// <summary>How far a backup is, seen from its store; with a look at the source also how far it is behind.</summary>
public sealed record StatusReport
{
    /// <summary>The backup.</summary>
    public required string BackupId { get; init; }

    /// <summary>The head of its ledger; null for one that only OSO's tool wrote.</summary>
    public required Ledger.Head? Head { get; init; }

    /// <summary>What it holds, by partition.</summary>
    public required IReadOnlyDictionary<PartitionId, StoredPartition> Stored { get; init; }

    /// <summary>Where logs end at the source, by partition; null when nobody looked.</summary>
    public IReadOnlyDictionary<PartitionId, PartitionBounds>? Source { get; init; }

    /// <summary>Transactions that hold back the ends of partitions at the source; empty when nobody looked.</summary>
    public IReadOnlyDictionary<PartitionId, OpenTransaction> OpenTransactions { get; init; } = new Dictionary<PartitionId, OpenTransaction>();

    /// <summary>Last offsets in a local <c>offsets.db</c>; null when nobody looked.</summary>
    public IReadOnlyDictionary<PartitionId, long>? LocalOffsets { get; init; }

    /// <summary>Records in the backup.</summary>
    public long Records => Stored.Values.Sum(partition => partition.Records);

    /// <summary>Bytes of its objects.</summary>
    public long StoredSize => Stored.Values.Aggregate(0L, (sum, partition) => sum + partition.StoredSize);

    /// <summary>How many offsets were deleted from it on purpose.</summary>
    public long PrunedOffsets => Stored.Values.Aggregate(0L, (sum, partition) => sum + partition.PrunedOffsets);

    /// <summary>How many offsets the backup is behind the source, without the partitions that could not be asked; null when nobody looked.</summary>
    public long? Lag => Source?.Sum(partition => LagOf(partition.Key, partition.Value));

    /// <summary>Why partitions could not be asked, in order: no leader, or no right.</summary>
    public IReadOnlyList<(PartitionId Partition, BackupException Problem)> NotAsked =>
        [.. (Source ?? new Dictionary<PartitionId, PartitionBounds>()).Where(partition => partition.Value.Problem is not null)
            .Select(partition => (partition.Key, partition.Value.Problem!)).OrderBy(partition => partition.Key)];

    /// <summary>The fetch position of a partition: the next offset that a run would read; null when the backup has nothing of it.</summary>
    public long? PositionOf(PartitionId partition) => Stored.GetValueOrDefault(partition)?.Position;

    /// <summary>How many offsets a partition is behind; null when it could not be asked.</summary>
    public long? LagOf(PartitionId partition, PartitionBounds bounds) => bounds.Problem is not null
        ? null
        : Math.Max(0, bounds.HighWatermark - Math.Max(bounds.LogStartOffset, PositionOf(partition) ?? 0));

    /// <summary>All partitions that backup or source have, in order.</summary>
    public IEnumerable<PartitionId> Partitions => Stored.Keys.Concat(Source?.Keys ?? []).Distinct().Order();
}
