using KafkaBackup.EndToEnd.Tests.Support;
using KafkaBackup.Shared;

namespace KafkaBackup.EndToEnd.Tests;

/// <summary>A run that goes on until it is told to stop.</summary>
public sealed class ContinuousRunTests : BrokerTest
{
    [Fact]
    public async Task It_saves_what_comes_in_topics_that_were_there_and_in_new_ones_and_stops_in_good_order()
    {
        var orders = new PartitionId(await NewTopicAsync("orders"), 0);
        var produced = await Broker.ProduceAsync(orders, SampleRecords.Plain(100));
        var backup = Continuous();

        using var run = backup.Start();
        await UntilSavedAsync(run, backup, orders, 100);
        var users = new PartitionId(await NewTopicAsync("users", partitions: 2), 1);
        produced.Add(await Broker.ProduceAsync(users, SampleRecords.Plain(30)));
        produced.Add(await Broker.ProduceAsync(orders, SampleRecords.Plain(50)));
        await UntilSavedAsync(run, backup, users, 30);
        await UntilSavedAsync(run, backup, orders, 150);
        await run.TerminateAsync();

        var end = (await run.FinishAsync()).AssertExit(0);
        end.AssertSays("Continuous:").AssertSays($"Found {users.Topic} with 2 partition(s)").AssertSays("new records of");
        StoredRecords.AssertExactly(backup, produced);
    }

    [Fact]
    public async Task Many_small_bursts_become_few_objects()
    {
        var partition = new PartitionId(await NewTopicAsync(), 0);
        var produced = await Broker.ProduceAsync(partition, SampleRecords.Plain(10));
        var backup = Continuous("segment_max_interval_ms: 86400000");

        using var run = backup.Start();
        await UntilSavedAsync(run, backup, partition, 10);
        for (var burst = 0; burst < 20; burst++)
        {
            produced.Add(await Broker.ProduceAsync(partition, SampleRecords.Plain(10, seed: burst)));
        }

        produced.Add(await Broker.ProduceAsync(partition, SampleRecords.Plain(800, seed: 99)));
        await UntilSavedAsync(run, backup, partition, 1_010); // 1,000 records are due at once, whatever their age.
        await run.TerminateAsync();

        (await run.FinishAsync()).AssertExit(0);
        StoredRecords.AssertExactly(backup, produced);
        Assert.InRange(backup.SegmentFiles().Count, 2, 3);
    }

    [Fact]
    public async Task Another_run_goes_on_where_it_stopped()
    {
        var partition = new PartitionId(await NewTopicAsync(), 0);
        var produced = await Broker.ProduceAsync(partition, SampleRecords.Plain(100));
        var backup = Continuous();
        using (var first = backup.Start())
        {
            await UntilSavedAsync(first, backup, partition, 100);
            await first.KillAsync();
        }

        produced.Add(await Broker.ProduceAsync(partition, SampleRecords.Plain(50)));
        using var second = backup.Start();
        await UntilSavedAsync(second, backup, partition, 150);
        await second.TerminateAsync();

        (await second.FinishAsync()).AssertExit(0).AssertSays("Resuming from saved offsets");
        StoredRecords.AssertExactly(backup, produced);
    }

    [Fact]
    public async Task A_snapshot_ends_at_the_high_watermarks_that_it_tells_though_records_keep_coming()
    {
        var partition = new PartitionId(await NewTopicAsync(), 0);
        var produced = await Broker.ProduceAsync(partition, SampleRecords.Plain(2_000));
        var backup = NewBackup(partition.Topic);
        backup.Config = backup.Config with { Backup = ["stop_at_current_offsets: true"] };
        using var enough = new CancellationTokenSource();
        var coming = KeepProducingAsync(partition, enough.Token);

        var run = (await backup.RunAsync("--verbose")).AssertExit(0).AssertSays("Snapshot of 1 partition(s) as of ");
        await enough.CancelAsync();

        produced.Add(await coming);
        var watermark = long.Parse(run.Log.Single(line => line.Contains("high watermark ", StringComparison.Ordinal)
            && line.Contains(partition.ToString(), StringComparison.Ordinal)).Split("high watermark ")[1]);
        Assert.True(produced.Count > watermark, "Nothing came behind the watermark.");
        Assert.Equal([new OffsetRange(0, watermark)], await backup.CoverageOfAsync(partition));
        produced.RemoveFrom(partition, watermark);
        StoredRecords.AssertExactly(backup, produced);
    }

    [Fact]
    public async Task A_continuous_snapshot_is_a_contradiction()
    {
        var backup = NewBackup("orders");
        backup.Config = backup.Config with { Backup = ["continuous: true", "stop_at_current_offsets: true"] };

        (await backup.RunAsync()).AssertExit(2).AssertOneFailureOf(backup, "backup.stop_at_current_offsets");
    }

    private TestBackup Continuous(string line = "segment_max_interval_ms: 300")
    {
        var backup = NewBackup(Name("*"));
        backup.Config = backup.Config with { Backup = ["continuous: true", "poll_interval_ms: 50", "segment_max_records: 1000", line] };
        return backup;
    }

    /// <summary>Waits until the ledger answers for the partition as far as <paramref name="next"/>; looks again with each head.</summary>
    private static async Task UntilSavedAsync(CliRun run, TestBackup backup, PartitionId partition, long next)
    {
        var head = backup.PathOf("_cluster/head.json");
        var seen = "";
        while (true)
        {
            await run.WaitForAsync(() => File.Exists(head) && File.ReadAllText(head) != seen);
            seen = await File.ReadAllTextAsync(head);
            if (await backup.CoverageOfAsync(partition) is [.., var last] && last.Next >= next)
            {
                return;
            }
        }
    }

    private async Task<ProducedRecords> KeepProducingAsync(PartitionId partition, CancellationToken enough)
    {
        var produced = new ProducedRecords();
        while (!enough.IsCancellationRequested)
        {
            produced.Add(await Broker.ProduceAsync(partition, SampleRecords.Plain(20)));
        }

        return produced;
    }
}
