using KafkaBackup.Shared;
using KafkaBackup.Shared.Kafka;
using KafkaBackup.Shared.Ledger;

namespace KafkaBackup.Coordinator.Backup;

/// <summary>What the source has at one moment.</summary>
/// <param name="ClusterId">Its id; null when it tells none.</param>
/// <param name="Topics">The topics that match, in order of name.</param>
/// <param name="Bounds">Where the log of each of their partitions starts and ends.</param>
public sealed record SourceDiscovery(string? ClusterId, IReadOnlyList<TopicFacts> Topics, IReadOnlyDictionary<PartitionId, PartitionBounds> Bounds)
{
    /// <summary>The topics of which the configuration was asked for. Those of the others hold none, whatever they have.</summary>
    public IReadOnlyCollection<string> Configured { get; init; } = [];

    /// <summary>Of which of them it was not told, and why, in a sentence; null when it was of all.</summary>
    public string? ConfigurationProblem { get; init; }
}
