using KafkaBackup.EndToEnd.Tests.Support;
using KafkaBackup.Shared;
using static KafkaBackup.Cli.ExitCode;

namespace KafkaBackup.EndToEnd.Tests;

/// <summary>A restore that ended early goes on where it was: nothing comes twice, nothing is missing.</summary>
public sealed class ResumedRestoreTests : BrokerTest
{
    // Slow enough that the end is far away when it is stopped, however busy the machine is.
    private const string Slowly = "rate_limit_records_per_sec: 10";

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task One_that_was_killed_or_stopped_goes_on_with_the_records_that_are_not_there(bool isKilled)
    {
        var (backup, topic, produced) = await BackedUpAsync();
        using (var run = backup.StartRestore(To(topic), Slowly))
        {
            await HasBegunAsync(run, backup, topic);
            if (isKilled)
            {
                await run.KillAsync();
            }
            else
            {
                await run.TerminateAsync();
                (await run.FinishAsync()).AssertExit(Interrupted).AssertSays("Started again with the same configuration it goes on from what it holds");
            }
        }

        (await backup.RestoreAsync(To(topic), "dry_run: true")).AssertExit(Ok).AssertSays($"Topic '{Restored(topic)}' is there and is this restore's own, with ").AssertSays(" that are there; nothing was written");
        (await backup.RestoreAsync(To(topic))).AssertExit(Ok).AssertSays("Going on with the restore that began at").AssertSays("Restored 400 records of 2 partition(s) in 1 topic(s)");

        await AssertRestoredAsync(Restored(topic), produced);
        (await backup.RestoreAsync(To(topic))).AssertExit(Usage).AssertOneFailure($"'{Restored(topic)}' was restored by this very restore, which was whole at");
    }

    [Fact]
    public async Task Two_processes_are_not_at_work_on_one_restore()
    {
        var (backup, topic, produced) = await BackedUpAsync();
        using var first = backup.StartRestore(To(topic), Slowly);
        await HasBegunAsync(first, backup, topic);

        (await backup.RestoreAsync(To(topic))).AssertExit(Failure).AssertOneFailure("This restore is at work already, in process");

        await first.TerminateAsync();
        (await first.FinishAsync()).AssertExit(Interrupted);
        (await backup.RestoreAsync(To(topic))).AssertExit(Ok);
        await AssertRestoredAsync(Restored(topic), produced);
    }

    [Fact]
    public async Task A_topic_in_which_others_wrote_meanwhile_is_told_and_left_as_it_is()
    {
        var (backup, topic, _) = await BackedUpAsync();
        using (var run = backup.StartRestore(To(topic), Slowly))
        {
            await HasBegunAsync(run, backup, topic);
            await run.KillAsync();
        }

        await Broker.ProduceAsync(new PartitionId(Restored(topic), 0), SampleRecords.Plain(1, seed: 77));

        (await backup.RestoreAsync(To(topic))).AssertExit(Source)
            .AssertSays($"{new PartitionId(Restored(topic), 0)} does not hold what this restore wrote")
            .AssertSays($"{new PartitionId(Restored(topic), 1)}: 200 records restored");
    }

    private async Task<(TestBackup Backup, string Topic, ProducedRecords Produced)> BackedUpAsync()
    {
        var topic = await NewTopicAsync(partitions: 2);
        var produced = await ProduceAsync(PartitionsOf(topic, 2), 200, seed: 11);
        var backup = NewBackup(topic);
        backup.Config = backup.Config with { Backup = ["segment_max_records: 30"] };
        await backup.SucceedAsync();
        return (backup, topic, produced);
    }

    private Dictionary<string, string> To(string topic) => new(StringComparer.Ordinal) { [topic] = Restored(topic) };

    private static string Restored(string topic) => $"{topic}-restored";

    private async Task HasBegunAsync(CliRun run, TestBackup backup, string topic)
    {
        await backup.WaitUntilRestoringAsync(run);
        await Broker.WaitForStableEndAsync(new PartitionId(Restored(topic), 0), 10);
    }
}
