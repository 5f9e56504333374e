using KafkaBackup.Coordinator.Restore;
using KafkaBackup.Shared;
using KafkaBackup.Shared.Oso;
using KafkaBackup.Shared.Protocol;
using KafkaBackup.Testing.Kafka;
using Xunit;

namespace KafkaBackup.Coordinator.Tests.Restore;

public sealed class OffsetResetTests : IAsyncLifetime
{
    private static readonly PartitionId Target = RestoredOrders.Target;

    private readonly RestoredOrders _orders = new();

    public Task InitializeAsync() => _orders.InitializeAsync();

    public Task DisposeAsync() => Task.CompletedTask;

    [Fact]
    public async Task Each_group_belongs_where_the_record_stands_that_it_would_have_read_next()
    {
        await _orders.RestoredAsync("aaaa");

        var plan = await PlanAsync();

        Assert.Equal(
            [("at-10", 100), ("at-11", 101), ("at-13", 102), ("at-15", 102), ("at-16", 103), ("at-9", 100L)], plan.Groups.Select(group => (group.Group, group.Then[Target].Offset)));
    }

    [Fact]
    public async Task What_was_committed_beside_goes_along()
    {
        await _orders.RestoredAsync("aaaa");

        var plan = await PlanAsync();

        Assert.Equal(["at-13"], plan.Groups.Where(group => group.Then[Target].Metadata == "by a").Select(group => group.Group));
    }

    [Fact]
    public async Task Of_a_window_what_was_left_out_is_not_counted()
    {
        await _orders.RestoredAsync("aaaa", report => report with { Selection = new RestoreReport.ReportedSelection(TestRecords.FirstTimestamp + 1, null) });

        Assert.Equal(101, Assert.Single((await PlanAsync(groups: "at-13")).Groups).Then[Target].Offset);
    }

    [Fact]
    public async Task What_was_left_out_for_the_settings_of_the_topic_is_not_counted()
    {
        await _orders.RestoredAsync("aaaa", rules: new RecordRules { LeavesOut = true, KeptFrom = TestRecords.FirstTimestamp + 1 });

        Assert.Equal(101, Assert.Single((await PlanAsync(groups: "at-13")).Groups).Then[Target].Offset);
    }

    [Fact]
    public async Task The_last_restore_that_came_to_its_end_counts_or_the_one_that_is_named()
    {
        await _orders.RestoredAsync("aaaa", report => report with { EndTime = 1 });
        await _orders.RestoredAsync("bbbb", report => report with { EndTime = 2 });
        await _orders.RestoredAsync("cccc", report => report with { EndTime = 3, Outcome = RestoreOutcome.Failed });

        Assert.Equal("bbbb", (await PlanAsync()).Report.RestoreId);
        Assert.Equal("aaaa", (await PlanAsync("aaaa")).Report.RestoreId);
        Assert.Contains("has no restore 'dddd' that ended. It has cccc, bbbb, aaaa.", (await RefusedAsync("dddd")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_a_restore_that_came_to_its_end_it_is_told_which_there_are()
    {
        await _orders.RestoredAsync("cccc", report => report with { Outcome = RestoreOutcome.Failed });

        Assert.Contains("those that ended are cccc (failed).", (await RefusedAsync()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_topic_that_was_deleted_and_made_anew_is_refused()
    {
        await _orders.RestoredAsync("aaaa");
        _orders.Cluster.WithTopic("restored", partitions: 1, topicId: "id-2");

        Assert.Contains("'restored' at the target is not the one that was restored", (await RefusedAsync()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_topic_that_does_not_hold_what_was_restored_is_refused()
    {
        await _orders.RestoredAsync("aaaa", report => report with { TopicsRestored = [RestoredOrders.Topic(records: 4)] });

        Assert.StartsWith("restored:0 holds offsets 0 to 103, and 4 records were restored into it from 100 on", (await RefusedAsync()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_topic_that_is_restored_once_more_is_refused()
    {
        await _orders.RestoredAsync("aaaa", isWhole: false);

        Assert.Contains("'restored' is being restored once more", (await RefusedAsync()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Another_cluster_is_refused()
    {
        await _orders.RestoredAsync("aaaa");
        _orders.Cluster.Id = "cluster-2";

        Assert.Contains("was into the Kafka cluster with id cluster-1, and this is the cluster with id cluster-2", (await RefusedAsync()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_filters_have_left_is_known_to_the_restore_only()
    {
        await _orders.RestoredAsync("aaaa", report => report with { Selection = new RestoreReport.ReportedSelection(null, null) { RecordFilters = true } });

        Assert.Contains("had restore.record_filters", (await RefusedAsync()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Where_records_may_be_missing_no_group_is_set()
    {
        await _orders.RestoredAsync("aaaa", report => report with { TopicsRestored = [RestoredOrders.Topic(records: 3, mayLackRecords: true)] });

        Assert.Contains("stands in what restore aaaa has brought whole", (await RefusedAsync()).Message, StringComparison.Ordinal);
    }

    private Task<OffsetResetPlan> PlanAsync(string? restore = null, params string[] groups) =>
        new OffsetReset(_orders.Store, _orders.Cluster.Catalog).PlanAsync(RestoredOrders.Backup, restore, groups.Length == 0 ? null : groups, CancellationToken.None);

    private Task<BackupException> RefusedAsync(string? restore = null) => Assert.ThrowsAsync<BackupException>(() => PlanAsync(restore));
}
