using Confluent.Kafka;
using Confluent.Kafka.Admin;
using KafkaBackup.EmbeddedKafka;
using KafkaBackup.Kafka.Librdkafka;
using KafkaBackup.Kafka.Tests.Contracts;
using KafkaBackup.Kafka.Wire;
using KafkaBackup.Kafka.Wire.Messages;
using KafkaBackup.Shared;
using KafkaBackup.Shared.Configuration;
using KafkaBackup.Shared.Kafka;
using Xunit;

namespace KafkaBackup.Kafka.Tests.Librdkafka;

/// <summary>A broker of which one topic has lost its only replica: no leader, nobody in sync.</summary>
public sealed class LeaderlessPartitionTests : IAsyncLifetime
{
    private static readonly PartitionId Dead = new("dead", 0);
    private static readonly PartitionId Live = new("live", 0);

    private readonly EmbeddedBroker _broker;
    private KafkaTopicCatalog? _catalog;
    private int _asked;
    private volatile bool _isDown = true;

    public LeaderlessPartitionTests() => _broker = EmbeddedBroker.Start(new EmbeddedBrokerOptions { Witness = Count, Amend = TakeDown });

    private KafkaTopicCatalog Catalog => _catalog!;

    public async Task InitializeAsync()
    {
        using var admin = new AdminClientBuilder(new AdminClientConfig { BootstrapServers = _broker.BootstrapServers }).Build();
        await admin.CreateTopicsAsync(
            [new TopicSpecification { Name = Dead.Topic, NumPartitions = 1 }, new TopicSpecification { Name = Live.Topic, NumPartitions = 1 }]);
        _catalog = new KafkaTopicCatalog(TestClients.For(_broker.BootstrapServers), leaderPatience: TimeSpan.FromSeconds(1));
    }

    public async Task DisposeAsync()
    {
        _catalog?.Dispose();
        await _broker.DisposeAsync();
    }

    [Fact]
    public async Task Its_topic_is_listed_like_others_and_without_an_id()
    {
        var topics = await Catalog.GetTopicsAsync(new TopicFilter(new TopicsSection(), new BackupSection()), CancellationToken.None);

        Assert.Equal([("dead", 1, false), ("live", 1, true)], topics.Select(topic => (topic.Name, topic.Partitions, topic.TopicId is not null)));
        var ids = await Catalog.GetTopicIdsAsync([Dead.Topic, Live.Topic], CancellationToken.None);
        Assert.Equal([("dead", false), ("live", true)], ids.Select(id => (id.Key, id.Value is not null)).Order());
    }

    [Fact]
    public async Task It_is_named_and_holds_up_nobody_else()
    {
        var bounds = await Catalog.GetBoundsAsync([Dead, Live], LogEnd.HighWatermark, CancellationToken.None);

        Assert.Equal(new PartitionBounds(0, 0), bounds[Live]);
        Assert.Contains("Cannot read the offsets of dead:0", bounds[Dead].Problem!.Message, StringComparison.Ordinal);
        Assert.Contains("It has no leader", bounds[Dead].Problem!.Message, StringComparison.Ordinal);
        Assert.True(bounds[Dead].Problem!.IsRetryable);
    }

    [Fact]
    public async Task Alone_it_is_named_as_well()
    {
        var bounds = await Catalog.GetBoundsAsync([Dead], LogEnd.HighWatermark, CancellationToken.None);

        Assert.NotNull(bounds[Dead].Problem);
    }

    [Fact]
    public async Task It_is_asked_once_and_not_waited_for_until_it_has_a_leader_again()
    {
        await Catalog.GetBoundsAsync([Dead, Live], LogEnd.HighWatermark, CancellationToken.None);
        Interlocked.Exchange(ref _asked, 0);

        var again = await Catalog.GetBoundsAsync([Dead, Live], LogEnd.HighWatermark, CancellationToken.None);
        Assert.NotNull(again[Dead].Problem);
        Assert.InRange(Volatile.Read(ref _asked), 0, 2); // For its start and for its end, unless the client has just heard of it.

        _isDown = false;
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        while ((await Catalog.GetBoundsAsync([Dead, Live], LogEnd.HighWatermark, limit.Token))[Dead].Problem is not null)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(100), limit.Token); // The client hears of the new leader when it next asks.
        }
    }

    private void Count(IWireStruct request)
    {
        if (request is MetadataRequest metadata && metadata.Topics?.Exists(topic => topic.Name == Dead.Topic) == true)
        {
            Interlocked.Increment(ref _asked);
        }
    }

    private void TakeDown(IWireStruct answer)
    {
        if (_isDown && answer is MetadataResponse metadata)
        {
            foreach (var partition in metadata.Topics.Where(topic => topic.Name == Dead.Topic).SelectMany(topic => topic.Partitions))
            {
                (partition.ErrorCode, partition.LeaderId, partition.IsrNodes) = (KafkaError.LeaderNotAvailable, -1, []);
            }
        }
    }
}
