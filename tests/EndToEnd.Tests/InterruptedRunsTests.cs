using KafkaBackup.EndToEnd.Tests.Support;
using KafkaBackup.Shared;

namespace KafkaBackup.EndToEnd.Tests;

/// <summary>Runs that end in the middle of their work, at moments that the seed decides.</summary>
public abstract class InterruptedRunsTests : BrokerTest
{
    private const int Partitions = 3;
    private const int RecordsEach = 13_500;
    private const int Rounds = 8;

    /// <summary>Starts runs and ends each by <paramref name="interrupt"/>; then lets one finish and looks at what is stored.</summary>
    private protected async Task InterruptAsync(int seed, Func<CliRun, Task<CliResult?>> interrupt)
    {
        var topic = await NewTopicAsync(partitions: Partitions);
        var produced = new ProducedRecords();
        for (var partition = 0; partition < Partitions; partition++)
        {
            produced.Add(await Broker.ProduceAsync(new PartitionId(topic, partition), SampleRecords.Plain(RecordsEach, seed: partition, bytes: 200)));
        }

        var backup = NewBackup(topic);
        backup.Config = backup.Config with { Backup = ["segment_max_bytes: 100000"] };
        var random = new Random(seed);
        var interrupted = 0;
        for (var round = 0; round < Rounds; round++)
        {
            var stored = backup.SegmentFiles().Count;
            var more = random.Next(0, 12);
            using var run = backup.Start();
            if (await run.WaitUntilAsync(() => backup.SegmentFiles().Count >= stored + more))
            {
                // Not to wait for anything: a moment by chance between two files, in the middle of whatever goes on then.
                await Task.Delay(random.Next(0, 60));
                interrupted += run.HasExited ? 0 : 1;
                (await interrupt(run))?.AssertExit(0, 130);
            }
        }

        await backup.SucceedAsync();

        Assert.True(interrupted >= Rounds / 2, $"Only {interrupted} of {Rounds} runs were still at work when they were interrupted.");
        StoredRecords.AssertExactly(backup, produced);
        for (var partition = 0; partition < Partitions; partition++)
        {
            Assert.Equal([new OffsetRange(0, RecordsEach)], await backup.CoverageOfAsync(new PartitionId(topic, partition)));
        }
    }
}

public sealed class KilledRunsTests : InterruptedRunsTests
{
    [Fact]
    public Task Killed_at_any_moment_a_backup_loses_nothing_and_stores_nothing_twice() => InterruptAsync(seed: 20_260_711, async run =>
    {
        await run.KillAsync();
        return null;
    });
}

public sealed class TerminatedRunsTests : InterruptedRunsTests
{
    [Fact]
    public Task Terminated_at_any_moment_a_run_ends_in_good_order() => InterruptAsync(seed: 20_260_712, async run =>
    {
        await run.TerminateAsync();
        return await run.FinishAsync();
    });
}
