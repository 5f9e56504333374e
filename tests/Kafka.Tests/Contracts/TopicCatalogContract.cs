using KafkaBackup.Shared;
using KafkaBackup.Shared.Configuration;
using KafkaBackup.Shared.Kafka;
using Xunit;

namespace KafkaBackup.Kafka.Tests.Contracts;

/// <summary>What every <see cref="ITopicCatalog"/> does.</summary>
public abstract class TopicCatalogContract : IAsyncLifetime
{
    private readonly string _prefix = $"contract-{Guid.NewGuid():N}";
    private SourceUnderTest? _cluster;

    private SourceUnderTest Cluster => _cluster!;

    private PartitionId First => new($"{_prefix}-a", 0);

    public async Task InitializeAsync()
    {
        if (IsThere)
        {
            _cluster = Start();
            await _cluster.CreateTopicAsync($"{_prefix}-b", 1);
            await _cluster.CreateTopicAsync($"{_prefix}-a", 3);
            await _cluster.AppendAsync(First, 10);
        }
    }

    public async Task DisposeAsync()
    {
        if (_cluster is not null)
        {
            await _cluster.DisposeAsync();
        }
    }

    [SkippableFact]
    public async Task Topics_come_in_order_of_name_with_their_partitions_and_ids()
    {
        SkipIfAbsent();

        var topics = await Cluster.Catalog.GetTopicsAsync(Filter($"{_prefix}-*"), CancellationToken.None);

        Assert.Equal([($"{_prefix}-a", 3), ($"{_prefix}-b", 1)], topics.Select(topic => (topic.Name, topic.Partitions)));
        Assert.All(topics, topic => Assert.NotNull(topic.TopicId));
        Assert.All(topics, topic => Assert.Equal(1, topic.ReplicationFactor));
        Assert.NotNull(await Cluster.Catalog.GetClusterIdAsync(CancellationToken.None));
    }

    [SkippableFact]
    public async Task A_topic_that_is_demanded_has_to_be_there()
    {
        SkipIfAbsent();

        await Assert.ThrowsAsync<BackupException>(() => Cluster.Catalog.GetTopicsAsync(Filter($"{_prefix}-c"), CancellationToken.None));
    }

    [SkippableFact]
    public async Task Of_a_topics_settings_those_are_told_that_were_given_to_it_and_topics_that_are_not_there_are_left_out()
    {
        SkipIfAbsent();
        (string, string)[] given = [("cleanup.policy", "compact"), ("retention.ms", "86400000")];
        await Cluster.CreateTopicAsync($"{_prefix}-own", 1, given);

        var told = await Cluster.Catalog.GetConfigurationsAsync([$"{_prefix}-own", $"{_prefix}-a", $"{_prefix}-nowhere"], CancellationToken.None);

        Assert.Null(told.Problem);
        Assert.Equal([$"{_prefix}-a", $"{_prefix}-own"], told.ByTopic.Keys.Order(StringComparer.Ordinal));
        Assert.Empty(told.ByTopic[$"{_prefix}-a"]);
        Assert.Equal(given, told.ByTopic[$"{_prefix}-own"].Select(setting => (setting.Key, setting.Value)).Order());
    }

    [SkippableFact]
    public async Task Bounds_are_where_a_log_begins_and_ends()
    {
        SkipIfAbsent();
        await Cluster.DeleteBeforeAsync(First, 4);
        var empty = new PartitionId($"{_prefix}-a", 2);

        var bounds = await Cluster.Catalog.GetBoundsAsync([First, empty], LogEnd.HighWatermark, CancellationToken.None);

        Assert.Equal(new PartitionBounds(4, 10), bounds[First]);
        Assert.Equal(new PartitionBounds(0, 0), bounds[empty]);
    }

    [SkippableFact]
    public async Task A_time_begins_with_the_first_record_that_is_no_older()
    {
        SkipIfAbsent();
        await using var stream = Cluster.Source.Open(First, new OffsetRange(0, 10));
        var times = new List<long>();
        while (times.Count < 10 && await stream.ReadAsync(CancellationToken.None) is { } records)
        {
            while (records.MoveNext())
            {
                times.Add(records.Timestamp);
            }
        }

        var none = new PartitionId($"{_prefix}-a", 2);
        foreach (var time in times.Append(0))
        {
            var found = await Cluster.Catalog.FindOffsetsAsync(new Dictionary<PartitionId, long> { [First] = time, [none] = time }, CancellationToken.None);

            Assert.Equal([KeyValuePair.Create(First, (long)times.FindIndex(at => at >= time))], found);
        }

        Assert.Empty(await Cluster.Catalog.FindOffsetsAsync(new Dictionary<PartitionId, long> { [First] = times.Max() + 1 }, CancellationToken.None));
    }

    [SkippableFact]
    public async Task An_open_transaction_holds_back_the_stable_end_and_is_told_with_its_age()
    {
        SkipIfAbsent();
        await Cluster.AppendOpenAsync(First, 3);
        await Cluster.AppendAsync(First, 4);
        PartitionId[] all = [First, new PartitionId($"{_prefix}-b", 0)];

        var stable = await Cluster.Catalog.GetBoundsAsync(all, LogEnd.LastStableOffset, CancellationToken.None);
        var watermarks = await Cluster.Catalog.GetBoundsAsync(all, LogEnd.HighWatermark, CancellationToken.None);
        var open = await Cluster.Catalog.FindOpenTransactionsAsync(all, CancellationToken.None);

        Assert.Equal((10, 17), (stable[First].HighWatermark, watermarks[First].HighWatermark));
        var (partition, transaction) = Assert.Single(open);
        Assert.Equal((First, 10, 7), (partition, transaction.Offset, transaction.OffsetsHeldBack));
        Assert.NotNull(transaction.Since);
    }

    /// <summary>Whether there is a cluster to be tried; tests are skipped otherwise.</summary>
    protected virtual bool IsThere => true;

    protected abstract SourceUnderTest Start();

    private void SkipIfAbsent() => Skip.IfNot(IsThere, "There is no broker to be tried.");

    private static TopicFilter Filter(string include) => new(new TopicsSection { Include = [include] }, new BackupSection());
}
