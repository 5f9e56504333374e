namespace KafkaBackup.Shared.Operations;

/// <summary>A definition of <c>mode: offset-rollback</c>: consumer groups are set back to a snapshot.</summary>
public sealed record OffsetRollbackConfiguration : OperationConfiguration
{
    /// <summary><c>rollback.snapshot_id</c>. Without <see cref="OperationConfiguration.Storage"/> it is one that an offset reset of this cluster has kept.</summary>
    public required string SnapshotId { get; init; }

    /// <summary><c>rollback.consumer_groups</c>: which groups of it; empty: all.</summary>
    public IReadOnlyList<string> Groups { get; init; } = [];

    /// <summary><c>rollback.verify</c>: whether all are read again afterwards and compared. Default: true.</summary>
    public bool Verifies { get; init; } = true;

    /// <summary><c>rollback.dry_run</c>: whether nothing is set.</summary>
    public bool IsDryRun { get; init; }
}
