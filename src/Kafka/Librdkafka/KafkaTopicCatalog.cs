using Confluent.Kafka.Admin;
using Confluent.Kafka;
using KafkaBackup.Kafka.Client;
using KafkaBackup.Shared.Configuration;
using KafkaBackup.Shared.Kafka;
using KafkaBackup.Shared.Ledger;
using KafkaBackup.Shared;

namespace KafkaBackup.Kafka.Librdkafka;

/// <summary>The catalog of a real cluster, through librdkafka's admin client; offsets through our own wherever that can log in and librdkafka is not demanded.</summary>
public sealed class KafkaTopicCatalog : ITopicCatalog
{
    private const int BatchSize = 1_000;

    /// <summary>Kafka's own: what it says of itself when it can be asked.</summary>
    private static readonly string[] InternalTopics = ["__consumer_offsets", "__transaction_state", "__share_group_state"];

    /// <summary>How long any answer is waited for.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <summary>How long the first one is: whoever mistyped an address should not wait, and a run that has not begun loses nothing.</summary>
    private static readonly TimeSpan FirstPatience = TimeSpan.FromSeconds(10);

    private readonly KafkaClients _clients;
    private readonly AdminCalls _calls;
    private readonly LogOffsets _offsets;
    private readonly KafkaGroupReader _groups;
    private readonly ClusterClient? _own;
    private readonly GroupOffsetReader? _offsetsOfGroups;
    private readonly TopicConfigurationReader _configurations;

    /// <summary>Topics with a partition without in-sync replicas. Confluent.Kafka cannot read their description: what the metadata says has to do.</summary>
    private volatile HashSet<string> _withoutReplicas = [];

    /// <summary>A catalog through one client of <paramref name="clients"/>, which is made when it is needed.</summary>
    public KafkaTopicCatalog(KafkaClients clients)
        : this(clients, Patience)
    {
    }

    /// <summary>The same, with another time that partitions without a leader are waited for.</summary>
    public KafkaTopicCatalog(KafkaClients clients, TimeSpan leaderPatience)
    {
        _clients = clients;
        _calls = new AdminCalls(clients);
        _groups = new KafkaGroupReader(_calls, Patience, TimeProvider.System);
        _own = clients.CreateOwn();
        _offsets = new LogOffsets(_own is null || clients.Cluster.Client == SourceClient.Librdkafka ? new AdminOffsetLister(_calls) : new WireOffsetLister(_own), leaderPatience);
        _offsetsOfGroups = _own is null ? null : new GroupOffsetReader(_own, Patience, TimeProvider.System);
        _configurations = new TopicConfigurationReader(_calls, Patience);
    }

    /// <inheritdoc />
    public async Task<string?> GetClusterIdAsync(CancellationToken cancellation)
    {
        await AskAsync("Cannot read the cluster's id", admin => Task.FromResult(admin.GetMetadata(FirstPatience)), FirstPatience, cancellation, isFirst: true);
        return _calls.ClusterId;
    }

    /// <inheritdoc />
    public async Task<IReadOnlyList<TopicFacts>> GetTopicsAsync(TopicFilter filter, CancellationToken cancellation)
    {
        var present = await ReadTopicsAsync(cancellation);
        if (filter.Literals.Where(name => !present.ContainsKey(name)).Order(StringComparer.Ordinal).ToList() is { Count: > 0 } absent)
        {
            throw new BackupException(FailureKind.Source,
                $"source.topics.include names {string.Join(", ", absent.Select(name => $"'{name}'"))}, and the cluster at {_clients.Address} shows no such topic: "
                + "it does not exist, or the user may not describe it. Nothing was backed up. "
                + "Correct the name, or give the user the right to Describe and Read it; use a glob for topics that may be missing.");
        }

        var matching = present.Values.Where(topic => filter.Matches(topic.Topic)).ToLookup(topic => !_withoutReplicas.Contains(topic.Topic));
        var topics = matching[false].Where(topic => Admits(filter, topic.Topic, InternalTopics.Contains(topic.Topic)))
            .Select(topic => new TopicFacts(topic.Topic, topic.Partitions.Count) { ReplicationFactor = ReplicationOf(topic) }).ToList();
        foreach (var names in matching[true].Select(topic => topic.Topic).Order(StringComparer.Ordinal).Chunk(BatchSize))
        {
            var described = await AskAsync("Cannot describe topics", admin => DescribeAsync(admin, names), Patience, cancellation);
            topics.AddRange(described.Where(topic => topic.Error.Code != ErrorCode.UnknownTopicOrPart && Admits(filter, topic.Name, topic.IsInternal)).Select(topic =>
                topic.Error.IsError
                    ? throw _calls.Failure($"Cannot describe the topic '{topic.Name}'", topic.Error)
                    : new TopicFacts(topic.Name, topic.Partitions.Count, IdOf(topic.TopicId))
                    {
                        ReplicationFactor = ReplicationOf(present[topic.Name]),
                    }));
        }

        return topics.OrderBy(topic => topic.Name, StringComparer.Ordinal).ToList();
    }

