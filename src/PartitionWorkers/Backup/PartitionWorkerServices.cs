using KafkaBackup.PartitionWorkers.Node;
using KafkaBackup.Shared;

namespace KafkaBackup.PartitionWorkers.Backup;

/// <summary>What all partition workers of a node share.</summary>
/// <param name="Environments">Source, store and configuration by backup.</param>
/// <param name="Pipeline">How segments are cut.</param>
/// <param name="Settings">Timing.</param>
/// <param name="Clock">The clock.</param>
/// <param name="Log">What the user reads.</param>
public sealed record PartitionWorkerServices(
    IBackupEnvironments Environments, PipelineSettings Pipeline, PartitionWorkerSettings Settings, TimeProvider Clock,
    WorkerLog Log)
{
    /// <summary>Where pipelines count what they read and store.</summary>
    public NodeProgress Progress { get; init; } = new();

    /// <summary>Whether the journal can be relied on. Default: yes, and nobody hears when that changes.</summary>
    public JournalHealth Journal { get; init; } = new(_ => { });
}
