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
    /// <param name="Plan">What is left to do.</param>
    /// <param name="Claim">The right to do it; null when nobody else could have it anyway.</param>
    internal sealed record Planned(RestorePlan Plan, RestoreClaim? Claim = null) : INoSerializationVerificationNeeded, IDeadLetterSuppression;

    /// <summary>A topic is made.</summary>
    /// <param name="Topic">It.</param>
    /// <param name="LeftOut">Settings that the target does not know.</param>
    /// <param name="Ends">What partitions hold that is none of the restore's; those that hold nothing may be left out.</param>
    internal sealed record TopicMade(RestoreTopic Topic, IReadOnlyList<string> LeftOut, IReadOnlyDictionary<int, long>? Ends = null) : INoSerializationVerificationNeeded, IDeadLetterSuppression;

    /// <summary>What the partitions hold now.</summary>
    internal sealed record Counted(IReadOnlyDictionary<PartitionId, PartitionBounds> Bounds) : INoSerializationVerificationNeeded, IDeadLetterSuppression;

    /// <summary>The offsets of a consumer group are set, or could not be.</summary>
    /// <param name="Group">The group.</param>
    /// <param name="Failure">Why they could not be.</param>
    /// <param name="WithoutMetadata">Where they are set without their metadata, which is longer than the brokers take; null: nowhere.</param>
    internal sealed record GroupSet(RestoredGroup Group, Fault? Failure, IReadOnlyList<PartitionId>? WithoutMetadata = null) : INoSerializationVerificationNeeded, IDeadLetterSuppression;

    /// <summary>The places of consumer groups are found.</summary>
    internal sealed record PlacesFound(IReadOnlyList<RestoredGroup> Groups) : INoSerializationVerificationNeeded, IDeadLetterSuppression;

    /// <summary>Topics have their settings back.</summary>
    internal sealed record Released(IReadOnlyList<string> Topics) : INoSerializationVerificationNeeded, IDeadLetterSuppression;

    /// <summary>A worker is no more.</summary>
    /// <param name="Lost">The ends of its orders, as far as it has not told them.</param>
    internal sealed record WorkerGone(IReadOnlyList<RestoreProtocol.PartitionRestored> Lost) : INoSerializationVerificationNeeded, IDeadLetterSuppression;

    /// <summary>Time to write down how far it is.</summary>
    internal sealed record BeatDue : INoSerializationVerificationNeeded, IDeadLetterSuppression
    {
        public static BeatDue Instance { get; } = new();
    }

    /// <summary>It is written down, or could not be.</summary>
    /// <param name="Failure">Why it could not be.</param>
    internal sealed record Beaten(Fault? Failure) : INoSerializationVerificationNeeded, IDeadLetterSuppression;

    /// <summary>Another process may write to the target from now on: this one must not.</summary>
    /// <param name="Failure">Why.</param>
    /// <param name="IsTaken">Whether one does; otherwise it only may, as this one could not say that it is at work.</param>
    internal sealed record ClaimLost(Fault Failure, bool IsTaken) : INoSerializationVerificationNeeded, IDeadLetterSuppression;

    /// <summary>Nothing is on its way any more, and others may go on with the restore.</summary>
    /// <param name="End">What is to be told.</param>
    internal sealed record LetGo(RestoreProtocol.RestoreFinished End) : INoSerializationVerificationNeeded, IDeadLetterSuppression;

    /// <summary>Time to tell how far it is.</summary>
    internal sealed record ProgressDue : INoSerializationVerificationNeeded, IDeadLetterSuppression
    {
        public static ProgressDue Instance { get; } = new();
    }

    /// <summary>Planning, making a topic, or counting did not succeed.</summary>
    internal sealed record StepFailed(Fault Failure) : INoSerializationVerificationNeeded, IDeadLetterSuppression;
}
