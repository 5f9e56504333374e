using KafkaBackup.Coordinator.Operations;
using KafkaBackup.Shared;
using KafkaBackup.Shared.Configuration;
using KafkaBackup.Shared.OffsetSnapshots;
using KafkaBackup.Shared.Operations;
using KafkaBackup.Shared.Protocol;
using KafkaBackup.Shared.Storage;
using KafkaBackup.Testing.Kafka;
using KafkaBackup.Testing.Storage;
using Xunit;

namespace KafkaBackup.Coordinator.Tests.Operations;

public sealed class GroupResetTests : IDisposable
{
    private static readonly PartitionId First = new("orders", 0);
    private static readonly PartitionId Second = new("orders", 1);

    private static readonly KafkaSection Target = new() { Name = "target", BootstrapServers = ["kafka:9092"] };

    private readonly FakeCluster _cluster = new FakeCluster().WithTopic("orders", partitions: 2);
    private readonly MemoryObjectStore _kept = new();
    private readonly ClusterGroups _groups;
    private readonly OperationPorts _ports;

    public GroupResetTests()
    {
        _cluster.Log(First).Append(10);
        _cluster.Log(Second).Append(20);
        _groups = new ClusterGroups(_cluster).With("billing", (First, 5), (Second, 6)).With("mailer", (First, 7));
        _ports = new OperationPorts { Catalog = _cluster.Catalog, Groups = _groups };
    }

    public void Dispose() => _ports.Dispose();

    [Theory]
    [InlineData(ResetStrategy.ToEarliest, 0, 0)]
    [InlineData(ResetStrategy.ToLatest, 10, 20)]
    [InlineData(ResetStrategy.ToOffset, 10, 15)] // The first log ends before.
    public async Task A_group_is_set_in_the_partitions_that_it_reads(ResetStrategy strategy, long first, long second)
    {
        var report = await ResetAsync(strategy, 15, "billing");

        Assert.Equal((1, 1, 0), (report.Total, report.Set, report.Failed));
        Assert.Equal((first, second), (_groups["billing", First], _groups["billing", Second]));
        Assert.Equal(7, _groups["mailer", First]);
    }

    [Fact]
    public async Task By_a_time_it_is_set_to_the_first_record_of_it_and_to_the_end_where_there_is_none()
    {
        var report = await ResetAsync(ResetStrategy.ToTimestamp, TestRecords.FirstTimestamp + 12, "billing");

        Assert.Equal(1, report.Set);
        Assert.Equal((10, 12), (_groups["billing", First], _groups["billing", Second]));
    }

    [Fact]
    public async Task In_topics_that_are_named_all_partitions_are_set()
    {
        var report = await ExecuteAsync(Of(ResetStrategy.ToLatest, 0, "mailer") with { Topics = ["orders"] });

        Assert.Equal(("mailer", 2), (report.Groups[0].Group, report.Groups[0].Partitions));
        Assert.Equal((10, 20), (_groups["mailer", First], _groups["mailer", Second]));
    }

    [Fact]
    public async Task What_was_before_is_kept_and_a_second_attempt_keeps_it_too()
    {
        var report = await ExecuteAsync(Of(ResetStrategy.ToEarliest, 0, "billing") with { SnapshotId = "reset-1" });
        await ExecuteAsync(Of(ResetStrategy.ToEarliest, 0, "billing") with { SnapshotId = "reset-1" });

        Assert.Equal("reset-1", report.SnapshotId);
        var snapshot = await new OffsetSnapshotStore(_kept).ReadAsync(OffsetSnapshotId.TryParse("reset-1")!.Value, default);
        Assert.Equal([5L, 6L], snapshot.GroupOffsets["billing"].Places().Select(place => place.Value.Offset));
        Assert.Equal("cluster-1", snapshot.ClusterId);
    }

    [Fact]
    public async Task A_dry_run_sets_nothing_and_keeps_nothing()
    {
        var report = await ExecuteAsync(Of(ResetStrategy.ToEarliest, 0, "billing") with { SnapshotId = "reset-1", IsDryRun = true });

        Assert.Equal((1, 2), (report.Set, report.Groups[0].Partitions));
        Assert.Empty(_groups.Set);
        Assert.Empty(await _kept.KeysAsync());
    }

    [Fact]
    public async Task A_group_that_cannot_be_set_ends_it_before_the_next_ones()
    {
        _groups.Active = "billing";

        var report = await ExecuteAsync(Of(ResetStrategy.ToEarliest, 0, "billing", "mailer") with { MaxConcurrent = 1 });

        Assert.Equal((2, 0, 2), (report.Total, report.Set, report.Failed));
        Assert.Equal(["Consumer group 'billing' has members.", "It was not tried, as another group could not be set."], report.Groups.Select(group => group.Problem));
        Assert.Equal(7, _groups["mailer", First]);
    }

    [Fact]
    public async Task Or_not_where_it_is_to_go_on()
    {
        _groups.Active = "billing";

        var report = await ExecuteAsync(Of(ResetStrategy.ToEarliest, 0, "billing", "mailer") with { MaxConcurrent = 1, ContinuesOnError = true });

        Assert.Equal((2, 1, 1), (report.Total, report.Set, report.Failed));
        Assert.Equal(0, _groups["mailer", First]);
    }

