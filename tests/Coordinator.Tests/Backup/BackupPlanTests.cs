using KafkaBackup.Coordinator.Backup;
using KafkaBackup.Shared;
using KafkaBackup.Shared.Configuration;
using KafkaBackup.Shared.Kafka;
using KafkaBackup.Shared.Ledger;
using KafkaBackup.Shared.Storage;
using KafkaBackup.Testing.Kafka;
using Xunit;

namespace KafkaBackup.Coordinator.Tests.Backup;

public sealed class BackupPlanTests
{
    private const bool Full = false;
    private const bool Incremental = true;

    /// <summary>Mode; covered ranges; log start and high watermark; start offset, or null for earliest; what is to be read.</summary>
    public static TheoryData<bool, string, long, long, long?, string> Partitions => new()
    {
        // Nothing is covered.
        { Full, "", 0, 100, null, "0-100" },
        { Incremental, "", 0, 100, null, "0-100" },
        { Full, "", 40, 100, null, "40-100" },
        { Incremental, "", 40, 100, null, "40-100" },
        { Full, "", 100, 100, null, "" },
        { Full, "", 0, 0, null, "" },

        // All is covered, or all but the end.
        { Full, "0-100", 0, 100, null, "" },
        { Incremental, "0-100", 0, 100, null, "" },
        { Full, "0-100", 0, 130, null, "100-130" },
        { Incremental, "0-100", 0, 130, null, "100-130" },

        // A hole is filled in both modes, before the tail.
        { Full, "0-40 60-100", 0, 130, null, "40-60 100-130" },
        { Incremental, "0-40 60-100", 0, 130, null, "40-60 100-130" },

        // What lies before the first covered offset was lost by somebody, or was left out on purpose by a start offset.
        { Full, "50-100", 0, 130, null, "0-50 100-130" },
        { Incremental, "50-100", 0, 130, null, "0-50 100-130" },
        { Full, "50-100", 50, 130, null, "100-130" },

        // Retention has overtaken the position, or a hole: the worker will find the gap.
        { Full, "0-100", 120, 130, null, "100-130" },
        { Incremental, "0-100", 120, 130, null, "100-130" },
        { Incremental, "0-100", 130, 130, null, "100-130" },
        { Full, "0-40 60-100", 80, 100, null, "40-60" },

        // A start offset decides where an uncovered partition starts, and never skips within one that is covered.
        { Full, "", 0, 100, 70, "70-100" },
        { Incremental, "", 0, 100, 70, "70-100" },
        { Full, "", 80, 100, 70, "80-100" },
        { Full, "", 0, 100, 100, "" },
        { Full, "", 0, 100, 500, "" },
        { Full, "70-100", 0, 130, 70, "100-130" },
        { Full, "0-100", 0, 130, 70, "100-130" },
        { Full, "0-100", 0, 130, 120, "100-130" },
        { Full, "70-100", 0, 130, 20, "20-70 100-130" },
        { Incremental, "70-100", 0, 130, 20, "20-70 100-130" },
        { Incremental, "70-100", 0, 130, 70, "100-130" },
    };

    [Theory]
    [MemberData(nameof(Partitions))]
    public async Task What_is_not_covered_is_to_be_read(bool incremental, string covered, long logStart, long highWatermark, long? start, string expected)
    {
        var configuration = Configured(incremental) with
        {
            Backup = new BackupSection
            {
                StartOffset = start is { } offset ? new StartOffset { Specific = new Dictionary<PartitionId, long> { [Ledgers.Orders()] = offset } } : StartOffset.Earliest,
            },
        };

        var plan = await PlanAsync(configuration, covered, logStart, highWatermark);

        Assert.Empty(plan.Failures);
        Assert.Equal(Ranges(expected), plan.Work.SelectMany(work => work.Ranges));
        Assert.Equal(covered.Length > 0, plan.HasPositions);
    }

    [Theory]
    [InlineData("0-100", 99L)]
    [InlineData("0-40 60-80", 79L)]
    [InlineData("", null)]
    public async Task Work_tells_the_last_offset_saved(string covered, long? saved)
    {
        var plan = await PlanAsync(Configured(Full), covered, 0, 130);

        Assert.Equal(saved, Assert.Single(plan.Work).SavedOffset);
    }

