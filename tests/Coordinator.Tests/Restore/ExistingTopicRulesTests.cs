using KafkaBackup.Coordinator.Restore;
using KafkaBackup.Shared;
using KafkaBackup.Shared.Configuration;
using KafkaBackup.Shared.Kafka;
using KafkaBackup.Shared.Oso;
using Xunit;
using static KafkaBackup.Shared.Protocol.RestoreProtocol;

namespace KafkaBackup.Coordinator.Tests.Restore;

public sealed class ExistingTopicRulesTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 29, 12, 0, 0, TimeSpan.Zero);
    private static readonly TimeSpan Year = TimeSpan.FromDays(365);
    private static readonly RestoreTopic Topic = new("orders", new NewTopic("orders", 2, 1, new Dictionary<string, string>()), new Dictionary<string, string?> { ["retention.ms"] = null });

    private readonly List<string> _notes = [];

    [Theory]
    [InlineData("retention.ms", "604800000", "retention.ms is 604800000, and there are records of 2025-11-29 12:00:00Z, which would be deleted")]
    [InlineData("retention.bytes", "1999", "retention.bytes is 1999, and orders:0 would get up to 3600")] // 20 records, each perhaps in a batch of its own.
    [InlineData("cleanup.policy", "compact", "cleanup.policy has 'compact'")]
    [InlineData("cleanup.policy", "delete,compact", "cleanup.policy has 'compact'")]
    [InlineData("message.timestamp.type", "LogAppendTime", "all records would have the time of the restore")]
    [InlineData("message.timestamp.before.max.ms", "1000", "there are records of 2025-11-29 12:00:00Z, which would be refused")]
    [InlineData("message.timestamp.after.max.ms", "3600000", "there are records of 2026-11-29 14:00:00Z, which would be refused")]
    public void What_would_not_keep_the_records_as_they_were_is_refused_held_or_let_pass(string setting, string value, string what)
    {
        var there = There((setting, value));

        var refused = Assert.Throws<BackupException>(() => Take(there, new RestoreSection()));
        var held = Take(there, new RestoreSection { RetentionPolicy = RetentionPolicy.Hold });
        Assert.Empty(_notes);
        var ignored = Take(there, new RestoreSection { RetentionPolicy = RetentionPolicy.Ignore });

        Assert.Equal(FailureKind.Configuration, refused.Kind);
        Assert.Contains(what, refused.Message, StringComparison.Ordinal);
        Assert.Equal([KeyValuePair.Create<string, string?>(setting, value)], held.Held);
        Assert.Empty(ignored.Held);
        Assert.Contains(what, Assert.Single(_notes), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("retention.ms", "-1")]
    [InlineData("retention.ms", "63072000000")] // Two years.
    [InlineData("retention.bytes", "-1")]
    [InlineData("retention.bytes", "3600")]
    [InlineData("cleanup.policy", "delete")]
    [InlineData("message.timestamp.type", "CreateTime")]
    [InlineData("message.timestamp.before.max.ms", "9223372036854775807")]
    [InlineData("message.timestamp.after.max.ms", "7200000")]
    public void What_keeps_them_is_left_as_it_is(string setting, string value)
    {
        var taken = Take(There((setting, value)), new RestoreSection());

        Assert.Equal((true, 4, 0), (taken.Exists, taken.Made.Partitions, taken.Held.Count));
    }

    [Theory]
    [InlineData(RetentionPolicy.Hold, "cleanup.policy, retention.ms")] // Held it deletes, and does not compact.
    [InlineData(RetentionPolicy.Ignore, "")]
    public void Retention_does_no_harm_where_only_compaction_cleans(RetentionPolicy policy, string held)
    {
        var taken = Take(There(("cleanup.policy", "compact"), ("retention.ms", "5")), new RestoreSection { RetentionPolicy = policy });

        Assert.Equal(held, string.Join(", ", taken.Held.Keys.Order()));
        Assert.DoesNotContain("retention.ms", string.Concat(_notes), StringComparison.Ordinal);
    }

    [Fact]
    public void A_topic_that_is_made_to_delete_instead_of_to_compact_is_kept_from_deleting_what_is_young() => Assert.Equal(
        ["cleanup.policy", "retention.ms"],
        Take(There(("cleanup.policy", "compact"), ("retention.ms", "63072000000"), ("retention.bytes", "-1")), new RestoreSection { RetentionPolicy = RetentionPolicy.Hold }).Held.Keys.Order());

    [Fact]
    public void What_gets_too_old_within_a_day_is_told_as_a_restore_may_last() => Assert.Contains(
        "which would be deleted within a day",
        Assert.Throws<BackupException>(() => Take(There(("retention.ms", $"{(Year + TimeSpan.FromHours(3)).TotalMilliseconds}")), new RestoreSection())).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("retention.ms", "5", "records that it would delete for their age or refuse are left out")]
    [InlineData("cleanup.policy", "compact", "records that it would delete for their age or refuse are left out")]
    [InlineData("message.timestamp.before.max.ms", "5", "records that it would delete for their age or refuse are left out")]
    [InlineData("retention.bytes", "5", "lets pass")] // Which it deletes nobody knows before.
    public void What_it_would_not_keep_is_left_out_when_that_is_wanted(string setting, string value, string note)
    {
        var taken = Take(There((setting, value)), new RestoreSection { RetentionPolicy = RetentionPolicy.Skip });

        Assert.Empty(taken.Held);
        Assert.Contains(note, Assert.Single(_notes), StringComparison.Ordinal);
    }

    [Fact]
    public void All_records_cannot_be_left_out() => Assert.Contains(
        "That cannot be left out",
        Assert.Throws<BackupException>(() => Take(There(("message.timestamp.type", "LogAppendTime")), new RestoreSection { RetentionPolicy = RetentionPolicy.Skip })).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData(RetentionPolicy.Ignore, true)]
    [InlineData(RetentionPolicy.Skip, true)] // What gets too old meanwhile.
    [InlineData(RetentionPolicy.Hold, false)]
    public void What_a_topic_may_delete_is_known_where_that_is_let_pass(RetentionPolicy policy, bool mayLose) => Assert.Equal(
        mayLose, ExistingTopicRules.MayLose(Orders, There(("retention.ms", "5")), new RestoreSection { RetentionPolicy = policy }, Now));

    [Theory]
    [InlineData(RetentionPolicy.Ignore, false)]
    [InlineData(RetentionPolicy.Hold, true)]
    public void A_topic_that_only_compacts_can_be_emptied_only_while_it_is_held(RetentionPolicy policy, bool isTaken)
    {
        var exception = Record.Exception(() => Take(There(("cleanup.policy", "compact")), new RestoreSection { PurgesTopics = true, RetentionPolicy = policy }, new PartitionBounds(0, 5)));

        Assert.Equal(isTaken, exception is null);
    }

    [Theory]
    [InlineData(2, "-1", true)]
    [InlineData(2, "604800000", false)]
    [InlineData(3, "-1", false)]
    public void A_topic_is_as_the_restore_makes_it_when_all_is_held_of_it(int partitions, string retention, bool isAsMade)
    {
        var topic = Topic with { Made = Topic.Made with { Configurations = new Dictionary<string, string> { ["retention.ms"] = "-1" } } };

        Assert.Equal(isAsMade, ExistingTopicRules.IsAsMade(topic, There(("retention.ms", retention)) with { Partitions = partitions }));
    }

    [Fact]
    public void Only_the_window_counts()
    {
        var yesterday = Now.AddDays(-1).ToUnixTimeMilliseconds();

        Assert.Empty(Take(There(("retention.ms", "604800000")), new RestoreSection { TimeWindowStart = yesterday }).Held);
    }

    [Fact]
    public void A_setting_of_the_cluster_is_given_back_to_it() =>
        Assert.Null(Take(There(("retention.ms", "5")) with { Own = new HashSet<string>() }, new RestoreSection { RetentionPolicy = RetentionPolicy.Hold }).Held["retention.ms"]);

    [Fact]
    public void A_topic_that_holds_records_is_refused_unless_they_may_be_deleted()
    {
        var full = new PartitionBounds(3, 7);

        Assert.StartsWith("orders:0 holds offsets 3 to 7 at the target, and nothing was restored", Assert.Throws<BackupException>(() => Take(There(), new RestoreSection(), full)).Message, StringComparison.Ordinal);
        Assert.True(Take(There(), new RestoreSection { PurgesTopics = true }, full).Exists);
        Assert.True(Take(There(), new RestoreSection(), new PartitionBounds(7, 7)).Exists);
    }

    [Fact]
    public void A_topic_with_fewer_partitions_is_refused() => Assert.StartsWith(
        "Topic 'orders' has 0 partition(s) at the target, and orders:0 would go into orders:0",
        Assert.Throws<BackupException>(() => Take(There() with { Partitions = 0 }, new RestoreSection())).Message, StringComparison.Ordinal);

    private RestoreTopic Take(ExistingTopic there, RestoreSection section, PartitionBounds bounds = default)
    {
        return ExistingTopicRules.Take(Topic, Orders, there, Orders.ToDictionary(order => order.Target, _ => bounds), section, Now, _notes);
    }

    private static RestorePartition[] Orders =>
    [
        new(new PartitionId("orders", 0), new PartitionId("orders", 0),
        [
            Segment(Now - Year, Now - (Year / 2)), Segment(Now - TimeSpan.FromDays(1), Now + TimeSpan.FromHours(2)),
        ]),
    ];

    private static ManifestSegment Segment(DateTimeOffset start, DateTimeOffset end) => new()
    {
        Key = "s",
        StartOffset = 0,
        EndOffset = 9,
        StartTimestamp = start.ToUnixTimeMilliseconds(),
        EndTimestamp = end.ToUnixTimeMilliseconds(),
        RecordCount = 10,
        UncompressedSize = 1_000,
        CompressedSize = 500,
    };

    private static ExistingTopic There(params (string Key, string Value)[] settings) =>
        new("orders", 4, settings.ToDictionary(setting => setting.Key, setting => setting.Value), settings.Select(setting => setting.Key).ToHashSet());
}
