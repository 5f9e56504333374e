using KafkaBackup.Shared.Ledger;

namespace KafkaBackup.Shared.Kafka;

/// <summary>Tells what the source has: its identity, its topics, and where their partitions start and end. Few requests, whatever their
/// number.</summary>
/// <remarks>Every method throws <see cref="BackupException"/> of kind <see cref="FailureKind.Source"/> when the source cannot be reached or
/// refuses.</remarks>
public interface ITopicCatalog : IDisposable
{
    /// <summary>The cluster's id, or null when the cluster has none. The first contact of a run: it waits 10 s only for brokers that cannot
    /// be reached.</summary>
    Task<string?> GetClusterIdAsync(CancellationToken cancellation);

    /// <summary>The topics that the filter lets through, in order of name, with the replication factor; configurations are asked for apart.</summary>
    /// <exception cref="BackupException">A topic that the filter demands does not exist.</exception>
    Task<IReadOnlyList<TopicFacts>> GetTopicsAsync(TopicFilter filter, CancellationToken cancellation);

    /// <summary>The ids that topics have now, by name; null for one that has none or does not tell. Topics that do not exist are left out.</summary>
    Task<IReadOnlyDictionary<string, string?>> GetTopicIdsAsync(IReadOnlyCollection<string> topics, CancellationToken cancellation);

    /// <summary>What was set for topics themselves: of the settings that OSO's format keeps, those that do not come from the cluster's
    /// configuration or from Kafka's defaults.</summary>
    /// <remarks>What the user may not see is no failure: <see cref="TopicConfigurations.Problem"/> tells it.</remarks>
    Task<TopicConfigurations> GetConfigurationsAsync(IReadOnlyCollection<string> topics, CancellationToken cancellation);

    /// <summary>Log start offset and end of each partition, or the problem of a partition that cannot be asked.</summary>
    /// <remarks>A partition whose leader is away is waited for, 30 s in all, when it is asked for the first time; as long as it stays away,
    /// later calls
    /// ask once and do not wait for it.</remarks>
    Task<IReadOnlyDictionary<PartitionId, PartitionBounds>> GetBoundsAsync(
        IReadOnlyCollection<PartitionId> partitions, LogEnd end, CancellationToken cancellation);

    /// <summary>The offset of the first record with a time of its partition's, or a later one. Partitions without such a record are left out.</summary>
    /// <param name="times">A time for each partition, ms since 1970.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="BackupException">A partition cannot be asked.</exception>
    Task<IReadOnlyDictionary<PartitionId, long>> FindOffsetsAsync(IReadOnlyDictionary<PartitionId, long> times, CancellationToken cancellation);

    /// <summary>Those of <paramref name="partitions"/> of which a transaction that is still open holds back the end. Partitions that cannot
    /// be asked are left out.</summary>
    Task<IReadOnlyDictionary<PartitionId, OpenTransaction>> FindOpenTransactionsAsync(
        IReadOnlyCollection<PartitionId> partitions, CancellationToken cancellation);

    /// <summary>The ids of the consumer groups that the user may see, in order. Those that he may not are left out without a word.</summary>
    Task<IReadOnlyList<string>> ListGroupsAsync(CancellationToken cancellation);

    /// <summary>What groups have committed. One that cannot be read has its problem in its place.</summary>
    Task<IReadOnlyList<GroupOffsets>> GetGroupOffsetsAsync(IReadOnlyCollection<string> groups, CancellationToken cancellation);
}
