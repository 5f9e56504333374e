using Akka.Actor;
using Akka.Event;
using KafkaBackup.Shared.Protocol;
using Fault = KafkaBackup.Shared.Protocol.Failure;

namespace KafkaBackup.Coordinator.Backup;

/// <summary>What a backup coordinator's planning and timers tell the coordinator itself.</summary>
internal static class CoordinatorMessages
{
    /// <summary>The plan is made.</summary>
    internal sealed record Planned(RunId Run, BackupPlan Plan) : INoSerializationVerificationNeeded, IDeadLetterSuppression;

    /// <summary>No plan can be made.</summary>
    internal sealed record PlanFailed(RunId Run, Fault Failure) : INoSerializationVerificationNeeded, IDeadLetterSuppression;

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
