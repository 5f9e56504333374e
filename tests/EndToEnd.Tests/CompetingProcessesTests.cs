using KafkaBackup.EndToEnd.Tests.Support;
using KafkaBackup.Shared;

namespace KafkaBackup.EndToEnd.Tests;

public sealed class CompetingProcessesTests : BrokerTest
{
    private const int Ok = 0;
    private const int TakenOver = 1;
    private const string TakeOver = "Another process (";

    [Fact]
    public async Task Two_processes_on_one_backup_lose_nothing_and_store_nothing_twice()
    {
        var (backup, partitions, produced) = await NewWorkAsync(0);
        for (var round = 0; round < 4; round++)
        {
            await ProduceAsync(partitions, produced, 1_500);
            using var first = backup.StartElsewhere("one");
            using var second = backup.StartElsewhere("two");

            var ends = new[] { await first.FinishAsync(), await second.FinishAsync() };

            Assert.Contains(ends, end => end.ExitCode == Ok);
            foreach (var loser in ends.Select(end => end.AssertExit(Ok, TakenOver)).Where(end => end.ExitCode == TakenOver))
            {
                loser.AssertOneFailure(TakeOver);
            }
        }

        await backup.SucceedAsync();

        StoredRecords.AssertExactly(backup, produced);
        await AssertContiguousAsync(backup, produced);
    }

    [Fact]
    public async Task A_process_that_stood_still_while_another_did_its_work_gives_way()
    {
        var (backup, partitions, produced) = await NewWorkAsync(4_000);
        using var slow = backup.StartElsewhere("slow");
        await slow.WaitForAsync(() => backup.SegmentFiles().Count >= 2);
        await slow.FreezeAsync();

        using (var quick = backup.StartElsewhere("quick"))
        {
            (await quick.FinishAsync()).AssertExit(Ok);
        }

        var segments = backup.SegmentFiles();
        await slow.ThawAsync();
        var end = await slow.FinishAsync();

        end.AssertExit(TakenOver).AssertOneFailure(TakeOver);
        Assert.Subset(backup.SegmentFiles().ToHashSet(StringComparer.Ordinal), segments.ToHashSet(StringComparer.Ordinal));
        await ProduceAsync(partitions, produced, 10);
        await backup.SucceedAsync();
        StoredRecords.AssertExactly(backup, produced);
        await AssertContiguousAsync(backup, produced);
    }

    [Fact]
    public async Task A_second_process_with_the_same_local_state_is_refused()
    {
        var (backup, _, produced) = await NewWorkAsync(4_000);
        using var first = backup.Start();
        await first.WaitForAsync(() => backup.SegmentFiles().Count >= 2);
        await first.FreezeAsync();

        var second = await backup.RunAsync();

        second.AssertExit(TakenOver).AssertOneFailure($"Another process is working on backup '{backup.Id}'");
        await first.ThawAsync();
        (await first.FinishAsync()).AssertExit(Ok);
        StoredRecords.AssertExactly(backup, produced);
    }

    private async Task<(TestBackup Backup, PartitionId[] Partitions, ProducedRecords Produced)> NewWorkAsync(int records)
    {
        var topic = await NewTopicAsync(partitions: 3);
        PartitionId[] partitions = [new(topic, 0), new(topic, 1), new(topic, 2)];
        var backup = NewBackup(topic);
        backup.Config = backup.Config with { Backup = ["segment_max_records: 250"] };
        var produced = new ProducedRecords();
        await ProduceAsync(partitions, produced, records);
        return (backup, partitions, produced);
    }

    private async Task ProduceAsync(PartitionId[] partitions, ProducedRecords produced, int count)
    {
        foreach (var partition in partitions)
        {
            produced.Add(await Broker.ProduceAsync(partition, SampleRecords.Plain(count, seed: produced.Count)));
        }
    }

    private static async Task AssertContiguousAsync(TestBackup backup, ProducedRecords produced)
    {
        foreach (var (partition, records) in produced.ByPartition)
        {
            Assert.Equal([new OffsetRange(0, records[^1].Offset + 1)], await backup.CoverageOfAsync(partition));
        }
    }
}
