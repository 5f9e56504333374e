using Akka.Actor;
using Akka.Event;
using KafkaBackup.Shared;
using KafkaBackup.Shared.Kafka;
using KafkaBackup.Shared.Protocol;

namespace KafkaBackup.Coordinator.Backup;

/// <summary>What a backup coordinator's planning and timers tell the coordinator itself.</summary>
internal static class CoordinatorMessages
{
    /// <summary>Ledger and source are read, so the plan can be made.</summary>
    internal sealed record Planned(RunId Run, KnownBackup Known, SourceDiscovery Discovery) : INoSerializationVerificationNeeded, IDeadLetterSuppression;

    /// <summary>A continuous run knows again what the source has; to find out took so long.</summary>
    internal sealed record Refreshed(RunId Run, SourceDiscovery Discovery, TimeSpan Took) : INoSerializationVerificationNeeded, IDeadLetterSuppression;

    /// <summary>A snapshot of consumer groups was taken, or not.</summary>
    internal sealed record GroupsTaken(RunId Run, Fault? Failure) : INoSerializationVerificationNeeded, IDeadLetterSuppression;

    /// <summary>Which partitions are held back by open transactions; what is not known of them is left out.</summary>
    internal sealed record TransactionsFound(RunId Run, IReadOnlyDictionary<PartitionId, OpenTransaction> Open) : INoSerializationVerificationNeeded, IDeadLetterSuppression;

    /// <summary>Time for a continuous run to refresh what it knows of the source.</summary>
    internal sealed record RefreshDue : INoSerializationVerificationNeeded, IDeadLetterSuppression
    {
        public static RefreshDue Instance { get; } = new();
    }

    /// <summary>The source could not be asked, or the ledger not be read.</summary>
    internal sealed record PlanFailed(RunId Run, Fault Failure) : INoSerializationVerificationNeeded, IDeadLetterSuppression
    {
        /// <summary>Whether even a continuous run ends over it when it lasts.</summary>
        public bool EndsRun { get; init; }

        public static PlanFailed Of(RunId run, Exception exception) =>
            new(run, Fault.Of(exception)) { EndsRun = exception.GetBaseException() is BackupException { EndsRun: true } };
    }

    /// <summary>Time to repeat what is unanswered: messages may be lost, and entities move.</summary>
    internal sealed record Reassert : INoSerializationVerificationNeeded, IDeadLetterSuppression
    {
        public static Reassert Instance { get; } = new();
    }

    /// <summary>Workers had long enough to stop.</summary>
    internal sealed record StopOverdue : INoSerializationVerificationNeeded, IDeadLetterSuppression
    {
        public static StopOverdue Instance { get; } = new();
    }
}
