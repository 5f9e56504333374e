using KafkaBackup.Shared;
using Microsoft.Extensions.Logging;

namespace KafkaBackup.Coordinator.Restore;

/// <content>Consumer groups.</content>
public sealed partial class RestoreLog
{
    /// <summary>The offsets of a group are set.</summary>
    /// <param name="group">The group.</param>
    /// <param name="withoutMetadata">Where its metadata is not, as it is longer than the brokers take.</param>
    public void Set(RestoredGroup group, IReadOnlyList<PartitionId> withoutMetadata)
    {
        foreach (var place in group.Places)
        {
            Stands(group.Id, place.Target, place.Offset, place.SourceOffset);
        }

        WasSet(group.Id, group.Places.Count);
        foreach (var partition in withoutMetadata)
        {
            LacksMetadata(group.Id, partition);
        }
    }

    /// <summary>What a group would become.</summary>
    public void WouldSet(RestoredGroup group)
    {
        foreach (var place in group.Places)
        {
            WouldStand(group.Id, place.Target, place.Offset, place.SourceOffset);
        }

        foreach (var partition in group.Left)
        {
            WouldBeLeft(group.Id, partition);
        }
    }

    /// <summary>Partitions of a group were not restored whole.</summary>
    public void LeftUnset(RestoredGroup group)
    {
        foreach (var partition in group.Left)
        {
            IsLeft(group.Id, partition);
        }
    }

    /// <summary>The offsets of a group are not set: what they should have been is told, as nobody else can tell it.</summary>
    public void NotSet(RestoredGroup group, string problem)
    {
        GroupFailed(problem, group.Id);
        foreach (var place in group.Places)
        {
            Line(place.Target.Topic, place.Target.Number, place.Offset);
        }
    }

    /// <summary>A group is left for the operator to set.</summary>
    public void ByHand(RestoredGroup group)
    {
        LeftToOperator(group.Id);
        foreach (var place in group.Places)
        {
            Line(place.Target.Topic, place.Target.Number, place.Offset);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Consumer group '{Group}' is not set, as restore.consumer_group_strategy: manual wants it. 'kafka-backup offset-reset script' writes a script that sets it; "
        + "its offsets follow, for the file of kafka-consumer-groups.sh --group '{Group}' --reset-offsets --from-file FILE --execute:")]
    private partial void LeftToOperator(string group);

    /// <summary>No group is set, as the restore did not come so far.</summary>
    public void NoneSet(IReadOnlyCollection<RestoreGroup> groups) => NoGroup(groups.Count);

    /// <summary>The members of a group are waited for.</summary>
    [LoggerMessage(Level = LogLevel.Warning, Message = "Consumer group '{Group}' has active members, so that its offsets cannot be set: waiting for them, 30 s; stop its consumers")]
    public partial void Waits(string group);

    [LoggerMessage(Level = LogLevel.Information, Message = "Consumer group '{Group}' is set in {Partitions} partition(s)")]
    private partial void WasSet(string group, int partitions);

    [LoggerMessage(Level = LogLevel.Warning,
        Message = "Consumer group '{Group}' is set in {Target} without the metadata that it had committed: it is longer than the brokers' offset.metadata.max.bytes")]
    private partial void LacksMetadata(string group, PartitionId target);

    [LoggerMessage(Level = LogLevel.Debug, Message = "Consumer group '{Group}': {Target} at offset {Offset}, at the source {SourceOffset}")]
    private partial void Stands(string group, PartitionId target, long offset, long sourceOffset);

    [LoggerMessage(Level = LogLevel.Information, Message = "Consumer group '{Group}' would be set to offset {Offset} of {Target}, at the source {SourceOffset}")]
    private partial void WouldStand(string group, PartitionId target, long offset, long sourceOffset);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Consumer group '{Group}' would not be set in {Target}, which would not be restored whole")]
    private partial void WouldBeLeft(string group, PartitionId target);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Consumer group '{Group}' is not set in {Target}, which was not restored whole")]
    private partial void IsLeft(string group, PartitionId target);

    [LoggerMessage(Level = LogLevel.Error, Message = "{Problem} Its offsets follow, for the file of kafka-consumer-groups.sh --group '{Group}' --reset-offsets --from-file FILE --execute:")]
    private partial void GroupFailed(string problem, string group);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Topic},{Partition},{Offset}")]
    private partial void Line(string topic, int partition, long offset);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The offsets of {Groups} consumer group(s) are not set, as the restore ended before")]
    private partial void NoGroup(int groups);
}
