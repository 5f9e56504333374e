namespace KafkaBackup.Operator.Resources;

/// <summary>What a KafkaOffsetRollback asks for. Fields of the schema that have one value only are not here.</summary>
internal sealed record KafkaOffsetRollbackSpec
{
    public SnapshotReference SnapshotRef { get; init; } = new();

    public KafkaClusterSpec KafkaCluster { get; init; } = new();

    public IReadOnlyList<string> ConsumerGroups { get; init; } = [];

    public bool DryRun { get; init; }

    public bool VerifyAfterRollback { get; init; } = true;
}

/// <summary><c>snapshotRef</c>: a snapshot that a KafkaOffsetReset kept, or one in a claim or a store.</summary>
internal sealed record SnapshotReference
{
    /// <summary>The snapshot's id; empty: the one of <see cref="OffsetResetRef"/>.</summary>
    public string Name { get; init; } = "";

    /// <summary>A KafkaOffsetReset of the same namespace.</summary>
    public string? OffsetResetRef { get; init; }

    public string? PvcName { get; init; }

    /// <summary>The folder in the claim.</summary>
    public string? Path { get; init; }

    public StorageSpec? Storage { get; init; }
}
