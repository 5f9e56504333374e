using KafkaBackup.EndToEnd.Tests.Support;
using KafkaBackup.Shared;

namespace KafkaBackup.EndToEnd.Tests;

public sealed class IncrementalRunTests : BrokerTest
{
    [Fact]
    public async Task A_second_run_reads_only_what_is_new_and_a_third_writes_nothing()
    {
        PartitionId[] partitions = [.. await NewPartitionsAsync("orders"), .. await NewPartitionsAsync("payments")];
        var produced = await ProduceAsync(partitions, 1_200, seed: 1);
        var backup = NewBackup(Name("orders"), Name("payments"));

        var first = await backup.SucceedAsync();

        var synced = $"[INFO] Offset database synced to {backup.Store}/{backup.Id}/offsets.db";
        Assert.Equal(["[INFO] No saved offsets found, starting from earliest", "[INFO] Backed up 4,800 records across 2 topics", synced], Told(first));
        StoredRecords.AssertExactly(backup, produced);

        var before = backup.SegmentFiles();
        produced.Add(await ProduceAsync(partitions[..3], 45, seed: 2));
        var second = await backup.SucceedAsync();

        Assert.Equal(
            [
                "[INFO] Loaded offset database from remote storage",
                "[INFO] Resuming from saved offsets",
                .. partitions[..3].Select(partition => $"[INFO] {partition} — starting at offset 1200 (saved: 1199)"),
                "[INFO] Backed up 135 new records across 2 topics",
                synced,
            ],
            Told(second));
        StoredRecords.AssertExactly(backup, produced);
        Assert.Equal(3, backup.SegmentFiles().Except(before, StringComparer.Ordinal).Count());
        Assert.Equal([new OffsetRange(0, 1_245)], await backup.CoverageOfAsync(partitions[0]));
        Assert.Equal([new OffsetRange(0, 1_200)], await backup.CoverageOfAsync(partitions[3]));

        var store = StoreSnapshot.Of(backup.Store);
        var third = await backup.SucceedAsync();

        store.AssertUnchanged(backup.Store);
        third.AssertSays("Backed up 0 new records across 2 topics").AssertSaysNothingOf("starting at").AssertSaysNothingOf("synced");
    }

    [Fact]
    public async Task Runs_that_are_not_incremental_store_nothing_twice()
    {
        var partitions = await NewPartitionsAsync("orders");
        var produced = await ProduceAsync(partitions, 100, seed: 1);
        var backup = NewBackup(Name("orders"));
        backup.Config = backup.Config with { OffsetsPath = null };

        var first = await backup.SucceedAsync();
        var store = StoreSnapshot.Of(backup.Store);
        var second = await backup.SucceedAsync();

        Assert.Equal(["[INFO] Backed up 200 records across 1 topic"], Told(first));
        Assert.Equal(["[INFO] Backed up 0 new records across 1 topic"], Told(second));
        store.AssertUnchanged(backup.Store);

        produced.Add(await ProduceAsync(partitions, 10, seed: 2));
        await backup.SucceedAsync();

        StoredRecords.AssertExactly(backup, produced);
        Assert.False(File.Exists(backup.PathOf("offsets.db")));
    }

    [Fact]
    public async Task A_run_leaves_standard_output_to_results()
    {
        await ProduceAsync(await NewPartitionsAsync("orders"), 10, seed: 1);
        var backup = NewBackup(Name("orders"));

        for (var run = 0; run < 4; run++)
        {
            Assert.Equal("", (await backup.SucceedAsync()).Output);
        }
    }

    [Fact]
    public async Task Topics_and_partitions_that_appear_between_runs_are_taken_in()
    {
        var produced = await ProduceAsync(await NewPartitionsAsync("orders"), 50, seed: 1);
        var backup = NewBackup(Name("*"));
        await backup.SucceedAsync();
        var added = await NewPartitionsAsync("payments");
        produced.Add(await ProduceAsync(added, 30, seed: 2));

        var second = await backup.SucceedAsync();

        second.AssertSays($"{added[0]} — starting at offset 0 (nothing saved)").AssertSays("Backed up 60 new records across 2 topics");
        StoredRecords.AssertExactly(backup, produced);
    }

    /// <summary>All that a run says, but for the line on the engine of zstd where whoever runs the tests forces the managed one.</summary>
    private static IEnumerable<string> Told(CliResult run) => Environment.GetEnvironmentVariable("KAFKA_BACKUP_ZSTD") == "managed"
        ? run.Log.Where(line => !line.StartsWith("[INFO] zstd runs in its managed engine", StringComparison.Ordinal))
        : run.Log;

    private async Task<PartitionId[]> NewPartitionsAsync(string name)
    {
        var topic = await NewTopicAsync(name, partitions: 2);
        return [new PartitionId(topic, 0), new PartitionId(topic, 1)];
    }
}
