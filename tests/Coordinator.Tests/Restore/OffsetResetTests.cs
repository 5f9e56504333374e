using System.Buffers;
using KafkaBackup.Coordinator.Restore;
using KafkaBackup.Shared;
using KafkaBackup.Shared.Oso;
using KafkaBackup.Shared.Protocol;
using KafkaBackup.Shared.Storage;
using KafkaBackup.Testing.Kafka;
using KafkaBackup.Testing.Storage;
using Xunit;
using static KafkaBackup.Shared.Protocol.RestoreProtocol;

namespace KafkaBackup.Coordinator.Tests.Restore;

public sealed class OffsetResetTests : IAsyncLifetime
{
    private const int Base = 100;
    private static readonly BackupId Backup = new("nightly");
    private static readonly PartitionId Source = new("orders", 0);
    private static readonly PartitionId Target = new("restored", 0);

    private readonly MemoryObjectStore _store = new();
    private readonly FakeCluster _cluster = new FakeCluster().WithTopic("restored", partitions: 1);
    private ManifestSegment _segment = null!;

    /// <summary>A backup of the source offsets 10, 12 and 15, restored behind 100 records of others.</summary>
    public async Task InitializeAsync()
    {
        var records = new TestRecords().Add("a", "1", offset: 10).Add("b", "2", offset: 12).Add("c", "3", offset: 15);
        _segment = await StoredSegment.StoreAsync(_store, "nightly/topics/orders/partition=0/segment-00000000000000000010-1-5f71a4fadd0b.bin", records);
        var manifest = new BackupManifest
        {
            BackupId = Backup.Value,
            CreatedAt = 0,
            Topics = [new ManifestTopic { Name = Source.Topic, OriginalPartitionCount = 1, Partitions = [new ManifestPartition { PartitionId = 0, Segments = [_segment] }] }],
        };
        await PutAsync(BackupKeys.Manifest(Backup), ManifestJson.Write(manifest));
        await PutAsync(BackupKeys.ConsumerGroups(Backup), new GroupSnapshot
        {
            Groups = [.. new[] { 9, 10, 11, 13, 15, 16 }.Select(offset => new GroupSnapshot.SnapshotGroup { GroupId = $"at-{offset}", Offsets = new() { ["orders"] = new() { ["0"] = offset } }, Commits = offset != 13 ? null : new() { ["orders"] = new() { ["0"] = new() { Metadata = "by a" } } } })],
        }.ToJson());
        _cluster.Log(Target).Append(Base + 3);
    }

    public Task DisposeAsync() => Task.CompletedTask;

    [Fact]
    public async Task Each_group_belongs_where_the_record_stands_that_it_would_have_read_next()
    {
        await RestoredAsync("aaaa");

        var plan = await PlanAsync();

        Assert.Equal(
            [("at-10", 100), ("at-11", 101), ("at-13", 102), ("at-15", 102), ("at-16", 103), ("at-9", 100L)], plan.Groups.Select(group => (group.Group, group.Then[Target].Offset)));
    }

    [Fact]
    public async Task What_was_committed_beside_goes_along()
    {
        await RestoredAsync("aaaa");

        var plan = await PlanAsync();

        Assert.Equal(["at-13"], plan.Groups.Where(group => group.Then[Target].Metadata == "by a").Select(group => group.Group));
    }

    [Fact]
    public async Task Of_a_window_what_was_left_out_is_not_counted()
    {
        await RestoredAsync("aaaa", report => report with { Selection = new RestoreReport.ReportedSelection(TestRecords.FirstTimestamp + 1, null) });

        Assert.Equal(101, Assert.Single((await PlanAsync(groups: "at-13")).Groups).Then[Target].Offset);
    }

    [Fact]
    public async Task What_was_left_out_for_the_settings_of_the_topic_is_not_counted()
    {
        await RestoredAsync("aaaa", rules: new RecordRules { LeavesOut = true, KeptFrom = TestRecords.FirstTimestamp + 1 });

        Assert.Equal(101, Assert.Single((await PlanAsync(groups: "at-13")).Groups).Then[Target].Offset);
    }

