using Akka.Actor;
using KafkaBackup.Shared;
using KafkaBackup.Shared.Protocol;

namespace KafkaBackup.Coordinator.Backup;

/// <summary>What all backup coordinators of a node share.</summary>
/// <param name="Environments">Source, store and configuration by backup.</param>
/// <param name="Settings">Numbers.</param>
/// <param name="Clock">The clock.</param>
/// <param name="RunLog">What the user reads.</param>
/// <param name="OwnName">A name for a run that no other has, made of the one by which it was asked for: that comes again after a coordinator was
/// lost, and workers must not take the orders of one for those of another.</param>
public sealed record BackupCoordinatorServices(
    IBackupEnvironments Environments, BackupCoordinatorSettings Settings, TimeProvider Clock, RunLog RunLog, Func<RunId, RunId> OwnName)
{
    /// <summary>What is measured of runs. Default: for nobody.</summary>
    public RunMetrics Metrics { get; init; } = RunMetrics.Unread;

    /// <summary>This node's part of a refusal.</summary>
    public Func<Refusal> Refuse { get; init; } = () => new Refusal("this node", 1);

    /// <summary>How many nodes there are that work. At least 1.</summary>
    public Func<int> WorkerNodes { get; init; } = () => 1;

    /// <summary>How a ledger is written at this node, where the singleton's cannot; null when it is nowhere but there.</summary>
    public Func<BackupId, Props>? LedgerProps { get; init; }

    /// <summary>The run's name and a part that nobody else makes.</summary>
    public static RunId NewName(RunId run) => new($"{run}/{Guid.NewGuid():N}");
}
