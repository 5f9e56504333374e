using KafkaBackup.Coordinator.Restore;
using KafkaBackup.Shared;
using KafkaBackup.Shared.Configuration;
using KafkaBackup.Shared.Kafka;
using KafkaBackup.Shared.Oso;
using KafkaBackup.Shared.Storage;
using Xunit;
using static KafkaBackup.Shared.Protocol.RestoreProtocol;

namespace KafkaBackup.Coordinator.Tests.Restore;

/// <summary>Which groups a restore sets, and what it has to find out for them.</summary>
public sealed class RestoreGroupsTests
{
    private static readonly RestoreSection All = new() { SetsAllGroups = true };

    [Fact]
    public void Each_order_carries_the_offsets_that_groups_need_once_and_in_order()
    {
        var plan = Plan(All, Group("billing", ("orders", "0", 7), ("orders", "3", 20)), Group("mailer", ("orders", "0", 2)), Group("audit", ("orders", "0", 7)));

        Assert.Equal([2, 7], Order(plan, "orders", 0).Marks);
        Assert.Equal([20], Order(plan, "orders", 3).Marks);
        Assert.Empty(Order(plan, "users", 1).Marks);
        Assert.Equal(["audit", "billing", "mailer"], plan.Groups.Select(group => group.Id));
        Assert.Equal([new GroupMark(new PartitionId("orders", 0), 7), new GroupMark(new PartitionId("orders", 3), 20)], plan.Groups[1].Marks);
    }

    [Fact]
    public void What_was_committed_beside_an_offset_goes_with_it()
    {
        var billing = Group("billing", ("orders", "0", 7), ("orders", "3", 20)) with { Commits = new() { ["orders"] = new() { ["3"] = new() { Metadata = "by a", LeaderEpoch = 4 } } } };

        var group = Assert.Single(Plan(All, billing).Groups);
        var restored = RestoredGroup.Of(group, new Dictionary<PartitionId, PartitionRestored>
        {
            [new("orders", 3)] = new(new RestorePartition(new("orders", 3), new("orders", 3), [])) { Marked = new Dictionary<long, long> { [20] = 11 } },
        });

        Assert.Equal([new GroupMark(new("orders", 0), 7), new GroupMark(new("orders", 3), 20, "by a")], group.Marks);
        Assert.Equal([new GroupPlace(new("orders", 3), 20, 11, "by a")], restored.Places);
    }

    [Fact]
    public void Of_a_group_that_is_told_twice_the_metadata_of_the_lower_offset_counts()
    {
        var (higher, lower) = (Group("billing", ("orders", "0", 9)), Group("billing", ("orders", "0", 7)));

        var plan = Plan(All, higher with { Commits = Beside("of 9") }, lower with { Commits = Beside("of 7") });

        Assert.Equal([new GroupMark(new("orders", 0), 7, "of 7")], Assert.Single(plan.Groups).Marks);

        static SortedDictionary<string, SortedDictionary<string, GroupSnapshot.Commit>> Beside(string metadata) => new() { ["orders"] = new() { ["0"] = new() { Metadata = metadata } } };
    }

    [Fact]
    public void Topics_and_partitions_are_mapped()
    {
        var restore = All with { TopicMapping = new Dictionary<string, string> { ["orders"] = "again" }, PartitionMapping = new Dictionary<int, int> { [3] = 9 } };

        var plan = Plan(restore, Group("billing", ("orders", "3", 20), ("users", "1", 4)));

        Assert.Equal([new GroupMark(new PartitionId("again", 9), 20), new GroupMark(new PartitionId("users", 1), 4)], plan.Groups[0].Marks);
        Assert.Equal([20], Order(plan, "orders", 3).Marks);
    }

    [Fact]
    public void Only_what_is_restored_counts()
    {
        var restore = All with { SourcePartitions = [3] };

        var plan = Plan(restore, Group("billing", ("orders", "0", 7), ("orders", "3", 20), ("elsewhere", "3", 1)), Group("mailer", ("elsewhere", "0", 2)));

        Assert.Equal([new GroupMark(new PartitionId("orders", 3), 20)], Assert.Single(plan.Groups).Marks);
    }

    [Fact]
    public void Where_a_group_stands_in_a_partition_without_records_that_is_looked_after_too()
    {
        var plan = Plan(All, Group("billing", ("orders", "4", 7), ("orders", "8", 1)));

        Assert.Equal((0, 1), (Order(plan, "orders", 4).Segments.Count, Order(plan, "orders", 4).Marks.Count));
        Assert.Equal(9, plan.Topics[0].Made.Partitions); // It has grown since the backup knew its number.
    }

    [Fact]
    public void A_partition_without_records_never_goes_where_another_goes()
    {
        var plan = Plan(All with { PartitionMapping = new Dictionary<int, int> { [3] = 4 } }, Group("billing", ("orders", "4", 7), ("orders", "3", 2)));

        Assert.Equal([new GroupMark(new PartitionId("orders", 4), 2)], plan.Groups[0].Marks);
        Assert.StartsWith("Offsets of consumer groups in orders:4 are not set:", Assert.Single(plan.Notes), StringComparison.Ordinal);
    }

    [Fact]
    public void Of_groups_that_are_named_no_other_is_set()
    {
        var plan = Plan(new RestoreSection { ConsumerGroups = ["billing"] }, Group("billing", ("orders", "0", 7)), Group("mailer", ("orders", "0", 2)));

        Assert.Equal("billing", Assert.Single(plan.Groups).Id);
        Assert.Equal([7], Order(plan, "orders", 0).Marks);
    }

