using KafkaBackup.PartitionWorkers.Node;
using KafkaBackup.Shared.Configuration;
using KafkaBackup.Shared.Segments;
using KafkaBackup.Shared;
using static KafkaBackup.PartitionWorkers.Node.PermitProtocol;

namespace KafkaBackup.PartitionWorkers.Backup;

/// <summary>What all partition workers of a node share.</summary>
/// <param name="Environments">Source, store and configuration by backup.</param>
/// <param name="MemoryBytes">What this node has for segments and prefetched records of all backups together.</param>
/// <param name="Settings">Timing.</param>
/// <param name="Clock">The clock.</param>
/// <param name="Log">What the user reads.</param>
public sealed record PartitionWorkerServices(
    IBackupEnvironments Environments, long MemoryBytes, PartitionWorkerSettings Settings, TimeProvider Clock, WorkerLog Log)
{
    /// <summary>Where pipelines count what they read and store.</summary>
    public NodeProgress Progress { get; init; } = new();

    /// <summary>What is measured of pipelines. Default: for nobody.</summary>
    public WorkerMetrics Metrics { get; init; } = WorkerMetrics.Unread;

    /// <summary>Whether the journal can be relied on. Default: yes, and nobody hears when that changes.</summary>
    public JournalHealth Journal { get; init; } = new(_ => { }, TimeProvider.System);

    /// <summary>Which workers the journal has anything of. Default: perhaps of all.</summary>
    public JournaledWorkers Journaled { get; init; } = JournaledWorkers.Unknown;

    /// <summary>The node. Default: the only one.</summary>
    public WorkerNode Node { get; init; } = WorkerNode.Alone;

    /// <summary>How a backup's segments are cut on this node, and how much is read, with a permit of this size.</summary>
    internal PipelineSettings PipelineOf(BackupConfiguration configuration, PermitSize size) => new()
    {
        Segments = SegmentSettings.From(configuration.Backup),
        OverlapsUpload = size == PermitSize.Full && PermitBudget.For(configuration.Backup, MemoryBytes).OverlapsUpload,
        MostBytes = size == PermitSize.Full ? long.MaxValue : PermitBudget.SmallSegmentBytes,
    };

    /// <summary>What a worker of a backup asks the node for.</summary>
    internal RequestPermit PermitOf(BackupConfiguration configuration, PermitSize size)
    {
        var budget = PermitBudget.For(configuration.Backup, MemoryBytes);
        var (bytes, most) = size == PermitSize.Full ? (budget.PermitBytes, Math.Max(budget.Slots, configuration.Backup.MaxConcurrentSmall)) : (budget.SmallPermitBytes, configuration.Backup.MaxConcurrentSmall);
        return new RequestPermit(PermitUser.Of(configuration.BackupId), bytes, most) { MostBytes = budget.TotalBytes };
    }
}
