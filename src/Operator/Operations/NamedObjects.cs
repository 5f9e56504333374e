using KafkaBackup.Operator.Api;
using KafkaBackup.Operator.Resources;

namespace KafkaBackup.Operator.Operations;

/// <summary>Objects that others name, of the same namespace.</summary>
internal static class NamedObjects
{
    /// <summary>A KafkaBackup; null: there is none of this name.</summary>
    public static async Task<KafkaBackupResource?> BackupAsync(KubernetesApi api, ObjectKey key, CancellationToken cancellation) =>
        key.Name.Length > 0 && await api.GetAsync(ResourceKind.KafkaBackup.PathOf(key), cancellation) is { } found ? ResourceJson.ReadBackup(found) : null;

    /// <summary>A KafkaRestore; null: there is none of this name.</summary>
    public static async Task<KafkaRestoreResource?> RestoreAsync(KubernetesApi api, ObjectKey key, CancellationToken cancellation) =>
        key.Name.Length > 0 && await api.GetAsync(ResourceKind.KafkaRestore.PathOf(key), cancellation) is { } found ? ResourceJson.ReadRestore(found) : null;

    /// <summary>A KafkaOffsetReset; null: there is none of this name.</summary>
    public static async Task<KafkaOffsetResetResource?> ResetAsync(KubernetesApi api, ObjectKey key, CancellationToken cancellation) =>
        key.Name.Length > 0 && await api.GetAsync(ResourceKind.KafkaOffsetReset.PathOf(key), cancellation) is { } found
            ? ResourceJson.Read<KafkaOffsetResetResource>(found, ResourceKind.KafkaOffsetReset) : null;
}
