using System.Text;
using KafkaBackup.Shared.Kafka;
using KafkaBackup.Shared.Ledger;
using KafkaBackup.Shared.Oso;
using KafkaBackup.Shared.Storage;
using KafkaBackup.Shared.Tests.Ledger;
using KafkaBackup.Testing.Kafka;
using Xunit;

namespace KafkaBackup.Shared.Tests.Oso;

public sealed class GroupSnapshotTests
{
    private const string Key = "b/consumer-groups-snapshot.json";

    private readonly LedgerSamples _samples = new();
    private readonly FakeCluster _cluster = new();

    public GroupSnapshotTests() => _cluster.WithTopic("orders");

    [Fact]
    public async Task Groups_are_written_as_OSO_has_them()
    {
        _cluster.Groups.Add(Group("mailer", ("orders", 10, 7), ("orders", 2, 40), ("other", 0, 1)));
        _cluster.Groups.Add(Group("billing", ("orders", 0, 42)));
        _cluster.Groups.Add(Group("elsewhere", ("other", 0, 1)));

        Assert.Null(await TakeAsync());

        Assert.Equal(
            """{"snapshot_time":1795539789694,"groups":[{"group_id":"billing","offsets":{"orders":{"0":42}}},{"group_id":"mailer","offsets":{"orders":{"2":40,"10":7}}}]}""",
            (await StoredAsync()).Replace("\n", "", StringComparison.Ordinal).Replace(" ", "", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Nothing_new_writes_nothing()
    {
        _cluster.Groups.Add(Beside("billing", ("orders", 10, new(42, "by a", 3)), ("orders", 2, new(1))));
        await TakeAsync();
        var before = await StoredAsync();
        _samples.Clock.Advance(TimeSpan.FromMinutes(1));

        await TakeAsync();

        Assert.Equal(before, await StoredAsync());
    }

    [Fact]
    public async Task What_was_committed_beside_offsets_stands_beside_what_OSO_reads()
    {
        _cluster.Groups.Add(Beside("billing", ("orders", 10, new(42, "by a", 3)), ("orders", 2, new(7, "", 0)), ("orders", 0, new(1, "")), ("other", 0, new(1, "elsewhere"))));

        await TakeAsync();

        Assert.Equal(
            """{"snapshot_time":1795539789694,"groups":[{"group_id":"billing","offsets":{"orders":{"0":1,"2":7,"10":42}},"commits":{"orders":{"2":{"leader_epoch":0},"10":{"metadata":"bya","leader_epoch":3}}}}]}""",
            (await StoredAsync()).Replace("\n", "", StringComparison.Ordinal).Replace(" ", "", StringComparison.Ordinal));
        var group = Assert.Single(GroupSnapshot.Read(Encoding.UTF8.GetBytes(await StoredAsync()), Key).Groups);
        Assert.Equal(("by a", null, null), (group.MetadataOf(new("orders", 10)), group.MetadataOf(new("orders", 2)), group.MetadataOf(new("orders", 0))));
    }

    [Theory]
    [InlineData("by b", 3)]
    [InlineData("by a", 4)]
    public async Task Other_metadata_or_another_epoch_beside_the_same_offset_is_news(string metadata, int epoch)
    {
        _cluster.Groups.Add(Beside("billing", ("orders", 0, new(42, "by a", 3))));
        await TakeAsync();
        var before = await StoredAsync();
        _cluster.Groups.Clear();
        _cluster.Groups.Add(Beside("billing", ("orders", 0, new(42, metadata, epoch))));

        await TakeAsync();

        Assert.NotEqual(before, await StoredAsync());
    }

    [Fact]
    public async Task No_group_at_all_writes_nothing()
    {
        await TakeAsync();

        Assert.Empty(_samples.Keys());
    }

    [Fact]
    public async Task A_group_that_is_not_listed_any_more_is_asked_for_by_name()
    {
        _cluster.Groups.Add(Group("billing", ("orders", 0, 42)));
        _cluster.Groups.Add(Group("mailer", ("orders", 0, 7)));
        await TakeAsync();
        _cluster.Groups.Clear();
        _cluster.HiddenGroups.Add(Group("billing", ("orders", 0, 50)));

        Assert.Null(await TakeAsync());

        var group = Assert.Single(GroupSnapshot.Read(Encoding.UTF8.GetBytes(await StoredAsync()), Key).Groups);
        Assert.Equal(("billing", 50), (group.GroupId, group.Offsets["orders"]["0"]));
    }

    [Fact]
    public async Task What_was_known_of_a_group_that_cannot_be_read_is_kept_and_told()
    {
        _cluster.Groups.Add(Group("billing", ("orders", 0, 42)));
        await TakeAsync();
        _cluster.Groups.Clear();
        _cluster.HiddenGroups.Add(new GroupOffsets("billing", new Dictionary<PartitionId, CommittedOffset>(), "the offsets of consumer group 'billing' cannot be read: no right"));

        var problem = await TakeAsync();

        Assert.Contains("'billing' cannot be read: no right", problem, StringComparison.Ordinal);
        Assert.Contains("42", await StoredAsync(), StringComparison.Ordinal);
    }

    /// <summary>Kafka forgets what groups have committed in a topic when that is deleted.</summary>
    [Fact]
    public async Task What_is_known_of_a_topic_that_the_source_no_longer_has_is_kept()
    {
        _cluster.WithTopic("gone");
        _cluster.Groups.Add(Beside("billing", ("orders", 0, new(42)), ("gone", 0, new(7, "by a"))));
        _cluster.Groups.Add(Group("mailer", ("gone", 0, 9)));
        await TakeAsync("orders", "gone");
        _cluster.Delete("gone");
        _cluster.Groups.Clear();
        _cluster.Groups.Add(Group("billing", ("orders", 0, 50)));

        Assert.Null(await TakeAsync("orders"));
        Assert.Null(await TakeAsync("orders", "gone"));

        var groups = GroupSnapshot.Read(Encoding.UTF8.GetBytes(await StoredAsync()), Key).Groups;
        Assert.Equal([("billing", 50L, 7L, "by a"), ("mailer", 0L, 9L, null)], groups.Select(group =>
            (group.GroupId, group.Offsets.GetValueOrDefault("orders")?["0"] ?? 0, group.Offsets["gone"]["0"], group.MetadataOf(new("gone", 0)))));
    }

    [Fact]
    public async Task Offsets_in_a_topic_that_was_made_anew_take_the_place_of_none()
    {
        _cluster.Groups.Add(Group("billing", ("orders", 0, 42)));
        await TakeAsync();
        _cluster.WithTopic("orders", topicId: "id-2");
        _cluster.Groups.Clear();
        _cluster.Groups.Add(Group("billing", ("orders", 0, 1_000)));
        _cluster.Groups.Add(Group("mailer", ("orders", 0, 5)));

        await TakeAsync();

        var group = Assert.Single(GroupSnapshot.Read(Encoding.UTF8.GetBytes(await StoredAsync()), Key).Groups);
        Assert.Equal(("billing", 42), (group.GroupId, group.Offsets["orders"]["0"]));
    }

    [Fact]
    public async Task Offsets_in_a_partition_whose_log_is_another_by_now_take_the_place_of_none()
    {
        _cluster.Groups.Add(Group("billing", ("orders", 0, 42), ("orders", 1, 7)));
        await TakeAsync();
        _cluster.Groups.Clear();
        _cluster.Groups.Add(Group("billing", ("orders", 0, 50), ("orders", 1, 3), ("orders", 2, 8)));

        await new GroupSnapshotPublisher(_samples.Objects, _cluster.Catalog, _samples.Clock).TakeAsync(
            new BackupId("b"), Scope("orders") with { Foreign = new HashSet<PartitionId> { new("orders", 1), new("orders", 2) } }, CancellationToken.None);

        var group = Assert.Single(GroupSnapshot.Read(Encoding.UTF8.GetBytes(await StoredAsync()), Key).Groups);
        Assert.Equal([("0", 50L), ("1", 7L)], group.Offsets["orders"].Select(offset => (offset.Key, offset.Value)));
    }

    [Fact]
    public async Task A_group_that_has_no_offsets_any_more_in_topics_that_are_there_is_taken_out()
    {
        _cluster.Groups.Add(Group("billing", ("orders", 0, 42)));
        await TakeAsync();
        _cluster.Groups.Clear();

        Assert.Null(await TakeAsync());

        Assert.Empty(GroupSnapshot.Read(Encoding.UTF8.GetBytes(await StoredAsync()), Key).Groups);
    }

    [Fact]
    public async Task A_snapshot_that_makes_no_sense_is_not_overwritten()
    {
        await _samples.PutAsync(Key, "{"u8.ToArray());
        _cluster.Groups.Add(Group("billing", ("orders", 0, 42)));

        await Assert.ThrowsAsync<StorageException>(TakeAsync);

        Assert.Equal("{", await StoredAsync());
    }

    [Fact]
    public async Task Without_a_run_offsets_on_all_topics_of_the_backup_are_stored()
    {
        await BackUpAsync("orders");
        _cluster.Groups.Add(Group("billing", ("orders", 0, 42), ("other", 0, 1)));

        var outcome = await TakeOfBackupAsync();

        Assert.Equal(["orders"], Assert.Single(outcome.Stored.Groups).Offsets.Keys);
        Assert.Equal(outcome.Stored.ToJson(), await _samples.BytesAsync(Key));
    }

    [Fact]
    public async Task Another_cluster_at_the_address_takes_no_group_out()
    {
        await BackUpAsync("orders");
        _cluster.Groups.Add(Group("billing", ("orders", 0, 42)));
        await TakeOfBackupAsync();
        var before = await StoredAsync();
        _cluster.Groups.Clear();
        _cluster.Id = "cluster-2";

        Assert.Equal(FailureKind.Source, (await Assert.ThrowsAsync<BackupException>(TakeOfBackupAsync)).Kind);

        Assert.Equal(before, await StoredAsync());
    }

    [Fact]
    public async Task Without_a_backup_nothing_is_stored()
    {
        _cluster.Groups.Add(Group("billing", ("orders", 0, 42)));

        Assert.Equal(FailureKind.Configuration, (await Assert.ThrowsAsync<BackupException>(TakeOfBackupAsync)).Kind);

        Assert.Empty(_samples.Keys());
    }

    [Fact]
    public void A_snapshot_of_OSO_is_read()
    {
        var snapshot = GroupSnapshot.Read("""{"snapshot_time":1755522569000,"groups":[{"group_id":"g1","offsets":{"orders":{"0":1234,"7":99}}}]}"""u8, Key);

        Assert.Equal(99, snapshot.Groups[0].Offsets["orders"]["7"]);
        Assert.Empty(GroupSnapshot.Read("{}"u8, Key).Groups);
    }

    [Theory]
    [InlineData("""{"groups":[null]}""")]
    [InlineData("""{"groups":[{"group_id":"","offsets":{}}]}""")]
    [InlineData("""{"groups":[{"group_id":"g1","offsets":{"orders":null}}]}""")]
    public void What_no_snapshot_can_say_is_told(string text) =>
        Assert.Contains("cannot be read", Assert.Throws<StorageException>(() => GroupSnapshot.Read(Encoding.UTF8.GetBytes(text), Key)).Message, StringComparison.Ordinal);

    private static GroupOffsets Beside(string id, params (string Topic, int Partition, CommittedOffset Offset)[] offsets) =>
        new(id, offsets.ToDictionary(item => new PartitionId(item.Topic, item.Partition), item => item.Offset), null);

    private static GroupOffsets Group(string id, params (string Topic, int Partition, long Offset)[] offsets) =>
        new(id, offsets.ToDictionary(item => new PartitionId(item.Topic, item.Partition), item => new CommittedOffset(item.Offset)), null);

    private Task<string?> TakeAsync() => TakeAsync("orders");

    private async Task<string?> TakeAsync(params string[] topics) => (await new GroupSnapshotPublisher(_samples.Objects, _cluster.Catalog, _samples.Clock)
        .TakeAsync(new BackupId("b"), Scope(topics), CancellationToken.None)).Problem;

    private static GroupSnapshotScope Scope(params string[] topics) => new(topics.ToDictionary(topic => topic, topic => (string?)"id-1"));

    private Task<GroupSnapshotOutcome> TakeOfBackupAsync() =>
        new GroupSnapshotPublisher(_samples.Objects, _cluster.Catalog, _samples.Clock).TakeAsync(new BackupId("b"), CancellationToken.None);

    private async Task BackUpAsync(string topic) =>
        await (await _samples.LoadedAsync("w")).RecordSourceAsync(_cluster.Id, [new TopicFacts(topic, 1, "id-1")], CancellationToken.None);

    private async Task<string> StoredAsync() => Encoding.UTF8.GetString(await _samples.BytesAsync(Key));
}
