using KafkaBackup.Shared;
using KafkaBackup.Shared.Kafka;
using KafkaBackup.Shared.Ledger;

namespace KafkaBackup.Coordinator.Backup;

/// <summary>What the source has at one moment.</summary>
/// <param name="ClusterId">Its id; null when it tells none.</param>
/// <param name="Topics">The topics that match, in order of name.</param>
/// <param name="Bounds">Where the log of each of their partitions starts and ends.</param>
public sealed record SourceDiscovery(string? ClusterId, IReadOnlyList<TopicFacts> Topics, IReadOnlyDictionary<PartitionId, PartitionBounds> Bounds);
