using KafkaBackup.Coordinator.Restore;
using KafkaBackup.Shared;
using KafkaBackup.Shared.Configuration;
using KafkaBackup.Shared.Kafka;
using KafkaBackup.Shared.Oso;
using KafkaBackup.Shared.Storage;
using Xunit;

namespace KafkaBackup.Coordinator.Tests.Restore;

public sealed class RestorePlanTests
{
    private static readonly BackupManifest Backup = new()
    {
        BackupId = "nightly",
        CreatedAt = 0,
        Topics =
        [
            Topic("orders", partitions: 6, [Partition(0, records: 10), Partition(3, records: 20)], ("retention.ms", "604800000"), ("min.insync.replicas", "2")) with { SourceReplicationFactor = 3 },
            Topic("users", partitions: null, [Partition(1, records: 5)]),
        ],
    };

    [Fact]
    public void Topics_have_the_partitions_replicas_and_settings_of_the_source()
    {
        var plan = Plan(new RestoreSection());

        Assert.Equal([("orders", 6, (int?)3), ("users", 2, null)], plan.Topics.Select(topic => (topic.Made.Name, topic.Made.Partitions, topic.Made.ReplicationFactor)));
        Assert.Equal("2", plan.Topics[0].Made.Configurations["min.insync.replicas"]);
        Assert.Equal(["orders:3", "orders:0", "users:1"], plan.Orders.Select(order => order.Target.ToString()));
        Assert.Empty(plan.Notes);
    }

    [Fact]
    public void What_would_delete_or_refuse_old_records_is_held_and_what_the_source_had_is_kept_in_mind()
    {
        var orders = Plan(new RestoreSection()).Topics[0];

        Assert.Equal("-1", orders.Made.Configurations["retention.ms"]);
        Assert.Equal("delete", orders.Made.Configurations["cleanup.policy"]);
        Assert.Equal("CreateTime", orders.Made.Configurations["message.timestamp.type"]);
        Assert.Equal($"{long.MaxValue}", orders.Made.Configurations["message.timestamp.after.max.ms"]);
        Assert.Equal(("604800000", null), (orders.Held["retention.ms"], orders.Held["cleanup.policy"]));
    }

    [Fact]
    public void Where_brokers_are_few_there_are_fewer_replicas_and_it_is_told()
    {
        var plan = Plan(new RestoreSection(), brokers: 1);

        Assert.Equal((1, "1"), (plan.Topics[0].Made.ReplicationFactor, plan.Topics[0].Made.Configurations["min.insync.replicas"]));
        Assert.Equal("Topic 'orders' is made with 1 replicas in place of 3: the target has no more brokers.", plan.Notes[0]);
    }

    [Fact]
    public void Where_replicas_are_fewer_than_have_to_be_in_sync_fewer_have_to_be_until_it_is_given_back()
    {
        var plan = Plan(new RestoreSection { DefaultReplicationFactor = 1 });

        Assert.Equal(("1", "2"), (plan.Topics[0].Made.Configurations["min.insync.replicas"], plan.Topics[0].Held["min.insync.replicas"]));
        Assert.Equal(["Topic 'orders' is made with min.insync.replicas=1 in place of 2, so that it can be written to with its replicas."], plan.Notes);
    }

    [Fact]
    public void Settings_that_are_out_of_date_are_left_out_and_kept_in_mind()
    {
        var old = Backup with { Topics = [Topic("orders", 1, [Partition(0, 10)], ("message.timestamp.difference.max.ms", "1000"))] };

        var topic = RestorePlan.Of(old, TestConfiguration.Of(new RestoreSection()), 3).Topics[0];

        Assert.DoesNotContain("message.timestamp.difference.max.ms", topic.Made.Configurations.Keys);
        Assert.Equal("1000", topic.Held["message.timestamp.difference.max.ms"]);
    }

    [Fact]
    public void Settings_that_are_given_go_over_those_of_the_source_and_are_held_as_those_are()
    {
        var plan = Plan(new RestoreSection
        {
            TopicConfigs = Configs(("*", "segment.ms", "7"), ("orders", "retention.ms", "5"), ("orders", "min.insync.replicas", null), ("users", "cleanup.policy", "compact"), ("users", "compression.type", "lz4")),
        }).WithLimits(DateTimeOffset.UnixEpoch);

        Assert.Equal((null, "-1", "7"), (plan.Topics[0].Made.Configurations.GetValueOrDefault("min.insync.replicas"), plan.Topics[0].Made.Configurations["retention.ms"], plan.Topics[0].Made.Configurations["segment.ms"]));
        Assert.Contains("--add-config 'retention.ms=5' --delete-config cleanup.policy,", RestoreHold.Command(plan.Topics[0], canRelease: false), StringComparison.Ordinal);
        Assert.Equal(("delete", "lz4", "7"), (plan.Topics[1].Made.Configurations["cleanup.policy"], plan.Topics[1].Made.Configurations["compression.type"], plan.Topics[1].Made.Configurations["segment.ms"]));
        Assert.Contains("--add-config 'cleanup.policy=compact' --delete-config message", RestoreHold.Command(plan.Topics[1], canRelease: false), StringComparison.Ordinal);
        Assert.Equal([("orders:3", null), ("orders:0", null), ("users:1", RecordCodec.Lz4)], plan.Orders.Select(order => ($"{order.Target}", order.Limits.Codec)));
    }