    [Fact]
    public void A_group_that_is_named_and_not_in_the_backup_is_refused()
    {
        var failure = Assert.Throws<BackupException>(() => Plan(new RestoreSection { ConsumerGroups = ["biling", "mailer"] }, Group("billing", ("orders", "0", 7)), Group("mailer", ("orders", "0", 2))));

        Assert.Equal(FailureKind.Configuration, failure.Kind);
        Assert.Equal("restore.consumer_groups names 'biling', and backup 'nightly' holds no offsets of it. It holds those of 'billing', 'mailer'. Correct the name, or remove it.", failure.Message);
    }

    [Fact]
    public void A_group_that_is_named_and_reads_nothing_of_what_is_restored_is_refused() => Assert.StartsWith(
        "restore.consumer_groups names 'billing', which has no offset in any partition that is restored.",
        Assert.Throws<BackupException>(() => Plan(new RestoreSection { ConsumerGroups = ["billing"] }, Group("billing", ("elsewhere", "0", 7)))).Message, StringComparison.Ordinal);

    [Fact]
    public void Where_all_are_wanted_and_there_is_none_it_is_told()
    {
        var plan = Plan(All, Group("billing", ("elsewhere", "0", 7)));

        Assert.Empty(plan.Groups);
        Assert.Equal(["No consumer group of the backup has an offset in what is restored: none is set."], plan.Notes);
    }

    [Theory]
    [InlineData("x", 1)]
    [InlineData("0", -1)]
    public void A_snapshot_that_makes_no_sense_is_not_used(string partition, long offset) =>
        Assert.Equal(FailureKind.Storage, Assert.Throws<BackupException>(() => Plan(All, Group("billing", ("orders", partition, offset)))).Kind);

    [Fact]
    public async Task A_backup_without_offsets_of_groups_is_refused_where_they_are_wanted()
    {
        var failure = await Assert.ThrowsAsync<BackupException>(() => RestoreGroups.ReadAsync(new MemoryObjectStore(), TestConfiguration.Of(All), CancellationToken.None));

        Assert.Equal(FailureKind.Configuration, failure.Kind);
        Assert.Contains("backup 'nightly' holds no offsets of any: there is no nightly/consumer-groups-snapshot.json", failure.Message, StringComparison.Ordinal);
        Assert.Null(await RestoreGroups.ReadAsync(new MemoryObjectStore(), TestConfiguration.Of(new RestoreSection()), CancellationToken.None));
    }

    [Fact]
    public async Task Groups_with_active_members_are_told_before_it_begins()
    {
        var plan = Plan(All, Group("billing", ("orders", "0", 7)), Group("mailer", ("orders", "0", 2)));

        var asked = await RestoreGroups.AskAsync(plan, new FakeGroups("mailer"), CancellationToken.None);

        Assert.StartsWith("1 consumer group(s) have active members at the target: 'mailer'. Stop their consumers", Assert.Single(asked.Notes), StringComparison.Ordinal);
        Assert.Same(plan, await RestoreGroups.AskAsync(plan, new FakeGroups(), CancellationToken.None));
    }

    private static RestorePartition Order(RestorePlan plan, string topic, int number) => plan.Orders.Single(order => order.Source == new PartitionId(topic, number));

    private static RestorePlan Plan(RestoreSection section, params GroupSnapshot.SnapshotGroup[] groups) => RestorePlan.Of(
        TestConfiguration.Read(new BackupManifest
        {
            BackupId = "nightly",
            CreatedAt = 0,
            Topics = [Topic("orders", partitions: 6, 0, 3), Topic("users", partitions: 2, 1)],
        }, TestConfiguration.Of(section)),
        TestConfiguration.Of(section), brokers: 3, new GroupSnapshot { Groups = groups });

    private static GroupSnapshot.SnapshotGroup Group(string id, params (string Topic, string Partition, long Offset)[] offsets) => new()
    {
        GroupId = id,
        Offsets = new(offsets.GroupBy(offset => offset.Topic).ToDictionary(
            topic => topic.Key, topic => new SortedDictionary<string, long>(topic.ToDictionary(offset => offset.Partition, offset => offset.Offset)))),
    };

    private static ManifestTopic Topic(string name, int partitions, params int[] withRecords) => new()
    {
        Name = name,
        OriginalPartitionCount = partitions,
        Partitions = [.. withRecords.Select(number => new ManifestPartition
        {
            PartitionId = number,
            Segments = [new ManifestSegment { Key = $"{name}{number}", StartOffset = 0, EndOffset = 9, StartTimestamp = 0, EndTimestamp = 0, RecordCount = 10 }],
        })],
    };

    private sealed class FakeGroups(params string[] active) : IGroupWriter
    {
        public Task<IReadOnlyList<string>> FindActiveAsync(IReadOnlyCollection<string> groups, CancellationToken cancellation)
        {
            Assert.Equal(["billing", "mailer"], groups);
            return Task.FromResult<IReadOnlyList<string>>(active);
        }

        public Task<IReadOnlyList<PartitionId>> SetAsync(string group, IReadOnlyDictionary<PartitionId, CommittedOffset> offsets, Action waits, CancellationToken cancellation) => throw new NotSupportedException();

        public void Dispose()
        {
            // Nothing is held.
        }
    }
}
