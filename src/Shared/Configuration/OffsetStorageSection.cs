namespace KafkaBackup.Shared.Configuration;

/// <summary><c>offset_storage</c>: makes runs incremental.</summary>
public sealed record OffsetStorageSection
{
    /// <summary><c>db_path</c>: the local <c>offsets.db</c>. Default: <c>$TMPDIR/{backup_id}-offsets.db</c>.</summary>
    public string? DbPath { get; init; }

    /// <summary><c>sync_interval_secs</c>: how often manifest and remote <c>offsets.db</c> are written during a run. Default: 30 s. At least 1.</summary>
    public TimeSpan SyncInterval { get; init; } = TimeSpan.FromSeconds(30);
}
