using KafkaBackup.Operator.Resources;

namespace KafkaBackup.Operator.Definitions;

/// <summary>The deletion of what a KafkaBackup has stored, as a definition that a cluster takes.</summary>
internal static class DeletionDefinition
{
    /// <summary>The definition for a resource.</summary>
    /// <exception cref="SpecException">Nothing can be stored where it says.</exception>
    public static string Of(KafkaBackupResource resource) => new YamlLines()
        .Comment($"Deletion of KafkaBackup {resource.Key} {resource.Metadata.Uid}")
        .Own("mode", "deletion")
        .Text("backup_id", resource.BackupId, "spec.backupId")
        .Map("storage", storage => StorageSections.Write(storage, resource.Spec.Storage, resource.Metadata.Namespace, null)).ToString();
}