    [Fact]
    public void Settings_of_a_topic_that_is_not_restored_are_refused() => Assert.Equal(
        "restore.topic_configs names 'orders', which is no topic that is restored, by its name at the target.",
        Refused(new RestoreSection { TopicMapping = new Dictionary<string, string> { ["orders"] = "new" }, TopicConfigs = Configs(("*", "a", "b"), ("new", "a", "b"), ("orders", "a", "b")) }));

    [Theory]
    [InlineData(ProduceAcks.Leader, "restore.produce_acks is 1: what the target loses")]
    [InlineData(ProduceAcks.None, "restore.produce_acks is 0: what the target loses")]
    public void What_fewer_acknowledgements_mean_is_told(ProduceAcks acks, string note) =>
        Assert.StartsWith(note, Assert.Single(Plan(new RestoreSection { Produce = new ProduceSettings { Acks = acks } }).Notes), StringComparison.Ordinal);

    private static Dictionary<string, IReadOnlyDictionary<string, string?>> Configs(params (string Topic, string Setting, string? Value)[] settings) => settings.GroupBy(setting => setting.Topic)
        .ToDictionary(topic => topic.Key, IReadOnlyDictionary<string, string?> (topic) => topic.ToDictionary(setting => setting.Setting, setting => setting.Value));

    [Fact]
    public void Kafkas_own_topics_are_left_out_unless_they_are_named()
    {
        var all = Backup with { Topics = [.. Backup.Topics, Topic("__consumer_offsets", 1, [Partition(0, 10)])] };
        var configuration = TestConfiguration.Of(new RestoreSection());

        Assert.DoesNotContain("__consumer_offsets", RestorePlan.Of(TestConfiguration.Read(all, configuration), configuration, 3).Topics.Select(topic => topic.Source));
        Assert.Contains("__consumer_offsets", RestorePlan.Of(all, configuration with { Target = Including("__consumer_offsets") }, 3).Topics.Select(topic => topic.Source));
    }

    [Theory]
    [InlineData("order", "target.topics.include names 'order', and backup 'nightly' has no such topic.")]
    [InlineData("order,users,paymets", "target.topics.include names 'order', 'paymets', and backup 'nightly' has no such topics.")]
    [InlineData("pay*", "Backup 'nightly' has no topic that target.topics lets through: include has 'pay*'.")]
    public void What_fits_no_topic_is_named(string include, string sentence) => Assert.StartsWith(
        sentence, Assert.Throws<BackupException>(() => OfTopics(include.Split(','))).Message, StringComparison.Ordinal);

    [Fact]
    public void A_topic_that_is_named_and_not_in_the_backup_is_refused() => Assert.Contains(
        "target.topics.include names 'paymets', and backup 'nightly' has no such topic",
        Assert.Throws<BackupException>(() => OfTopics("orders", "paymets")).Message,
        StringComparison.Ordinal);

    [Fact]
    public void Partitions_that_are_named_and_nowhere_are_refused()
    {
        Assert.Contains("restore.source_partitions names 7,", Refused(new RestoreSection { SourcePartitions = [0, 7] }), StringComparison.Ordinal);
        Assert.Contains("restore.partition_mapping names 8,", Refused(new RestoreSection { PartitionMapping = new Dictionary<int, int> { [8] = 1 } }), StringComparison.Ordinal);
    }

    private static KafkaSection Including(params string[] topics) =>
        new() { Name = "target", BootstrapServers = ["kafka:9092"], Topics = new TopicsSection { Include = topics } };

    [Fact]
    public void The_replication_factor_that_is_given_goes_for_all() =>
        Assert.All(Plan(new RestoreSection { DefaultReplicationFactor = 2 }).Topics, topic => Assert.Equal(2, topic.Made.ReplicationFactor));

    [Fact]
    public void A_partition_that_is_mapped_behind_the_last_one_makes_the_topic_larger() =>
        Assert.Equal(10, Plan(new RestoreSection { PartitionMapping = new Dictionary<int, int> { [3] = 9 } }).Topics[0].Made.Partitions);