    [Fact]
    public async Task A_group_that_has_committed_nothing_is_told_and_no_other_is_set()
    {
        var report = await ResetAsync(ResetStrategy.ToEarliest, 0, "absent", "mailer");

        Assert.Equal((2, 0, 2), (report.Total, report.Set, report.Failed));
        Assert.StartsWith("Consumer group 'absent' has committed nothing", report.Groups[0].Problem, StringComparison.Ordinal);
        Assert.Empty(_groups.Set);
    }

    [Fact]
    public async Task A_group_whose_offsets_an_earlier_attempt_did_not_keep_is_not_set()
    {
        await ExecuteAsync(Of(ResetStrategy.ToEarliest, 0, "billing") with { SnapshotId = "reset-1" });

        var report = await ExecuteAsync(Of(ResetStrategy.ToEarliest, 0, "billing", "mailer") with { SnapshotId = "reset-1", ContinuesOnError = true });

        Assert.Equal((1, 1), (report.Set, report.Failed));
        Assert.Contains("it is not set, as nobody could bring back where it stands", report.Groups[0].Problem, StringComparison.Ordinal);
        Assert.Equal(7, _groups["mailer", First]);
    }

    [Fact]
    public async Task A_topic_that_is_named_and_not_there_is_refused() => Assert.Contains(
        "There is no topic 'absent'",
        (await Assert.ThrowsAsync<BackupException>(() => ExecuteAsync(Of(ResetStrategy.ToLatest, 0, "billing") with { Topics = ["orders", "absent"] }))).Message, StringComparison.Ordinal);

    [Fact]
    public async Task A_cluster_that_is_away_is_a_failure_that_may_pass_and_no_result()
    {
        _cluster.CatalogGate = Task.FromException(new BackupException(FailureKind.Source, "The broker is away.") { IsRetryable = true });

        Assert.True((await Assert.ThrowsAsync<BackupException>(() => ResetAsync(ResetStrategy.ToEarliest, 0, "billing"))).IsRetryable);
    }

    [Fact]
    public async Task A_rollback_that_cannot_be_read_again_is_not_made_again()
    {
        await ExecuteAsync(Of(ResetStrategy.ToEarliest, 0, "billing") with { SnapshotId = "reset-1" });
        _groups.AfterSet = () => _cluster.CatalogGate = Task.FromException(new BackupException(FailureKind.Source, "The broker is away.") { IsRetryable = true });

        var report = (await Execution().ExecuteAsync(new OffsetRollbackConfiguration { Target = Target, SnapshotId = "reset-1" }, default)).Groups!;

        Assert.Equal((1, "The broker is away.", null), (report.Set, report.Unread, report.Matched));
    }

    [Fact]
    public async Task A_reset_is_rolled_back_to_what_was_before()
    {
        await ExecuteAsync(Of(ResetStrategy.ToEarliest, 0, "billing") with { SnapshotId = "reset-1" });

        var report = await Execution().ExecuteAsync(new OffsetRollbackConfiguration { Target = Target, SnapshotId = "reset-1" }, default);

        Assert.Equal((5, 6), (_groups["billing", First], _groups["billing", Second]));
        Assert.Equal((1, 0, 1), (report.Groups!.Set, report.Groups.Failed, report.Groups.Matched));
    }

    [Fact]
    public async Task A_rollback_that_is_dry_sets_nothing_and_one_of_another_cluster_is_refused()
    {
        await ExecuteAsync(Of(ResetStrategy.ToEarliest, 0, "billing") with { SnapshotId = "reset-1" });

        var report = await Execution().ExecuteAsync(new OffsetRollbackConfiguration { Target = Target, SnapshotId = "reset-1", IsDryRun = true }, default);
        _cluster.Id = "cluster-2";
        var refused = await Assert.ThrowsAsync<BackupException>(() => Execution().ExecuteAsync(new OffsetRollbackConfiguration { Target = Target, SnapshotId = "reset-1" }, default));

        Assert.Equal((1, 2), (report.Groups!.Set, report.Groups.Groups[0].Partitions));
        Assert.Equal(0, _groups["billing", First]);
        Assert.Contains("is of the Kafka cluster with id cluster-1", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_of_a_thousand_groups_is_told_fits_into_a_message()
    {
        var names = Enumerable.Range(0, 1_000).Select(number => $"group-{number}-{new string('x', 200)}").ToArray();
        foreach (var name in names)
        {
            _groups.With(name, (First, 1));
        }

        var status = await Execution().ExecuteAsync(Of(ResetStrategy.ToLatest, 0, names), default);

        Assert.Equal((1_000, GroupsReport.MostTold), (status.Groups!.Set, status.Groups.Groups.Count));
        Assert.InRange(WireFormat.Write(status).Length, 0, 100_000);
    }

    private static OffsetResetConfiguration Of(ResetStrategy strategy, long at, params string[] groups) => new() { Target = Target, Strategy = strategy, At = at, Groups = groups };

    private Task<GroupsReport> ResetAsync(ResetStrategy strategy, long at, params string[] groups) => ExecuteAsync(Of(strategy, at, groups));

    private async Task<GroupsReport> ExecuteAsync(OffsetResetConfiguration reset) => (await Execution().ExecuteAsync(reset, default)).Groups!;

    private OperationExecution Execution() => new("op-1", _ports, _kept, TimeProvider.System);
}
