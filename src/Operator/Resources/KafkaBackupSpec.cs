namespace KafkaBackup.Operator.Resources;

/// <summary>What a KafkaBackup asks for. Fields of the schema that have one value only are not here.</summary>
internal sealed record KafkaBackupSpec
{
    public KafkaClusterSpec KafkaCluster { get; init; } = new();

    public IReadOnlyList<string> Topics { get; init; } = [];

    public IReadOnlyList<string> ExcludeTopics { get; init; } = [];

    public bool IncludeInternalTopics { get; init; }

    public StorageSpec Storage { get; init; } = new();

    /// <summary>Null: the object's name.</summary>
    public string? BackupId { get; init; }

    public string Compression { get; init; } = "zstd";

    public int CompressionLevel { get; init; } = 3;

    public long SegmentMaxBytes { get; init; } = 134_217_728;

    public long SegmentMaxIntervalMs { get; init; } = 60_000;

    public bool Continuous { get; init; }

    public bool StopAtCurrentOffsets { get; init; }

    public bool IncludeOffsetHeaders { get; init; } = true;

    public string? SourceClusterId { get; init; }

    public long PollIntervalMs { get; init; } = 1_000;

    public bool ConsumerGroupSnapshot { get; init; }

    /// <summary>5 fields, or OSO's 6 or 7, or one of its shorthands; null: once, or without an end.</summary>
    public string? Schedule { get; init; }

    public string? TimeZone { get; init; }

    public CheckpointSpec Checkpoint { get; init; } = new();

    public RateLimitingSpec? RateLimiting { get; init; }

    public long? StoragePatienceSecs { get; init; }

    public bool Suspend { get; init; }

    /// <summary><c>Retain</c>, or <c>Delete</c>: with the object goes what the backup has stored.</summary>
    public string DeletionPolicy { get; init; } = "Retain";

    /// <summary>A run that takes longer is ended in good order; null: none is.</summary>
    public long? RunDeadlineSecs { get; init; }

    /// <summary>Whether it is one run, and no more until the object changes.</summary>
    public bool IsOnce => Schedule is null && !Continuous;
}

/// <summary><c>checkpoint</c>.</summary>
internal sealed record CheckpointSpec
{
    public bool Enabled { get; init; } = true;

    public long IntervalSecs { get; init; } = 30;
}

/// <summary><c>rateLimiting</c>: what of it has an effect on backups.</summary>
internal sealed record RateLimitingSpec
{
    public int MaxConcurrentPartitions { get; init; } = 4;
}
