using Akka.Actor;
using Akka.Event;
using KafkaBackup.Shared;
using KafkaBackup.Shared.Kafka;
using KafkaBackup.Shared.Protocol;

namespace KafkaBackup.Coordinator.Restore;

/// <summary>What the coordinator's own work comes to.</summary>
internal static class RestoreMessages
{
    /// <summary>The backup was read, and the target asked.</summary>
    internal sealed record Planned(RestorePlan Plan) : INoSerializationVerificationNeeded, IDeadLetterSuppression;

    /// <summary>A topic is made.</summary>
    /// <param name="Topic">It.</param>
    /// <param name="LeftOut">Settings that the target does not know.</param>
    internal sealed record TopicMade(RestoreTopic Topic, IReadOnlyList<string> LeftOut) : INoSerializationVerificationNeeded, IDeadLetterSuppression;

    /// <summary>What the partitions hold now.</summary>
    internal sealed record Counted(IReadOnlyDictionary<PartitionId, PartitionBounds> Bounds) : INoSerializationVerificationNeeded, IDeadLetterSuppression;

    /// <summary>A worker is no more.</summary>
    /// <param name="Lost">Its end, if it has not told one.</param>
    internal sealed record WorkerGone(RestoreProtocol.PartitionRestored Lost) : INoSerializationVerificationNeeded, IDeadLetterSuppression;

    /// <summary>Time to tell how far it is.</summary>
    internal sealed record ProgressDue : INoSerializationVerificationNeeded, IDeadLetterSuppression
    {
        public static ProgressDue Instance { get; } = new();
    }

    /// <summary>Planning, making a topic, or counting did not succeed.</summary>
    internal sealed record StepFailed(Fault Failure) : INoSerializationVerificationNeeded, IDeadLetterSuppression;
}
