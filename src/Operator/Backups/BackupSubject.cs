using KafkaBackup.Operator.Api;
using KafkaBackup.Shared;

namespace KafkaBackup.Operator.Backups;

/// <summary>A backup, and the object that asks for it.</summary>
/// <param name="Backup">What it is called in its store.</param>
/// <param name="Object">The KafkaBackup.</param>
/// <param name="Uid">What tells that object from others of its name, before and after.</param>
public sealed record BackupSubject(BackupId Backup, ObjectKey Object, string Uid)
{
    /// <summary>The volume claim that it is stored in; null: it is in a bucket.</summary>
    public string? Claim { get; init; }

    /// <summary>After so many seconds a run is to end; null: never.</summary>
    public long? DeadlineSecs { get; init; }

    /// <summary>Whether it logs in at Azure as the pod's workload identity.</summary>
    public bool UsesWorkloadIdentity { get; init; }
}
