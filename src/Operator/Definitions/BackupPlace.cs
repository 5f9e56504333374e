using KafkaBackup.Operator.Resources;
using KafkaBackup.Shared;

namespace KafkaBackup.Operator.Definitions;

/// <summary>Where a backup lies that an object names in <c>backupRef</c>.</summary>
/// <param name="Backup">What it is called there.</param>
/// <param name="Storage">The storage.</param>
internal sealed record BackupPlace(string Backup, StorageSpec Storage)
{
    /// <summary>The place that a reference names.</summary>
    /// <param name="kind">The kind of the object, for messages.</param>
    /// <param name="reference">The reference.</param>
    /// <param name="space">The object's namespace.</param>
    /// <param name="source">The KafkaBackup that it names; null: it names none, or there is none of the name.</param>
    /// <exception cref="SpecException">It names nothing that is there.</exception>
    public static BackupPlace Of(string kind, BackupReference reference, string space, KafkaBackupResource? source)
    {
        if (reference.Namespace is { Length: > 0 } other && other != space)
        {
            throw new SpecException($"spec.backupRef.namespace is '{other}', and a {kind} uses Secrets of its own namespace '{space}' only. Make the {kind} there, "
                + "or give spec.backupRef.storage and backupId, with Secrets of this namespace.");
        }

        if ((reference.Storage ?? source?.Spec.Storage) is not { } storage || (reference.BackupId ?? source?.BackupId) is not { } backup)
        {
            throw new SpecException($"spec.backupRef.name is '{reference.Name}', and there is no such KafkaBackup in {space}. Name one, or give spec.backupRef.storage and backupId.");
        }

        return BackupId.Problem(backup) is { } problem ? throw new SpecException($"spec.backupRef.backupId: {problem}.") : new BackupPlace(backup, storage);
    }
}
