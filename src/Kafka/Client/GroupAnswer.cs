using KafkaBackup.Shared;
using KafkaBackup.Shared.Kafka;

namespace KafkaBackup.Kafka.Client;

/// <summary>What was told of a group at one time of asking.</summary>
/// <param name="Offsets">What it has committed.</param>
/// <param name="Fault">Why that was not told; null when it was.</param>
internal sealed record GroupAnswer(IReadOnlyDictionary<PartitionId, CommittedOffset> Offsets, GroupFault? Fault)
{
    /// <summary>Nothing was told.</summary>
    public static GroupAnswer Failed(GroupFault fault) => new(new Dictionary<PartitionId, CommittedOffset>(), fault);
}
