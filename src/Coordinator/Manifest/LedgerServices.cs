using KafkaBackup.Coordinator.Backup;
using KafkaBackup.Shared;

namespace KafkaBackup.Coordinator.Manifest;

/// <summary>What all ledger actors of a node share.</summary>
/// <param name="Environments">Store and configuration by backup.</param>
/// <param name="OffsetsPath">Where the local <c>offsets.db</c> of a backup lies.</param>
/// <param name="Settings">Timing.</param>
/// <param name="RunLog">What the user reads.</param>
/// <param name="Clock">The clock.</param>
/// <param name="WriterName">A new name for a ledger writer, that no other ever has and that tells an operator which process it is.</param>
public sealed record LedgerServices(
    IBackupEnvironments Environments, Func<BackupId, string> OffsetsPath, LedgerSettings Settings, RunLog RunLog, TimeProvider Clock,
    Func<string> WriterName)
{
    /// <summary>What is measured of commits. Default: for nobody.</summary>
    public RunMetrics Metrics { get; init; } = RunMetrics.Unread;
}