    [Fact]
    public async Task The_last_restore_that_came_to_its_end_counts_or_the_one_that_is_named()
    {
        await RestoredAsync("aaaa", report => report with { EndTime = 1 });
        await RestoredAsync("bbbb", report => report with { EndTime = 2 });
        await RestoredAsync("cccc", report => report with { EndTime = 3, Outcome = RestoreOutcome.Failed });

        Assert.Equal("bbbb", (await PlanAsync()).Report.RestoreId);
        Assert.Equal("aaaa", (await PlanAsync("aaaa")).Report.RestoreId);
        Assert.Contains("has no restore 'dddd' that ended. It has cccc, bbbb, aaaa.", (await RefusedAsync("dddd")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_a_restore_that_came_to_its_end_it_is_told_which_there_are()
    {
        await RestoredAsync("cccc", report => report with { Outcome = RestoreOutcome.Failed });

        Assert.Contains("those that ended are cccc (failed).", (await RefusedAsync()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_topic_that_was_deleted_and_made_anew_is_refused()
    {
        await RestoredAsync("aaaa");
        _cluster.WithTopic("restored", partitions: 1, topicId: "id-2");

        Assert.Contains("'restored' at the target is not the one that was restored", (await RefusedAsync()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_topic_that_does_not_hold_what_was_restored_is_refused()
    {
        await RestoredAsync("aaaa", report => report with { TopicsRestored = [Topic(records: 4)] });

        Assert.StartsWith("restored:0 holds offsets 0 to 103, and 4 records were restored into it from 100 on", (await RefusedAsync()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_topic_that_is_restored_once_more_is_refused()
    {
        await RestoredAsync("aaaa", isWhole: false);

        Assert.Contains("'restored' is being restored once more", (await RefusedAsync()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Another_cluster_is_refused()
    {
        await RestoredAsync("aaaa");
        _cluster.Id = "cluster-2";

        Assert.Contains("was into the Kafka cluster with id cluster-1, and this is the cluster with id cluster-2", (await RefusedAsync()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_filters_have_left_is_known_to_the_restore_only()
    {
        await RestoredAsync("aaaa", report => report with { Selection = new RestoreReport.ReportedSelection(null, null) { RecordFilters = true } });

        Assert.Contains("had restore.record_filters", (await RefusedAsync()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Where_records_may_be_missing_no_group_is_set()
    {
        await RestoredAsync("aaaa", report => report with { TopicsRestored = [Topic(records: 3, mayLackRecords: true)] });

        Assert.Contains("stands in what restore aaaa has brought whole", (await RefusedAsync()).Message, StringComparison.Ordinal);
    }

    private static RestoreReport.ReportedTopic Topic(long records, bool mayLackRecords = false) =>
        new("orders", "restored", [new RestoreReport.ReportedPartition(0, 0) { Records = records, TargetFirstOffset = Base, MayLackRecords = mayLackRecords }], records, 0);

    /// <summary>Writes down that a restore has been there.</summary>
    private async Task RestoredAsync(string restore, Func<RestoreReport, RestoreReport>? amend = null, bool isWhole = true, RecordRules? rules = null)
    {
        var extent = RestoreExtent.Of(new RestorePartition(Source, Target, [_segment]));
        var document = new RestoreDocument
        {
            StartedAt = DateTimeOffset.UnixEpoch,
            Topics = new Dictionary<string, RestoreDocument.DocumentedTopic>
            {
                ["restored"] = new()
                {
                    Id = (await _cluster.Catalog.GetTopicIdsAsync(["restored"], CancellationToken.None))["restored"],
                    IsBegun = true,
                    IsWhole = isWhole,
                    Partitions = new Dictionary<int, RestoreDocument.DocumentedPartition> { [0] = new() { Until = extent.Until, Segments = extent.Segments, Base = Base, Rules = rules } },
                },
            },
        };
        var report = new RestoreReport
        {
            BackupId = Backup.Value,
            RestoreId = restore,
            Outcome = RestoreOutcome.Whole,
            StartTime = 0,
            EndTime = 0,
            DurationMs = 0,
            TopicsRestored = [Topic(records: 3)],
            SegmentsProcessed = 1,
            RecordsRestored = 3,
            BytesRestored = 0,
            ThroughputRecordsPerSec = 0,
            ThroughputBytesPerSec = 0,
            Errors = [],
            Warnings = [],
            Selection = new RestoreReport.ReportedSelection(null, null),
            ResolvedConsumerGroups = [],
            OffsetMapping = new OffsetMapping { Entries = new Dictionary<string, OffsetMapping.Entry>(), ConsumerGroups = new Dictionary<string, OffsetMapping.Group>(), TargetClusterId = "cluster-1", CreatedAt = 0 },
        };
        await PutAsync(BackupKeys.Restore(Backup, restore), document.ToJson());
        await PutAsync(BackupKeys.RestoreReport(Backup, restore), (amend?.Invoke(report) ?? report).ToJson());
    }

    private Task<OffsetResetPlan> PlanAsync(string? restore = null, params string[] groups) =>
        new OffsetReset(_store, _cluster.Catalog).PlanAsync(Backup, restore, groups.Length == 0 ? null : groups, CancellationToken.None);

    private Task<BackupException> RefusedAsync(string? restore = null) => Assert.ThrowsAsync<BackupException>(() => PlanAsync(restore));

    private Task PutAsync(string key, byte[] content) => _store.PutAsync(key, new ReadOnlySequence<byte>(content), PutCondition.Overwrite, CancellationToken.None);
}
