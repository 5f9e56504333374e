using static KafkaBackup.Shared.Protocol.RestoreProtocol;

namespace KafkaBackup.Coordinator.Restore;

/// <summary>What a restore has decided to do.</summary>
internal static class RestoreEffects
{
    /// <summary>One thing to be carried out.</summary>
    internal abstract record RestoreEffect;

    /// <summary>Reads the backup and asks the target.</summary>
    internal sealed record MakePlan : RestoreEffect;

    /// <summary>Makes a topic.</summary>
    internal sealed record MakeTopic(RestoreTopic Topic) : RestoreEffect;

    /// <summary>Begins with a partition, or with all those at once that share what is read.</summary>
    internal sealed record StartWorkers(IReadOnlyList<RestorePartition> Orders) : RestoreEffect;

    /// <summary>Gives up what is asked of the store and of the target.</summary>
    internal sealed record BreakOff : RestoreEffect;

    /// <summary>Tells the workers to come to their end.</summary>
    internal sealed record StopWorkers : RestoreEffect;

    /// <summary>Asks what the restored partitions hold.</summary>
    /// <param name="Ends">The end that each should have; 0 of those that are not whole anyway.</param>
    internal sealed record Count(IReadOnlyDictionary<Shared.PartitionId, long> Ends) : RestoreEffect;

    /// <summary>Ends all writing to the target at once.</summary>
    internal sealed record CutOff : RestoreEffect;

    /// <summary>Sets the offsets of a consumer group.</summary>
    internal sealed record SetGroup(RestoredGroup Group) : RestoreEffect;

    /// <summary>Finds the places of consumer groups by the times of records.</summary>
    /// <param name="Groups">As counted.</param>
    /// <param name="Orders">What was restored, by partition at the target.</param>
    internal sealed record FindPlaces(IReadOnlyList<RestoredGroup> Groups, IReadOnlyDictionary<Shared.PartitionId, RestorePartition> Orders) : RestoreEffect;

    /// <summary>Gives topics that are whole their settings back, where those delete nothing of what was restored.</summary>
    /// <param name="Topics">The topics, with the earliest timestamp of what came into each; null where nothing did.</param>
    internal sealed record ReleaseHolds(IReadOnlyList<(RestoreTopic Topic, long? Oldest)> Topics) : RestoreEffect;

    /// <summary>Tells who asked for the restore that it is over, once the claim is let go.</summary>
    internal sealed record TellEnd(RestoreFinished Message) : RestoreEffect;

    /// <summary>A line for the operator.</summary>
    internal sealed record Say(Action<RestoreLog> Sentence) : RestoreEffect;
}
