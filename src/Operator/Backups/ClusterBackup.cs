using KafkaBackup.Shared.Protocol;

namespace KafkaBackup.Operator.Backups;

/// <summary>A backup as the cluster knows it.</summary>
/// <param name="Declared">What is declared of it, and its last runs.</param>
/// <param name="Progress">How far its run is; null when there is none, or when nobody answered in time.</param>
public sealed record ClusterBackup(DeclaredBackup Declared, BackupProtocol.BackupStatus? Progress);
