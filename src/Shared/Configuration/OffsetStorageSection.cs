namespace KafkaBackup.Shared.Configuration;

/// <summary><c>offset_storage</c>: makes runs incremental.</summary>
public sealed record OffsetStorageSection
{
    /// <summary><c>db_path</c>: the local <c>offsets.db</c>. Default: <c>$TMPDIR/{backup_id}-offsets.db</c>.</summary>
    public string? DbPath { get; init; }

    /// <summary><c>sync_interval_secs</c>: as <see cref="BackupSection.SyncInterval"/>, which wins. Default: none.</summary>
    public TimeSpan? SyncInterval { get; init; }
}