    [Theory]
    [InlineData(Full, 60)]
    [InlineData(Incremental, 60)]
    [InlineData(Full, 0)]
    [InlineData(Incremental, 99)]
    public async Task A_log_that_ends_before_the_position_is_a_failure_of_that_partition(bool incremental, long highWatermark)
    {
        var plan = await PlanAsync(Configured(incremental), "0-100", 0, highWatermark);

        Assert.Empty(plan.Work);
        var (partition, failure) = Assert.Single(plan.Failures);
        Assert.Equal(Ledgers.Orders(), partition);
        Assert.Equal((FailureKind.Source, false), (failure.Kind, failure.IsRetryable));
        Assert.Contains("orders:0 up to offset 99", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_topic_made_anew_fails_in_each_of_its_partitions_and_others_go_on()
    {
        var store = new MemoryObjectStore();
        await Ledgers.CommitAsync(store, [Ledgers.Entry(Ledgers.Orders(), 0, 10)], topics: [new TopicFacts("orders", 2, "old"), new TopicFacts("users", 1, "same")]);

        var plan = BackupPlan.Make(
            Configured(Full), new KnownBackup(await Ledgers.ReadAsync(store)), new SourceDiscovery("cluster-1", [new TopicFacts("orders", 2, "new"), new TopicFacts("users", 1, "same")],
            Bounds(("orders", 0, 0, 50), ("orders", 1, 0, 50), ("users", 0, 0, 50))));

        Assert.Equal([Ledgers.Orders(0), Ledgers.Orders(1)], plan.Failures.Select(failure => failure.Partition));
        Assert.All(plan.Failures, failure => Assert.Contains("made anew", failure.Failure.Message, StringComparison.Ordinal));
        Assert.Equal(new PartitionId("users", 0), Assert.Single(plan.Work).Partition);
        Assert.Empty(plan.NewFacts);
        Assert.Equal(2, plan.TopicCount);
    }

    [Fact]
    public async Task What_came_and_went_at_a_partition_that_was_empty_when_first_seen_is_wanted()
    {
        var store = new MemoryObjectStore();
        var first = BackupPlan.Make(Configured(Full), new KnownBackup(LedgerOutline.Empty), new SourceDiscovery("cluster-1", [new TopicFacts("orders", 3)],
            Bounds(("orders", 0, 0, 10), ("orders", 1, 5, 5), ("orders", 2, 0, 0))));
        var remembered = Assert.Single(first.NewFacts);
        await Ledgers.CommitAsync(store, [Ledgers.Entry(Ledgers.Orders(), 0, 10)], topics: [remembered]);
        var known = new KnownBackup(await Ledgers.ReadAsync(store));

        var second = BackupPlan.Make(Configured(Full), known, new SourceDiscovery("cluster-1", [new TopicFacts("orders", 3)],
            Bounds(("orders", 0, 10, 10), ("orders", 1, 8, 9), ("orders", 2, 7, 7))));

        Assert.Equal(new Dictionary<int, long> { [1] = 5, [2] = 0 }, remembered.EmptyFrom);
        Assert.Empty(second.NewFacts);
        Assert.Equal([(2, new OffsetRange(0, 7)), (1, new OffsetRange(5, 9))], second.Work.Select(work => (work.Partition.Number, Assert.Single(work.Ranges))));
    }

    [Fact]
    public async Task Empty_partitions_are_remembered_whenever_they_are_seen_and_as_they_were_seen_first()
    {
        var store = new MemoryObjectStore();
        var before = new TopicFacts("orders", 3, "id") { EmptyFrom = new Dictionary<int, long> { [1] = 5 } };
        await Ledgers.CommitAsync(store, [Ledgers.Entry(Ledgers.Orders(), 0, 10)], topics: [before]);

        var plan = BackupPlan.Make(Configured(Full), new KnownBackup(await Ledgers.ReadAsync(store)), new SourceDiscovery("cluster-1", [new TopicFacts("orders", 4, "id")],
            Bounds(("orders", 0, 10, 10), ("orders", 1, 8, 8), ("orders", 2, 3, 3), ("orders", 3, 0, 1))));

        Assert.Equal([new TopicFacts("orders", 4, "id") { EmptyFrom = new Dictionary<int, long> { [1] = 5, [2] = 3 } }], plan.NewFacts);
    }

    [Fact]
    public async Task A_start_offset_above_where_an_empty_partition_began_stays_the_start()
    {
        var store = new MemoryObjectStore();
        await Ledgers.CommitAsync(store, [], topics: [new TopicFacts("orders", 1) { EmptyFrom = new Dictionary<int, long> { [0] = 0 } }]);
        var configuration = Configured(Full) with
        {
            Backup = new BackupSection { StartOffset = new StartOffset { Specific = new Dictionary<PartitionId, long> { [Ledgers.Orders()] = 100 } } },
        };

        var plan = BackupPlan.Make(configuration, new KnownBackup(await Ledgers.ReadAsync(store)), new SourceDiscovery("cluster-1", [new TopicFacts("orders", 1)],
            Bounds(("orders", 0, 150, 200))));

        Assert.Equal([new OffsetRange(100, 200)], Assert.Single(plan.Work).Ranges);
    }

    [Fact]
    public void The_largest_lag_comes_first_and_equal_ones_in_order()
    {
        var plan = BackupPlan.Make(
            Configured(Full), new KnownBackup(LedgerOutline.Empty), new SourceDiscovery("cluster-1", [new TopicFacts("orders", 3), new TopicFacts("users", 2)],
            Bounds(("orders", 0, 0, 10), ("orders", 1, 0, 0), ("orders", 2, 5, 35), ("users", 0, 0, 10), ("users", 1, 0, 100))));

        Assert.Equal(["users:1", "orders:2", "orders:0", "users:0"], plan.Work.Select(work => $"{work.Partition}"));
    }

    [Fact]
    public async Task Facts_are_new_when_the_ledger_does_not_know_them_or_knows_them_otherwise()
    {
        var store = new MemoryObjectStore();
        TopicFacts[] known = [new("grown", 1, "a"), new("same", 1, "b"), new("unidentified", 1)];
        await Ledgers.CommitAsync(store, [], topics: known);
        TopicFacts[] seen = [new("grown", 2, "a"), new("new", 1, "c"), new("same", 1, "b"), new("unidentified", 1, "d")];

        var plan = BackupPlan.Make(
            Configured(Full), new KnownBackup(await Ledgers.ReadAsync(store)), new SourceDiscovery("cluster-1", seen,
            Bounds(("grown", 0, 0, 1), ("grown", 1, 0, 1), ("new", 0, 0, 1), ("same", 0, 0, 1), ("unidentified", 0, 0, 1))));

        Assert.Equal(["grown", "new", "unidentified"], plan.NewFacts.Select(facts => facts.Name));
        Assert.Empty(plan.Failures);
    }

    [Fact]
    public void A_partition_that_cannot_be_asked_fails_alone()
    {
        var bounds = Bounds(("orders", 0, 0, 100), ("orders", 1, -1, -1));
        bounds[Ledgers.Orders(1)] = bounds[Ledgers.Orders(1)] with { Problem = new BackupException(FailureKind.Source, "No leader.") };

        var plan = BackupPlan.Make(Configured(Incremental), new KnownBackup(LedgerOutline.Empty), new SourceDiscovery("cluster-1", [new TopicFacts("orders", 2)], bounds));

        Assert.Equal(Ledgers.Orders(0), Assert.Single(plan.Work).Partition);
        var (partition, failure) = Assert.Single(plan.Failures);
        Assert.Equal((Ledgers.Orders(1), "No leader."), (partition, failure.Message));
    }

    private static BackupConfiguration Configured(bool incremental) =>
        FakeEnvironment.Configured(Ledgers.Backup) with { OffsetStorage = incremental ? new OffsetStorageSection() : null };

    private static async Task<BackupPlan> PlanAsync(BackupConfiguration configuration, string covered, long logStart, long highWatermark)
    {
        var store = new MemoryObjectStore();
        if (covered.Length > 0)
        {
            await Ledgers.CommitAsync(store, [.. Ranges(covered).Select(range => Ledgers.Entry(Ledgers.Orders(), range.Base, range.Next))]);
        }

        return BackupPlan.Make(
            configuration, new KnownBackup(await Ledgers.ReadAsync(store)), new SourceDiscovery("cluster-1", [new TopicFacts("orders", 1)], Bounds(("orders", 0, logStart, highWatermark))));
    }

    private static Dictionary<PartitionId, PartitionBounds> Bounds(params (string Topic, int Number, long LogStart, long HighWatermark)[] bounds) =>
        bounds.ToDictionary(item => new PartitionId(item.Topic, item.Number), item => new PartitionBounds(item.LogStart, item.HighWatermark));

    private static IEnumerable<OffsetRange> Ranges(string text) => text.Split(' ', StringSplitOptions.RemoveEmptyEntries)
        .Select(range => range.Split('-')).Select(range => new OffsetRange(long.Parse(range[0]), long.Parse(range[1])));
}
