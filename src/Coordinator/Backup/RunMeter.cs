using KafkaBackup.Shared;
using KafkaBackup.Shared.Protocol;
using static KafkaBackup.Coordinator.Backup.CoordinatorMessages;
using static KafkaBackup.Shared.Protocol.BackupProtocol;
using static KafkaBackup.Shared.Protocol.LedgerProtocol;
using static KafkaBackup.Shared.Protocol.PartitionProtocol;

namespace KafkaBackup.Coordinator.Backup;

/// <summary>Measures one run by watching its coordinator. It is shown until it is disposed of.</summary>
internal sealed class RunMeter(BackupId backup, RunMetrics metrics, TimeProvider clock) : IDisposable
{
    private readonly long _start = clock.GetTimestamp();

    /// <summary>What the partitions lack.</summary>
    public LagBoard Lag { get; } = new();

    /// <summary>How it stands.</summary>
    public RunNumbers Numbers { get; private set; } = new();

    /// <summary>Takes in an event that changed the run.</summary>
    public void Observe(object message, BackupRunState before, BackupRunState after)
    {
        if (ReferenceEquals(before, after))
        {
            return; // Of another run, or a second answer.
        }

        if (after.Plan is { } plan && !ReferenceEquals(before.Plan, plan))
        {
            var now = clock.GetUtcNow();
            Lag.Look(plan, now);
            Numbers = Numbers with { Partitions = plan.Bounds.Count, SourceReadAt = now.ToUnixTimeMilliseconds() / 1000.0 };
        }

        switch (message)
        {
            case PartitionEnded { Failure: null, Key.Partition: var partition } ended when !after.IsStopped:
                var end = after.Plan?.Bounds.GetValueOrDefault(partition).HighWatermark ?? 0; // No plan: its run is over, and it is acknowledged only.
                Lag.Save(partition, ended.BlockedAt is { } blockedAt ? Math.Max(0, end - blockedAt) : 0);
                break;
            case TransactionsFound found:
                Numbers = Numbers with { HeldBack = found.Open.Count, HeldBackOffsets = found.Open.Values.Sum(open => open.OffsetsHeldBack) };
                break;
        }

        if (FailureIn(message, after) is { } failure)
        {
            metrics.Failed(backup, failure.Kind);
        }

        if (after.Phase != RunPhase.Idle)
        {
            Numbers = Numbers with { InWork = after.Assigned.Count, Failed = after.Failures.Partitions };
        }
    }

    /// <summary>The run is over.</summary>
    public void End(BackupFinished finished)
    {
        metrics.Ended(finished, clock.GetElapsedTime(_start));
        Dispose();
    }

    public void Dispose() => metrics.Forget(backup, this);

    private static Fault? FailureIn(object message, BackupRunState after) => message switch
    {
        PartitionEnded ended => after.Assigned.ContainsKey(ended.Key.Partition) ? null : ended.Failure, // Another node goes on.
        PlanFailed failed => failed.Failure,
        LedgerFailed failed => failed.Failure,
        GroupsTaken taken => taken.Failure,
        RunFinished finished => finished.ViewFailure,
        _ => null,
    };
}
