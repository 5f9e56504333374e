using KafkaBackup.Coordinator.Restore;
using KafkaBackup.Shared;
using KafkaBackup.Shared.Configuration;
using KafkaBackup.Shared.Kafka;
using KafkaBackup.Shared.Oso;
using Xunit;

namespace KafkaBackup.Coordinator.Tests.Restore;

/// <summary>Topics that get another number of partitions than they had.</summary>
public sealed class RepartitionedPlanTests
{
    private static readonly RestoreSection Shared = new()
    {
        Repartitioning = new Dictionary<string, Repartitioning> { ["orders"] = new(RepartitioningStrategy.Murmur2, 5) },
        PartitionMapping = new Dictionary<int, int> { [1] = 7 },
    };

    [Fact]
    public void Each_partition_at_the_target_gets_a_share_of_all_at_the_source()
    {
        var plan = Plan(Shared, partitions: 3);

        Assert.Equal((5, 5), (Assert.Single(plan.Topics).Made.Partitions, plan.Orders.Count));
        Assert.Equal([6L, 6, 6, 6, 6], plan.Orders.Select(order => order.Records));
        Assert.All(plan.Orders, order => Assert.Equal([0, 1, 2], order.Origins.Select(source => source.Number)));
        Assert.Equal(3, plan.Orders[0].Share!.Sources.Count(source => source.Segments.Count == 2));
    }

    [Fact]
    public void The_shares_are_all_there_is() => Assert.Equal(20, Plan(Shared with { SourcePartitions = [0, 1] }, partitions: 3).Records);

    [Fact]
    public void A_topic_that_is_not_restored_is_refused() => Assert.Equal(
        "restore.repartitioning names 'orders', which is no topic that is restored, by its name at the target.",
        Assert.Throws<BackupException>(() => Plan(Shared with { TopicMapping = new Dictionary<string, string> { ["orders"] = "other" } }, partitions: 3)).Message);

    [Theory]
    [InlineData(6)]
    [InlineData(3)]
    public void An_existing_topic_with_another_number_of_partitions_is_refused(int partitions)
    {
        var plan = Plan(Shared, partitions: 3);
        var there = new ExistingTopic("orders", partitions, new Dictionary<string, string>(), new HashSet<string>());

        var refused = Assert.Throws<BackupException>(() => ExistingTopicRules.Take(
            plan.Topics[0], [.. plan.Orders], there, plan.Orders.ToDictionary(order => order.Target, _ => default(PartitionBounds)), Shared, DateTimeOffset.UnixEpoch, []));

        Assert.StartsWith($"Topic 'orders' has {partitions} partition(s) at the target, and restore.repartitioning puts its records where they belong among 5. Let target_partitions of 'orders' be {partitions} there, or", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_the_backup_has_got_since_is_left_out_when_it_goes_on()
    {
        var begun = Plan(Shared, partitions: 2);
        var document = RestoreContinuation.Of(begun, new RestoreDocument { StartedAt = DateTimeOffset.UnixEpoch }, [], NoBounds(begun)).Document
            .With(begun.Topics[0], "id", new Dictionary<int, long>());
        var grown = Plan(Shared, partitions: 3, segments: 3);

        var (plan, _) = RestoreContinuation.Of(grown, RestoreDocument.Read(document.ToJson(), "r.json"), ["orders"], grown.Orders.ToDictionary(order => order.Target, _ => new PartitionBounds(0, 4)));

        Assert.Equal(5, plan.Orders.Count);
        Assert.All(plan.Orders, order => Assert.Equal((4, 4L), (order.Segments.Count, order.There)));
        Assert.All(plan.Orders, order => Assert.Equal([2, 2, 0], order.Share!.Sources.Select(source => source.Segments.Count)));
    }

    [Fact]
    public void No_group_is_set_in_it_and_it_is_told()
    {
        var snapshot = new GroupSnapshot
        {
            Groups = [new GroupSnapshot.SnapshotGroup { GroupId = "g", Offsets = new() { ["orders"] = new() { ["0"] = 3 } } }],
        };

        var plan = RestorePlan.Of(Backup(2, 2), TestConfiguration.Of(Shared with { SetsAllGroups = true }), brokers: 1, snapshot);

        Assert.Empty(plan.Groups);
        Assert.Contains("No consumer group is set in 'orders': what a group has read of a topic that is repartitioned has no end in its new partitions.", plan.Notes);
    }

    [Fact]
    public void Another_number_or_way_is_another_restore()
    {
        Repartitioning[] ways = [new(RepartitioningStrategy.Murmur2, 5), new(RepartitioningStrategy.Murmur2, 6), new(RepartitioningStrategy.Automatic, 5)];

        var ids = ways.Select(way => RestoreId.Of(TestConfiguration.Of(new RestoreSection { Repartitioning = new Dictionary<string, Repartitioning> { ["orders"] = way } }), "cluster"))
            .Append(RestoreId.Of(TestConfiguration.Of(new RestoreSection()), "cluster"));

        Assert.Equal(4, ids.Distinct().Count());
    }

    private static Dictionary<PartitionId, PartitionBounds> NoBounds(RestorePlan plan) => plan.Orders.ToDictionary(order => order.Target, _ => default(PartitionBounds));

    private static RestorePlan Plan(RestoreSection section, int partitions, int segments = 2) => RestorePlan.Of(TestConfiguration.Read(Backup(partitions, segments), TestConfiguration.Of(section)), TestConfiguration.Of(section), brokers: 1);

    private static BackupManifest Backup(int partitions, int segments) => new()
    {
        BackupId = "nightly",
        CreatedAt = 0,
        Topics =
        [
            new ManifestTopic
            {
                Name = "orders",
                OriginalPartitionCount = partitions,
                Partitions = [.. Enumerable.Range(0, partitions).Select(partition => new ManifestPartition
                {
                    PartitionId = partition,
                    Segments = [.. Enumerable.Range(0, segments).Select(number => new ManifestSegment
                    {
                        Key = $"p{partition}-s{number}", StartOffset = 5 * number, EndOffset = (5 * number) + 4, StartTimestamp = 0, EndTimestamp = 0, RecordCount = 5,
                    })],
                })],
            },
        ],
    };
}