    [Fact]
    public void Topics_that_would_become_one_are_refused() => Assert.Contains("orders and users would both become 'all'", Refused(
        new RestoreSection { TopicMapping = new Dictionary<string, string> { ["orders"] = "all", ["users"] = "all" } }), StringComparison.Ordinal);

    [Fact]
    public void Partitions_that_would_become_one_are_refused() => Assert.Contains(
        "orders:3 and orders:0 would both go into orders:0", Refused(new RestoreSection { PartitionMapping = new Dictionary<int, int> { [3] = 0 } }), StringComparison.Ordinal);

    [Fact]
    public void Each_partition_is_told_how_large_batches_its_topic_takes()
    {
        var backup = Backup with { Topics = [.. Backup.Topics, Topic("small", 1, [Partition(0, 1)], ("max.message.bytes", "50000"))] };

        var orders = RestorePlan.Of(backup, TestConfiguration.Of(new RestoreSection()), 3).WithLimits(DateTimeOffset.UnixEpoch).Orders;

        Assert.Equal(50_000, Assert.Single(orders, order => order.Target.Topic == "small").Limits.MessageBytes);
        Assert.All(orders.Where(order => order.Target.Topic != "small"), order => Assert.Equal(TargetLimits.KafkaMessageBytes, order.Limits.MessageBytes));
    }

    [Fact]
    public void Recorded_gaps_are_told()
    {
        var gap = new ManifestGap { StartOffset = 1, EndOffset = 2, Reason = "offset_out_of_range", DetectedAt = 0 };
        var lacking = Backup with { Topics = [Topic("orders", 1, [Partition(0, 10) with { Gaps = [gap] }])] };

        Assert.Contains("The backup lacks 1 range(s) of offsets", Assert.Single(RestorePlan.Of(lacking, TestConfiguration.Of(new RestoreSection()), 3).Notes), StringComparison.Ordinal);
    }

    private static string Refused(RestoreSection section)
    {
        var failure = Assert.Throws<BackupException>(() => Plan(section));
        Assert.Equal(FailureKind.Configuration, failure.Kind);
        return failure.Message;
    }

    [Fact]
    public void Segments_that_are_not_asked_for_are_not_kept_in_memory()
    {
        var section = new RestoreSection { SourcePartitions = [0], OffsetRanges = new Dictionary<PartitionId, OffsetBounds> { [new("orders", 0)] = new(5, 9) } };
        var configuration = TestConfiguration.Of(section) with { Target = Including("orders") };
        var ours = Enumerable.Range(0, 3).Select(number => new ManifestSegment
        {
            Key = BackupKeys.Segment(configuration.BackupId, new PartitionId("orders", 0), number * 5, 1, "u", ""),
            StartOffset = number * 5,
            EndOffset = (number * 5) + 4,
            StartTimestamp = 0,
            EndTimestamp = 0,
            RecordCount = 5,
        }).ToList();
        var backup = Backup with { Topics = [Topic("orders", 6, [Partition(0, records: 5) with { Segments = ours }, Partition(3, records: 20)]), Backup.Topics[1]] };

        var read = TestConfiguration.Read(backup, configuration);

        Assert.Equal([(0, 1), (3, 0)], Assert.Single(read.Topics).Partitions.Select(partition => (partition.PartitionId, partition.Segments.Count)));
        Assert.Equal(ours[1], read.Topics[0].Partitions[0].Segments[0]);
        Assert.Equal(
            RestorePlan.Of(backup, configuration, 3).Orders.SelectMany(order => order.Segments), RestorePlan.Of(read, configuration, 3).Orders.SelectMany(order => order.Segments));
    }

    private static RestorePlan OfTopics(params string[] include)
    {
        var configuration = TestConfiguration.Of(new RestoreSection()) with { Target = Including(include) };
        return RestorePlan.Of(TestConfiguration.Read(Backup, configuration), configuration, 3);
    }

    private static RestorePlan Plan(RestoreSection section, int brokers = 3)
    {
        var configuration = TestConfiguration.Of(section);
        return RestorePlan.Of(TestConfiguration.Read(Backup, configuration), configuration, brokers);
    }

    private static ManifestTopic Topic(string name, int? partitions, IReadOnlyList<ManifestPartition> those, params (string Key, string Value)[] settings) => new()
    {
        Name = name,
        OriginalPartitionCount = partitions,
        Partitions = those,
        Configurations = settings.ToDictionary(setting => setting.Key, setting => setting.Value),
    };

    private static ManifestPartition Partition(int number, long records) => new()
    {
        PartitionId = number,
        Segments = [new ManifestSegment { Key = $"s{number}", StartOffset = 0, EndOffset = records - 1, StartTimestamp = 0, EndTimestamp = 0, RecordCount = records }],
    };
}