    /// <inheritdoc />
    public async Task<IReadOnlyDictionary<string, string?>> GetTopicIdsAsync(IReadOnlyCollection<string> topics, CancellationToken cancellation)
    {
        try
        {
            return await ReadTopicIdsAsync(topics, cancellation);
        }
        catch (BackupException e) when (e.IsRetryable)
        {
            // Perhaps a partition has lost its last replica meanwhile, and the client itself over that.
            _ = await ReadTopicsAsync(cancellation);
            return await ReadTopicIdsAsync(topics, cancellation);
        }
    }

    /// <inheritdoc />
    public Task<TopicConfigurations> GetConfigurationsAsync(IReadOnlyCollection<string> topics, CancellationToken cancellation) =>
        _configurations.ReadAsync(topics, cancellation);

    /// <inheritdoc />
    public async Task<IReadOnlyDictionary<PartitionId, PartitionBounds>> GetBoundsAsync(
        IReadOnlyCollection<PartitionId> partitions, LogEnd end, CancellationToken cancellation)
    {
        var isolation = end == LogEnd.LastStableOffset ? IsolationLevel.ReadCommitted : IsolationLevel.ReadUncommitted;
        var bounds = new Dictionary<PartitionId, PartitionBounds>();
        foreach (var batch in partitions.Chunk(BatchSize * 10))
        {
            foreach (var (partition, span) in await ReadOffsetsAsync(batch, isolation, cancellation))
            {
                bounds[partition] = new PartitionBounds(span.Start, span.End) { Problem = span.Error is { } error ? Failure(partition, error) : null };
            }
        }

        return bounds;
    }

    /// <inheritdoc />
    public async Task<IReadOnlyDictionary<PartitionId, long>> FindOffsetsAsync(IReadOnlyDictionary<PartitionId, long> times, CancellationToken cancellation)
    {
        var found = new Dictionary<PartitionId, long>();
        foreach (var batch in times.Chunk(BatchSize * 10))
        {
            foreach (var (partition, answer) in await _calls.AskAsync("Cannot find offsets by time", () => _offsets.FindAsync(batch, cancellation), cancellation))
            {
                if (answer.Error.IsError)
                {
                    throw Failure(partition, answer.Error);
                }

                if (answer.Offset.Value >= 0)
                {
                    found[partition] = answer.Offset.Value;
                }
            }
        }

        return found;
    }

    /// <inheritdoc />
    public async Task<IReadOnlyDictionary<PartitionId, OpenTransaction>> FindOpenTransactionsAsync(
        IReadOnlyCollection<PartitionId> partitions, CancellationToken cancellation)
    {
        var held = new Dictionary<PartitionId, (long Stable, long End)>();
        foreach (var batch in partitions.Chunk(BatchSize * 10))
        {
            // In this order: a log that grows between the two is not taken for one that is held back.
            var ends = await ReadOffsetsAsync(batch, IsolationLevel.ReadUncommitted, cancellation);
            foreach (var (partition, stable) in await ReadOffsetsAsync(batch, IsolationLevel.ReadCommitted, cancellation))
            {
                if (stable.Error is null && ends[partition] is { Error: null } all && stable.End < all.End)
                {
                    held[partition] = (stable.End, all.End);
                }
            }
        }

        var since = await new FirstRecords(_clients).ReadAsync([.. held.Select(place => (place.Key, place.Value.Stable))], cancellation);
        return held.ToDictionary(place => place.Key, place => new OpenTransaction(
            place.Value.Stable, place.Value.End - place.Value.Stable, since.TryGetValue(place.Key, out var time) ? time : null));
    }

