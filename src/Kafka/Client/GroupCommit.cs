using KafkaBackup.Shared;

namespace KafkaBackup.Kafka.Client;

/// <summary>What came of committing offsets of a group.</summary>
/// <param name="WithoutMetadata">The partitions whose offset was taken without its metadata only, as that is longer than the broker takes.</param>
/// <param name="Fault">Why some were not taken; null when all were.</param>
internal sealed record GroupCommit(IReadOnlyList<PartitionId> WithoutMetadata, GroupFault? Fault)
{
    /// <summary>Some were not taken.</summary>
    public static GroupCommit Failed(GroupFault fault) => new([], fault);
}
