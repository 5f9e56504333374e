using Confluent.Kafka;
using Confluent.Kafka.Admin;
using KafkaBackup.EmbeddedKafka;
using KafkaBackup.Kafka.Librdkafka;
using KafkaBackup.Kafka.Tests.Contracts;
using KafkaBackup.Kafka.Wire;
using KafkaBackup.Kafka.Wire.Messages;
using KafkaBackup.Shared;
using KafkaBackup.Shared.Kafka;
using Xunit;

namespace KafkaBackup.Kafka.Tests.Librdkafka;

/// <summary>Offsets by Kafka's protocol: who is asked, how often, and what is made of brokers that know no better yet.</summary>
public sealed class WireOffsetListerTests : IAsyncLifetime
{
    private const int Partitions = 200;
    private static readonly PartitionId[] All = [.. Enumerable.Range(0, Partitions).Select(number => new PartitionId("orders", number))];

    private readonly EmbeddedBroker _broker;
    private KafkaTopicCatalog? _catalog;
    private int _metadata;
    private int _offsets;
    private volatile Action<IWireStruct> _amend = _ => { };

    public WireOffsetListerTests() => _broker = EmbeddedBroker.Start(new EmbeddedBrokerOptions { Witness = Count, Amend = answer => _amend(answer) });

    private KafkaTopicCatalog Catalog => _catalog!;

    public async Task InitializeAsync()
    {
        using var admin = new AdminClientBuilder(new AdminClientConfig { BootstrapServers = _broker.BootstrapServers }).Build();
        await admin.CreateTopicsAsync([new TopicSpecification { Name = "orders", NumPartitions = Partitions }]);
        _catalog = new KafkaTopicCatalog(TestClients.For(_broker.BootstrapServers), leaderPatience: TimeSpan.Zero);
    }

    public async Task DisposeAsync()
    {
        _catalog?.Dispose();
        await _broker.DisposeAsync();
    }

    [Fact]
    public async Task All_partitions_of_a_leader_are_asked_for_at_once_and_who_leads_is_looked_for_once()
    {
        await BoundsAsync();
        var looks = Volatile.Read(ref _metadata);
        Assert.InRange(looks, 1, 2); // Starts and ends are asked for side by side, and mostly share a look.
        Assert.Equal(2, Volatile.Read(ref _offsets));

        await BoundsAsync();
        Assert.Equal((looks, 4), (Volatile.Read(ref _metadata), Volatile.Read(ref _offsets)));
    }

    [Theory]
    [InlineData((short)KafkaError.NotLeaderOrFollower)]
    [InlineData((short)KafkaError.FencedLeaderEpoch)]
    [InlineData((short)KafkaError.UnknownLeaderEpoch)]
    public async Task A_broker_that_does_not_lead_any_more_is_no_trouble_of_the_partition(short error)
    {
        await BoundsAsync();
        var before = Volatile.Read(ref _metadata);
        Once<ListOffsetsResponse>(answer => answer.Topics[0].Partitions[7].ErrorCode = (KafkaError)error);

        var bounds = await BoundsAsync();

        Assert.All(bounds.Values, bound => Assert.Null(bound.Problem));
        Assert.InRange(Volatile.Read(ref _metadata) - before, 1, 2); // The leader was looked for anew.
    }

    [Fact]
    public async Task A_leader_that_is_gone_is_looked_for_anew()
    {
        Once<MetadataResponse>(answer => answer.Brokers.ForEach(broker => broker.Port = 1)); // Where nobody listens.

        var bounds = await BoundsAsync();

        Assert.All(bounds.Values, bound => Assert.Null(bound.Problem));
        Assert.InRange(Volatile.Read(ref _metadata), 2, 4); // By who asks for starts, and by who asks for ends.
    }

    [Fact]
    public async Task A_topic_that_one_broker_has_not_heard_of_yet_is_asked_for_elsewhere()
    {
        Once<MetadataResponse>(answer => answer.Topics.ForEach(topic => (topic.ErrorCode, topic.Partitions) = (KafkaError.UnknownTopicOrPartition, [])));

        Assert.All((await BoundsAsync()).Values, bound => Assert.Null(bound.Problem));
    }

    [Fact]
    public async Task A_topic_that_no_broker_knows_is_told_as_such()
    {
        var missing = new PartitionId("missing", 0);

        var bounds = await Catalog.GetBoundsAsync([missing, All[0]], LogEnd.HighWatermark, CancellationToken.None);

        Assert.Contains("Was the topic deleted?", bounds[missing].Problem!.Message, StringComparison.Ordinal);
        Assert.False(bounds[missing].Problem!.IsRetryable);
        Assert.Null(bounds[All[0]].Problem);
    }

    private Task<IReadOnlyDictionary<PartitionId, PartitionBounds>> BoundsAsync() => Catalog.GetBoundsAsync(All, LogEnd.HighWatermark, CancellationToken.None);

    /// <summary>Changes the next answer of a kind.</summary>
    private void Once<T>(Action<T> change)
        where T : IWireStruct
    {
        var changed = 0;
        _amend = answer =>
        {
            if (answer is T one && Interlocked.Exchange(ref changed, 1) == 0)
            {
                change(one);
            }
        };
    }

    /// <summary>Of librdkafka's client, which the catalog has beside its own, no request is for one topic.</summary>
    private void Count(IWireStruct request)
    {
        if (request is MetadataRequest metadata && metadata.Topics?.Count == 1)
        {
            Interlocked.Increment(ref _metadata);
        }
        else if (request is ListOffsetsRequest)
        {
            Interlocked.Increment(ref _offsets);
        }
    }
}
