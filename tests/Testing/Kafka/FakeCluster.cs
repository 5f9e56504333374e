using KafkaBackup.Shared;
using KafkaBackup.Shared.Kafka;
using KafkaBackup.Shared.Ledger;

namespace KafkaBackup.Testing.Kafka;

/// <summary>A Kafka cluster in memory: its logs as an <see cref="IRecordSource"/>, its topics as an <see cref="ITopicCatalog"/>.</summary>
public sealed class FakeCluster
{
    private readonly SortedDictionary<string, string?> _topics = new(StringComparer.Ordinal);
    private readonly Dictionary<PartitionId, FakeLog> _logs = [];

    public FakeCluster()
    {
        Source = new FakeRecordSource(this);
        Catalog = new FakeTopicCatalog(this);
    }

    /// <summary>The cluster's id; null for a cluster that tells none.</summary>
    public string? Id { get; set; } = "cluster-1";

    public IRecordSource Source { get; }

    public ITopicCatalog Catalog { get; }

    /// <summary>What every question to the catalog waits for, and fails with when it fails.</summary>
    public Task CatalogGate { get; set; } = Task.CompletedTask;

    /// <summary>Is done when the ids of topics are asked for, for the first time.</summary>
    public TaskCompletionSource TopicIdsAsked { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Consumer groups that are listed.</summary>
    public IList<GroupOffsets> Groups { get; } = [];

    /// <summary>Consumer groups that are there, and are not listed.</summary>
    public IList<GroupOffsets> HiddenGroups { get; } = [];

    /// <summary>How many replicas each topic tells; null for a cluster that does not tell.</summary>
    public int? ReplicationFactor { get; set; }

    /// <summary>The settings of topics themselves. A topic that is not in it does not tell.</summary>
    public IDictionary<string, IReadOnlyDictionary<string, string>> Configurations { get; } =
        new Dictionary<string, IReadOnlyDictionary<string, string>>();

    /// <summary>Why not all topics tell their settings.</summary>
    public string? ConfigurationProblem { get; set; }

    /// <summary>What the question for settings fails with; null when it does not.</summary>
    public BackupException? ConfigurationFailure { get; set; }

    /// <summary>The topics that were asked for settings, question by question.</summary>
    public IList<IReadOnlyCollection<string>> ConfigurationsRead { get; } = [];

    /// <summary>How often the bounds of partitions were asked for.</summary>
    public int BoundsRead { get; private set; }

    /// <summary>How often the cluster was asked who it is, which is how a look begins.</summary>
    public int Looks { get; private set; }

    /// <summary>Makes a topic with empty logs, or makes it anew under another id.</summary>
    public FakeCluster WithTopic(string name, int partitions = 1, string? topicId = "id-1")
    {
        _topics[name] = topicId;
        for (var number = 0; number < partitions; number++)
        {
            _ = Log(new PartitionId(name, number));
        }

        return this;
    }

    /// <summary>The log of a partition; made with its topic when it is not there.</summary>
    public FakeLog Log(PartitionId partition)
    {
        _topics.TryAdd(partition.Topic, "id-1");
        return _logs.TryGetValue(partition, out var log) ? log : _logs[partition] = new FakeLog(partition);
    }

    public FakeLog Log(string topic, int number = 0) => Log(new PartitionId(topic, number));

    /// <summary>Deletes a topic with its logs.</summary>
    public void Delete(string topic)
    {
        _topics.Remove(topic);
        foreach (var partition in _logs.Keys.Where(partition => partition.Topic == topic).ToList())
        {
            _logs.Remove(partition);
        }
    }

    private sealed class FakeRecordSource(FakeCluster cluster) : IRecordSource
    {
        public IRecordStream Open(PartitionId partition, OffsetRange range, int? leaderEpoch = null) =>
            new FakeRecordStream(cluster.Log(partition), range, leaderEpoch);

        public void Dispose()
        {
        }
    }

    private sealed class FakeRecordStream : IRecordStream
    {
        private readonly FakeLog _log;
        private readonly OffsetRange _range;
        private int? _epochBefore;
        private bool _isDisposed;

        public FakeRecordStream(FakeLog log, OffsetRange range, int? leaderEpoch)
        {
            (_log, _range, _epochBefore, Position) = (log, range, leaderEpoch, range.Base);
            log.NoteOpened(range, leaderEpoch);
        }

        public long Position { get; private set; }

        public int? LeaderEpoch { get; private set; }

        public string? TopicId => _log.ReadByTopicId;

        public long? FirstChangedHeaderName { get; private set; }

        public async ValueTask<RecordCursor?> ReadAsync(CancellationToken cancellation)
        {
            while (Position < _range.Next)
            {
                var (records, position) = await _log.ReadAsync(Position, _range.Next, _epochBefore, cancellation);
                _epochBefore = null;
                if (records.Count == 0 && position == Position)
                {
                    return null;
                }

                Position = position;
                if (records.Count > 0)
                {
                    LeaderEpoch = _log.EpochAt(records[^1].Offset);
                    FirstChangedHeaderName ??= records.FirstOrDefault(record => record.Offset >= _log.HeaderNamesChangedAt)?.Offset;
                    return TestRecords.Cursor(records);
                }
            }

            return null;
        }

        public ValueTask DisposeAsync()
        {
            if (!_isDisposed)
            {
                _isDisposed = true;
                _log.NoteDisposed();
            }

            return ValueTask.CompletedTask;
        }
    }

    private sealed class FakeTopicCatalog(FakeCluster cluster) : ITopicCatalog
    {
        public async Task<string?> GetClusterIdAsync(CancellationToken cancellation)
        {
            cluster.Looks++;
            await cluster.CatalogGate.WaitAsync(cancellation);
            return cluster.Id;
        }

        public async Task<IReadOnlyList<TopicFacts>> GetTopicsAsync(TopicFilter filter, CancellationToken cancellation)
        {
            await cluster.CatalogGate.WaitAsync(cancellation);
            if (filter.Literals.FirstOrDefault(name => !cluster._topics.ContainsKey(name)) is { } missing)
            {
                throw new BackupException(FailureKind.Source, $"The topic '{missing}' does not exist.");
            }

            return
            [
                .. cluster._topics.Where(topic => filter.Matches(topic.Key) && filter.Admits(topic.Key, isInternal: topic.Key.StartsWith("__", StringComparison.Ordinal)))
                    .Select(topic => new TopicFacts(topic.Key, cluster._logs.Keys.Count(partition => partition.Topic == topic.Key), topic.Value)
                    {
                        ReplicationFactor = cluster.ReplicationFactor,
                    }),
            ];
        }

        public async Task<IReadOnlyDictionary<string, string?>> GetTopicIdsAsync(IReadOnlyCollection<string> topics, CancellationToken cancellation)
        {
            cluster.TopicIdsAsked.TrySetResult();
            await cluster.CatalogGate.WaitAsync(cancellation);
            return topics.Where(cluster._topics.ContainsKey).ToDictionary(topic => topic, topic => cluster._topics[topic]);
        }

        public async Task<TopicConfigurations> GetConfigurationsAsync(IReadOnlyCollection<string> topics, CancellationToken cancellation)
        {
            cluster.ConfigurationsRead.Add(topics);
            await cluster.CatalogGate.WaitAsync(cancellation);
            return cluster.ConfigurationFailure is { } failure
                ? throw failure
                : new TopicConfigurations(
                    cluster.Configurations.Where(topic => topics.Contains(topic.Key)).ToDictionary(topic => topic.Key, topic => topic.Value),
                    cluster.ConfigurationProblem);
        }

        public async Task<IReadOnlyDictionary<PartitionId, PartitionBounds>> GetBoundsAsync(
            IReadOnlyCollection<PartitionId> partitions, LogEnd end, CancellationToken cancellation)
        {
            cluster.BoundsRead++;
            await cluster.CatalogGate.WaitAsync(cancellation);
            return partitions.ToDictionary(partition => partition, partition => cluster._logs[partition].BoundsTo(end));
        }

        public Task<IReadOnlyDictionary<PartitionId, long>> FindOffsetsAsync(IReadOnlyDictionary<PartitionId, long> times, CancellationToken cancellation) =>
            Task.FromResult<IReadOnlyDictionary<PartitionId, long>>(times.Select(time => (time.Key, Record: cluster._logs[time.Key].FindAt(time.Value)))
                .Where(found => found.Record is not null).ToDictionary(found => found.Key, found => found.Record!.Offset));

        public async Task<IReadOnlyDictionary<PartitionId, OpenTransaction>> FindOpenTransactionsAsync(
            IReadOnlyCollection<PartitionId> partitions, CancellationToken cancellation)
        {
            await cluster.CatalogGate.WaitAsync(cancellation);
            return partitions.Where(cluster._logs.ContainsKey).Select(partition => (partition, cluster._logs[partition].OpenTransaction))
                .Where(found => found.OpenTransaction is not null).ToDictionary(found => found.partition, found => found.OpenTransaction!);
        }

        public async Task<IReadOnlyList<string>> ListGroupsAsync(CancellationToken cancellation)
        {
            await cluster.CatalogGate.WaitAsync(cancellation);
            return [.. cluster.Groups.Select(group => group.Group).Order(StringComparer.Ordinal)];
        }

        public Task<IReadOnlyList<GroupOffsets>> GetGroupOffsetsAsync(IReadOnlyCollection<string> groups, CancellationToken cancellation) =>
            Task.FromResult<IReadOnlyList<GroupOffsets>>([.. groups.Select(id => cluster.Groups.Concat(cluster.HiddenGroups).FirstOrDefault(group => group.Group == id)
                ?? new GroupOffsets(id, new Dictionary<PartitionId, CommittedOffset>(), null))]);

        public void Dispose()
        {
        }
    }
}
