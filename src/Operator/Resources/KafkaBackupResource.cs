using KafkaBackup.Operator.Api;

namespace KafkaBackup.Operator.Resources;

/// <summary>A KafkaBackup as the API server has it.</summary>
internal sealed record KafkaBackupResource(ObjectMeta Metadata, KafkaBackupSpec Spec)
{
    /// <summary>Keeps an object until the cluster has forgotten its backup. OSO's operator has the same, so that its objects can be deleted, too.</summary>
    public const string Finalizer = "kafka.oso.sh/backup-finalizer";

    /// <summary>An annotation whose every new text begins a run.</summary>
    public const string Trigger = "kafka.oso.sh/trigger-backup";

    public KafkaBackupStatus? Status { get; init; }

    public ObjectKey Key => Metadata.Key;

    /// <summary>What the backup is called in the store and in the cluster.</summary>
    public string BackupId => Spec.BackupId is { Length: > 0 } id ? id : Metadata.Name;
}