    /// <inheritdoc />
    public Task<IReadOnlyList<string>> ListGroupsAsync(CancellationToken cancellation) => _groups.ListAsync(cancellation);

    /// <inheritdoc />
    public Task<IReadOnlyList<GroupOffsets>> GetGroupOffsetsAsync(IReadOnlyCollection<string> groups, CancellationToken cancellation) =>
        _offsetsOfGroups?.ReadAsync(groups, cancellation) ?? _groups.ReadAsync(groups, cancellation);

    /// <inheritdoc />
    public void Dispose()
    {
        _calls.Dispose();
        _own?.Dispose();
    }

    /// <summary>An id as librdkafka writes it; null for the zero id of brokers and topics that have none.</summary>
    internal static string? IdOf(Uuid? id) => SourceIdentity.Known(id?.ToString());

    /// <summary>The replicas of the first partition, as OSO's tool counts them.</summary>
    private static int? ReplicationOf(TopicMetadata topic) =>
        topic.Partitions.MinBy(partition => partition.PartitionId)?.Replicas.Length is > 0 and var replicas ? replicas : null;

    private static bool Admits(TopicFilter filter, string topic, bool isInternal)
    {
        var admits = filter.Admits(topic, isInternal);
        return admits || !isInternal || !filter.Literals.Contains(topic)
            ? admits
            : throw new BackupException(FailureKind.Configuration, $"source.topics.include names '{topic}', which Kafka calls internal, and "
                + "backup.include_internal_topics and backup.internal_topics do not let it through. Nothing was backed up.");
    }

    private async Task<Dictionary<string, TopicMetadata>> ReadTopicsAsync(CancellationToken cancellation)
    {
        var metadata = await AskAsync("Cannot list topics", admin => Task.FromResult(admin.GetMetadata(Patience)), Patience, cancellation);
        _withoutReplicas = metadata.Topics.Where(topic => topic.Partitions.Exists(partition => partition.InSyncReplicas.Length == 0))
            .Select(topic => topic.Topic).ToHashSet(StringComparer.Ordinal);
        return metadata.Topics.Where(topic => topic.Error.Code != ErrorCode.UnknownTopicOrPart).ToDictionary(topic => topic.Topic, StringComparer.Ordinal);
    }

    private async Task<Dictionary<string, string?>> ReadTopicIdsAsync(IReadOnlyCollection<string> topics, CancellationToken cancellation)
    {
        var without = _withoutReplicas;
        var ids = topics.Where(without.Contains).ToDictionary(topic => topic, _ => (string?)null, StringComparer.Ordinal);
        foreach (var names in topics.Where(topic => !without.Contains(topic)).Chunk(BatchSize))
        {
            foreach (var topic in await AskAsync("Cannot describe topics", admin => DescribeAsync(admin, names), Patience, cancellation))
            {
                if (topic.Error.Code != ErrorCode.UnknownTopicOrPart)
                {
                    ids[topic.Name] = topic.Error.IsError
                        ? throw _calls.Failure($"Cannot describe the topic '{topic.Name}'", topic.Error)
                        : IdOf(topic.TopicId);
                }
            }
        }

        return ids;
    }

    private static async Task<List<TopicDescription>> DescribeAsync(IAdminClient admin, IEnumerable<string> names)
    {
        try
        {
            var result = await admin.DescribeTopicsAsync(TopicCollection.OfTopicNames(names), new DescribeTopicsOptions { RequestTimeout = Patience });
            return result.TopicDescriptions;
        }
        catch (DescribeTopicsException e)
        {
            return e.Results.TopicDescriptions;
        }
    }

    private Task<IReadOnlyDictionary<PartitionId, LogSpan>> ReadOffsetsAsync(PartitionId[] partitions, IsolationLevel isolation, CancellationToken cancellation) =>
        _calls.AskAsync("Cannot read offsets", () => _offsets.ReadAsync(partitions, isolation, cancellation), cancellation);

    private BackupException Failure(PartitionId partition, Error error) => TopicRights.Failure(partition.Topic, error)
        ?? _calls.Failure($"Cannot read the offsets of {partition}", error);

    private Task<T> AskAsync<T>(string what, Func<IAdminClient, Task<T>> call, TimeSpan patience, CancellationToken cancellation, bool isFirst = false) =>
        _calls.AskAsync(what, () => _calls.CallAsync(call, patience, cancellation), cancellation, isFirst);
}
