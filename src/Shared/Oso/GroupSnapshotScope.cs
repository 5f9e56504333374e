using KafkaBackup.Shared.Kafka;
using KafkaBackup.Shared.Ledger;

namespace KafkaBackup.Shared.Oso;

/// <summary>In which partitions committed offsets are of records that the backup holds.</summary>
/// <param name="Topics">The topics of the backup with the ids that it knows them by; null for one whose id is not known.</param>
public sealed record GroupSnapshotScope(IReadOnlyDictionary<string, string?> Topics)
{
    /// <summary>Partitions of these topics whose log is another by now than the one that was backed up. Default: none.</summary>
    public IReadOnlySet<PartitionId> Foreign { get; init; } = new HashSet<PartitionId>();

    /// <summary>The same without topics that the source does not have any more, or has made anew: what groups have committed in those says nothing about the backup's records.</summary>
    /// <exception cref="BackupException">The source does not tell.</exception>
    internal async Task<GroupSnapshotScope> StillThereAsync(ITopicCatalog catalog, CancellationToken cancellation)
    {
        var ids = Topics.Count == 0 ? new Dictionary<string, string?>() : await catalog.GetTopicIdsAsync([.. Topics.Keys], cancellation);
        return this with
        {
            Topics = Topics.Where(topic => ids.TryGetValue(topic.Key, out var now) && (SourceIdentity.Known(now) is not { } id || SourceIdentity.Known(topic.Value) is not { } known || id == known))
                .ToDictionary(StringComparer.Ordinal),
        };
    }

    /// <summary>Whether offsets in a partition are of the backup's records.</summary>
    internal bool Has(PartitionId partition) => Topics.ContainsKey(partition.Topic) && !Foreign.Contains(partition);
}
