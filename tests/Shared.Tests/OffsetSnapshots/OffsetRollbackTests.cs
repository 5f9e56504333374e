using KafkaBackup.Shared.Kafka;
using KafkaBackup.Shared.OffsetSnapshots;
using KafkaBackup.Testing.Kafka;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace KafkaBackup.Shared.Tests.OffsetSnapshots;

/// <summary>Taking a snapshot of groups, and going back to it.</summary>
public sealed class OffsetRollbackTests
{
    private static readonly PartitionId Orders = new("orders", 0), Second = new("orders", 1), Other = new("other", 0);

    private static readonly (PartitionId, long)[] Nothing = [];

    private readonly FakeCluster _cluster = new();
    private readonly FakeGroupWriter _writer = new();

    [Fact]
    public async Task A_snapshot_has_all_groups_and_the_cluster()
    {
        Has("billing", (Orders, 7));
        Has("idle", Nothing);

        var snapshot = await TakeAsync();

        Assert.Equal(["billing", "idle"], snapshot.GroupOffsets.Keys);
        Assert.Equal([KeyValuePair.Create(Orders, At(7))], snapshot.GroupOffsets["billing"].Places());
        Assert.Equal("cluster-1", snapshot.ClusterId);
    }

    [Fact]
    public async Task A_snapshot_of_named_groups_has_no_others()
    {
        Has("billing", (Orders, 7));
        Has("mailer", (Orders, 1));

        Assert.Equal(["mailer"], (await TakeAsync("mailer")).GroupOffsets.Keys);
    }

    [Fact]
    public async Task A_group_that_cannot_be_read_fails_the_snapshot_by_its_name()
    {
        Has("billing", (Orders, 7));
        CannotBeRead("mailer");

        var e = await Assert.ThrowsAsync<BackupException>(() => TakeAsync());

        Assert.Equal((FailureKind.Source, "No snapshot was taken: the offsets of consumer group 'mailer' cannot be read: no right."), (e.Kind, e.Message));
    }

