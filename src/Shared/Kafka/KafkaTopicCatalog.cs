using Confluent.Kafka;
using Confluent.Kafka.Admin;
using KafkaBackup.Shared.Ledger;

namespace KafkaBackup.Shared.Kafka;

/// <summary>The catalog of a real cluster, through librdkafka's admin client.</summary>
public sealed class KafkaTopicCatalog(KafkaClients clients) : ITopicCatalog
{
    private const int BatchSize = 1_000;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly Lazy<IAdminClient> _admin = new(clients.CreateAdmin);

    private KafkaGroupReader Groups => new(_admin.Value, clients, Patience);

    /// <inheritdoc />
    public async Task<string> GetClusterIdAsync(CancellationToken cancellation)
    {
        var cluster = await Ask("Cannot read the cluster's id",
            () => _admin.Value.DescribeClusterAsync(new DescribeClusterOptions { RequestTimeout = Patience }), cancellation);
        return cluster.ClusterId;
    }

    /// <inheritdoc />
    public async Task<IReadOnlyList<TopicFacts>> GetTopicsAsync(TopicFilter filter, CancellationToken cancellation)
    {
        var metadata = await Ask("Cannot list topics", () => Task.Run(() => _admin.Value.GetMetadata(Patience), cancellation), cancellation);
        var present = metadata.Topics.Where(topic => topic.Error.Code != ErrorCode.UnknownTopicOrPart).Select(topic => topic.Topic).ToHashSet(StringComparer.Ordinal);
        if (filter.Literals.Where(name => !present.Contains(name)).Order(StringComparer.Ordinal).ToList() is { Count: > 0 } absent)
        {
            throw new BackupException(FailureKind.Source,
                $"source.topics.include names {string.Join(", ", absent.Select(name => $"'{name}'"))}, and the cluster at {clients.Address} has no such topic. "
                + "Nothing was backed up. Correct the name, or use a glob for topics that may be missing.");
        }

        var topics = new List<TopicFacts>();
        foreach (var names in present.Where(filter.Matches).Order(StringComparer.Ordinal).Chunk(BatchSize))
        {
            var described = await Ask("Cannot describe topics", () => DescribeAsync(names), cancellation);
            if (described.Find(topic => topic.IsInternal && !filter.Admits(topic.Name, isInternal: true) && filter.Literals.Contains(topic.Name)) is { } refused)
            {
                throw new BackupException(FailureKind.Configuration, $"source.topics.include names '{refused.Name}', which Kafka calls internal, and backup.include_internal_topics "
                    + "and backup.internal_topics do not let it through. Nothing was backed up.");
            }

            topics.AddRange(described.Where(topic => filter.Admits(topic.Name, topic.IsInternal)).Select(topic =>
                topic.Error.IsError
                    ? throw clients.Failure($"Cannot describe the topic '{topic.Name}'", topic.Error)
                    : new TopicFacts(topic.Name, topic.Partitions.Count, topic.TopicId.ToString())));
        }

        return topics.OrderBy(topic => topic.Name, StringComparer.Ordinal).ToList();
    }

    /// <inheritdoc />
    public async Task<IReadOnlyDictionary<PartitionId, PartitionBounds>> GetBoundsAsync(
        IReadOnlyCollection<PartitionId> partitions, LogEnd end, CancellationToken cancellation)
    {
        var isolation = end == LogEnd.LastStableOffset ? IsolationLevel.ReadCommitted : IsolationLevel.ReadUncommitted;
        var bounds = new Dictionary<PartitionId, PartitionBounds>();
        foreach (var batch in partitions.Chunk(BatchSize * 10))
        {
            var starts = await ListAsync(batch, OffsetSpec.Earliest(), IsolationLevel.ReadUncommitted, cancellation);
            var ends = await ListAsync(batch, OffsetSpec.Latest(), isolation, cancellation);
            foreach (var partition in batch)
            {
                bounds[partition] = new PartitionBounds(starts[partition], ends[partition]);
            }
        }

        return bounds;
    }

    /// <inheritdoc />
    public Task<IReadOnlyList<string>> ListGroupsAsync(CancellationToken cancellation) => Groups.ListAsync(cancellation);

    /// <inheritdoc />
    public Task<IReadOnlyList<GroupOffsets>> GetGroupOffsetsAsync(IReadOnlyCollection<string> groups, CancellationToken cancellation) =>
        Groups.ReadAsync(groups, cancellation);

    /// <inheritdoc />
    public void Dispose()
    {
        if (_admin.IsValueCreated)
        {
            _admin.Value.Dispose();
        }
    }

    private async Task<List<TopicDescription>> DescribeAsync(IEnumerable<string> names)
    {
        try
        {
            var result = await _admin.Value.DescribeTopicsAsync(
                TopicCollection.OfTopicNames(names), new DescribeTopicsOptions { RequestTimeout = Patience });
            return result.TopicDescriptions;
        }
        catch (DescribeTopicsException e)
        {
            return e.Results.TopicDescriptions;
        }
    }

    private async Task<Dictionary<PartitionId, long>> ListAsync(PartitionId[] partitions, OffsetSpec spec, IsolationLevel isolation, CancellationToken cancellation)
    {
        var asked = partitions.Select(partition => new TopicPartitionOffsetSpec
        {
            TopicPartition = new TopicPartition(partition.Topic, new Partition(partition.Number)),
            OffsetSpec = spec,
        });
        var answer = await Ask("Cannot read offsets", async () =>
        {
            try
            {
                var options = new ListOffsetsOptions { RequestTimeout = Patience, IsolationLevel = isolation };
                return (await _admin.Value.ListOffsetsAsync(asked, options)).ResultInfos;
            }
            catch (ListOffsetsException e)
            {
                return e.Result.ResultInfos.Select(report => new ListOffsetsResultInfo { TopicPartitionOffsetError = report.TopicPartitionOffsetError }).ToList();
            }
        }, cancellation);
        return answer.Select(info => info.TopicPartitionOffsetError).ToDictionary(
            found => new PartitionId(found.Topic, found.Partition.Value),
            found => found.Error.IsError
                ? throw clients.Failure($"Cannot read the offsets of {found.Topic}:{found.Partition.Value}", found.Error)
                : found.Offset.Value);
    }

    private async Task<T> Ask<T>(string what, Func<Task<T>> call, CancellationToken cancellation)
    {
        try
        {
            return await call().WaitAsync(cancellation);
        }
        catch (KafkaException e)
        {
            throw clients.Failure(what, e.Error, e);
        }
    }
}
