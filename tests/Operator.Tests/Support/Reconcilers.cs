using KafkaBackup.Operator.Api;
using KafkaBackup.Operator.Backups;
using KafkaBackup.Operator.Operations;
using KafkaBackup.Operator.Resources;

namespace KafkaBackup.Operator.Tests.Support;

/// <summary>Puts reconcilers together.</summary>
internal static class Reconcilers
{
    /// <summary>One of KafkaBackups.</summary>
    public static BackupReconciler OfBackups(KubernetesApi api, IBackupRunner runner, TimeProvider clock, IOperationCluster? operations = null)
    {
        var events = new EventRecorder(api, clock);
        return new BackupReconciler(api, runner, new StoredDeletion(operations ?? new FakeOperations(), events, clock), events, clock);
    }
}
