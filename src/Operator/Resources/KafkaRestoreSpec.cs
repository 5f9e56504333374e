namespace KafkaBackup.Operator.Resources;

/// <summary>What a KafkaRestore asks for. Fields of the schema that have one value only are not here.</summary>
internal sealed record KafkaRestoreSpec
{
    public BackupReference BackupRef { get; init; } = new();

    /// <summary>The target.</summary>
    public KafkaClusterSpec KafkaCluster { get; init; } = new();

    public IReadOnlyList<string> Topics { get; init; } = [];

    public PointInTimeSpec? Pitr { get; init; }

    public IReadOnlyDictionary<string, string> TopicMapping { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    public IReadOnlyDictionary<string, int> PartitionMapping { get; init; } = new Dictionary<string, int>(StringComparer.Ordinal);

    public IReadOnlyDictionary<string, RepartitioningSpec> Repartitioning { get; init; } = new Dictionary<string, RepartitioningSpec>(StringComparer.Ordinal);

    public OffsetResetSpec? OffsetReset { get; init; }

    public bool AutoConsumerGroups { get; init; }

    public RestoreRatesSpec? RateLimiting { get; init; }

    public long? StoragePatienceSecs { get; init; }

    public bool DryRun { get; init; }

    public int ProduceAcks { get; init; } = -1;

    public long ProduceTimeoutMs { get; init; } = 30_000;

    public bool PurgeTopics { get; init; }

    public bool CreateTopics { get; init; }

    public int? DefaultReplicationFactor { get; init; }
}

/// <summary><c>backupRef</c>: a KafkaBackup of the same namespace, or a backup in a store.</summary>
internal sealed record BackupReference
{
    public string Name { get; init; } = "";

    public string? Namespace { get; init; }

    public string? BackupId { get; init; }

    public StorageSpec? Storage { get; init; }
}

/// <summary><c>pitr</c>: each end as milliseconds or as a time.</summary>
internal sealed record PointInTimeSpec
{
    public long? StartTimestamp { get; init; }

    public long? EndTimestamp { get; init; }

    public string? StartTime { get; init; }

    public string? EndTime { get; init; }
}

/// <summary>One entry of <c>repartitioning</c>.</summary>
internal sealed record RepartitioningSpec(int TargetPartitions)
{
    public string Strategy { get; init; } = "murmur2";
}

/// <summary><c>offsetReset</c>: which groups are set, and how.</summary>
internal sealed record OffsetResetSpec
{
    public bool Enabled { get; init; }

    public IReadOnlyList<string> ConsumerGroups { get; init; } = [];

    public string Strategy { get; init; } = "manual";
}

/// <summary><c>rateLimiting</c> of a restore; 0: no limit.</summary>
internal sealed record RestoreRatesSpec
{
    public long RecordsPerSec { get; init; }

    public long BytesPerSec { get; init; }

    public int MaxConcurrentPartitions { get; init; } = 4;
}
