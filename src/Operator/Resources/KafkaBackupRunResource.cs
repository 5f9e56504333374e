namespace KafkaBackup.Operator.Resources;

/// <summary>A KafkaBackupRun as the API server has it: asks for a run of a KafkaBackup, now.</summary>
internal sealed record KafkaBackupRunResource(ObjectMeta Metadata, KafkaBackupRunSpec Spec)
{
    public KafkaBackupRunStatus? Status { get; init; }
}

/// <summary>What it asks for.</summary>
internal sealed record KafkaBackupRunSpec
{
    public BackupReference BackupRef { get; init; } = new();
}