    [Fact]
    public async Task A_group_that_is_named_and_not_there_is_refused_and_one_that_has_committed_nothing_is_not()
    {
        Has("idle", Nothing);

        Assert.Single((await TakeAsync("idle")).GroupOffsets);
        var e = await Assert.ThrowsAsync<BackupException>(() => TakeAsync("idle", "iddle"));

        Assert.Equal(FailureKind.Configuration, e.Kind);
        Assert.Contains("there is no consumer group 'iddle'", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_snapshot_of_no_group_is_none() =>
        Assert.Contains("shows no consumer group", (await Assert.ThrowsAsync<BackupException>(() => TakeAsync())).Message, StringComparison.Ordinal);

    [Fact]
    public async Task What_a_group_has_committed_since_is_told_apart_from_where_it_stands_elsewhere()
    {
        Has("billing", (Orders, 7), (Second, 3));
        var snapshot = await TakeAsync();
        Has("billing", (Orders, 9), (Other, 5));

        var group = Assert.Single(await CompareAsync(snapshot));

        Assert.Equal([new OffsetDifference(Orders, At(9), At(7)), new OffsetDifference(Second, null, At(3))], group.Changed);
        Assert.Equal([new OffsetDifference(Other, At(5), null)], group.Added);
    }

    [Fact]
    public async Task Groups_that_moved_are_set_back_whole_and_others_are_left_alone()
    {
        Has("billing", (Orders, 7), (Second, 3));
        Has("mailer", (Orders, 1));
        var snapshot = await TakeAsync();
        Has("billing", (Orders, 9), (Second, 3));

        var results = await SetAsync(await CompareAsync(snapshot));

        Assert.All(results, result => Assert.Null(result.Problem));
        var (id, offsets) = Assert.Single(_writer.Set);
        Assert.Equal("billing", id);
        Assert.Equal(new Dictionary<PartitionId, CommittedOffset> { [Orders] = At(7), [Second] = At(3) }, offsets);
    }

    [Fact]
    public async Task Metadata_that_changed_beside_the_same_offset_is_a_difference_and_is_set_back()
    {
        Has("billing", (Orders, At(7, "by a")), (Second, At(3, "")));
        var snapshot = await TakeAsync();
        Has("billing", (Orders, At(7, "by b")), (Second, At(3, "")));

        var compared = await CompareAsync(snapshot);
        await SetAsync(compared);

        Assert.Equal([new OffsetDifference(Orders, At(7, "by b"), At(7, "by a"))], Assert.Single(compared).Changed);
        Assert.Equal(new Dictionary<PartitionId, CommittedOffset> { [Orders] = At(7, "by a"), [Second] = At(3, "") }, Assert.Single(_writer.Set).Value);
    }

    [Fact]
    public async Task What_a_snapshot_does_not_know_of_metadata_is_no_difference()
    {
        Has("billing", (Orders, 7));
        var snapshot = await TakeAsync();
        Has("billing", (Orders, At(7, "by b")));

        Assert.Empty(Assert.Single(await CompareAsync(snapshot)).Changed);
    }

    [Fact]
    public async Task Metadata_that_is_too_long_is_told_and_the_group_is_set_without()
    {
        Has("billing", (Orders, At(7, "by a")));
        var snapshot = await TakeAsync();
        Has("billing", (Orders, At(9, "by b")));
        _writer.TooLong = [Orders];

        var result = Assert.Single(await SetAsync(await CompareAsync(snapshot)));

        Assert.Null(result.Problem);
        Assert.Equal([Orders], result.WithoutMetadata);
    }

    [Fact]
    public async Task Only_the_groups_that_are_named_are_set_back()
    {
        Has("billing", (Orders, 7));
        Has("mailer", (Orders, 1));
        var snapshot = await TakeAsync();
        Has("billing", (Orders, 9));
        Has("mailer", (Orders, 2));

        await SetAsync(await CompareAsync(snapshot, "mailer"));

        Assert.Equal(["mailer"], _writer.Set.Keys);
    }

    [Fact]
    public async Task A_group_that_cannot_be_set_keeps_no_other_from_it()
    {
        Has("billing", (Orders, 7));
        Has("mailer", (Orders, 1));
        var snapshot = await TakeAsync();
        Has("billing", (Orders, 9));
        Has("mailer", (Orders, 9));
        _writer.Refused = "billing";

        var results = await SetAsync(await CompareAsync(snapshot));

        Assert.Equal([("billing", "'billing' has members."), ("mailer", null)], results.Select(result => (result.Group.Group, result.Problem)));
        Assert.Equal(["mailer"], _writer.Set.Keys);
    }

    [Theory]
    [InlineData(1, "'billing' has members.")]
    [InlineData(2, null)]
    public async Task A_group_that_could_not_be_set_is_tried_so_many_times_more(int retries, string? problem)
    {
        Has("billing", (Orders, 7));
        var snapshot = await TakeAsync();
        Has("billing", (Orders, 9));
        (_writer.Refused, _writer.Refusals) = ("billing", 2);

        var result = Assert.Single(await OffsetRollback.SetAsync(await CompareAsync(snapshot), _writer, _ => { }, CancellationToken.None, retries: retries));

        Assert.Equal(problem, result.Problem);
    }

    [Fact]
    public async Task So_many_groups_are_set_at_a_time()
    {
        foreach (var id in new[] { "a", "b", "c", "d", "e" })
        {
            Has(id, (Orders, 7));
        }

        var snapshot = await TakeAsync();
        foreach (var id in new[] { "a", "b", "c", "d", "e" })
        {
            Has(id, (Orders, 9));
        }

        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _writer.Gate = gate.Task;
        var setting = OffsetRollback.SetAsync(await CompareAsync(snapshot), _writer, _ => { }, CancellationToken.None, atOnce: 2);

        Assert.Equal(2, _writer.Begun); // They are begun as far as they may before the call comes back.
        gate.SetResult();
        await setting;
        Assert.Equal(5, _writer.Set.Count);
    }

    [Fact]
    public async Task A_group_of_which_the_present_offsets_cannot_be_told_is_not_set()
    {
        Has("billing", (Orders, 7));
        var snapshot = await TakeAsync();
        CannotBeRead("billing");

        var result = Assert.Single(await SetAsync(await CompareAsync(snapshot)));

        Assert.Contains("'billing' is not set", result.Problem, StringComparison.Ordinal);
        Assert.Empty(_writer.Set);
    }

    [Fact]
    public async Task Told_to_stop_it_sets_nothing_more_and_says_so_of_each_group()
    {
        Has("billing", (Orders, 7));
        var snapshot = await TakeAsync();
        Has("billing", (Orders, 9));

        var result = Assert.Single(await OffsetRollback.SetAsync(await CompareAsync(snapshot), _writer, _ => { }, new CancellationToken(canceled: true)));

        Assert.True(result.WasStopped);
        Assert.Empty(_writer.Set);
    }

    [Fact]
    public async Task A_snapshot_of_another_cluster_is_refused()
    {
        Has("billing", (Orders, 7));
        var snapshot = await TakeAsync();
        _cluster.Id = "cluster-2";

        var e = await Assert.ThrowsAsync<BackupException>(() => CompareAsync(snapshot));

        Assert.Equal(FailureKind.Source, e.Kind);
        Assert.Contains("cluster with id cluster-1", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_group_that_the_snapshot_does_not_have_is_refused()
    {
        Has("billing", (Orders, 7));

        var e = await Assert.ThrowsAsync<BackupException>(async () => await CompareAsync(await TakeAsync(), "biling"));

        Assert.Equal(FailureKind.Configuration, e.Kind);
        Assert.Contains("has no consumer group 'biling'", e.Message, StringComparison.Ordinal);
    }

    private static CommittedOffset At(long offset, string? metadata = null) => new(offset, metadata);

    private void Has(string id, params (PartitionId Partition, long Offset)[] offsets) => Has(id, [.. offsets.Select(item => (item.Partition, At(item.Offset)))]);

    private void Has(string id, params (PartitionId Partition, CommittedOffset Offset)[] offsets) =>
        Put(new GroupOffsets(id, offsets.ToDictionary(item => item.Partition, item => item.Offset), null));

    private void CannotBeRead(string id) =>
        Put(new GroupOffsets(id, new Dictionary<PartitionId, CommittedOffset>(), $"the offsets of consumer group '{id}' cannot be read: no right"));

    private void Put(GroupOffsets group)
    {
        foreach (var before in _cluster.Groups.Where(other => other.Group == group.Group).ToList())
        {
            _cluster.Groups.Remove(before);
        }

        _cluster.Groups.Add(group);
    }

    private Task<OffsetSnapshot> TakeAsync(params string[] groups) =>
        new OffsetSnapshotTaker(_cluster.Catalog, new FakeTimeProvider()).TakeAsync(groups.Length == 0 ? null : groups, CancellationToken.None);

    private Task<IReadOnlyList<GroupComparison>> CompareAsync(OffsetSnapshot snapshot, params string[] groups) =>
        new OffsetRollback(_cluster.Catalog).CompareAsync(snapshot, groups.Length == 0 ? null : groups, CancellationToken.None);

    private Task<IReadOnlyList<GroupRollback>> SetAsync(IReadOnlyList<GroupComparison> groups) => OffsetRollback.SetAsync(groups, _writer, _ => { }, CancellationToken.None);
}
