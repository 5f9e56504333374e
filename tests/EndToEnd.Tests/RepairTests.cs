using KafkaBackup.EndToEnd.Tests.Support;
using KafkaBackup.Shared;

namespace KafkaBackup.EndToEnd.Tests;

/// <summary>A ledger that was lost after a kill, with records that the source no longer has: the segments are there, and are found again.</summary>
public sealed class RepairTests : RepairTest
{
    private const int Incomplete = 3;
    private const int Storage = 5;

    [Theory]
    [InlineData("all")]
    [InlineData("head")]
    public async Task Without_a_repair_nothing_is_deleted_and_a_sentence_says_what_to_do(string loss)
    {
        var (backup, partition, produced) = await KilledAsync();
        Lose(backup, loss);
        await Broker.DeleteRecordsBelowAsync(partition, Records);
        var segments = backup.SegmentFiles();

        var run = (await backup.RunAsync()).AssertExit(Incomplete);

        run.AssertSays($"kafka-backup repair --path {backup.Store} --backup-id {backup.Id}")
            .AssertSays("that nothing names may hold records that the backup lacks");
        for (var round = 0; round < 4; round++)
        {
            produced.Add(await Broker.ProduceAsync(partition, SampleRecords.Plain(20, seed: 100 + round)));
            if (round == 1)
            {
                await KillAsync(backup);
            }

            (await backup.SucceedAsync()).AssertSays("kafka-backup repair");
        }

        Assert.Empty(segments.Except(backup.SegmentFiles()));
        (await RepairAsync(backup)).AssertExit(0);
        (await backup.SucceedAsync()).AssertSaysNothingOf("kafka-backup repair");
        Assert.Empty(segments.Except(await NamedAsync(backup)));
        StoredRecords.AssertExactly(backup, produced);
    }

    [Fact]
    public async Task An_order_deletes_what_nothing_names_and_says_how_many()
    {
        var (backup, partition, _) = await KilledAsync();
        Lose(backup, "all");
        await Broker.DeleteRecordsBelowAsync(partition, Records);
        var segments = backup.SegmentFiles().Count;

        var run = (await backup.RunAsync("--sweep-orphans")).AssertExit(Incomplete);

        var named = await NamedAsync(backup);
        Assert.Equal(named, backup.SegmentFiles());
        run.AssertSays($"Deleted {segments - named.Count:N0} objects of backup '{backup.Id}' that nothing named")
            .AssertSaysNothingOf("kafka-backup repair");
        (await backup.SucceedAsync()).AssertSaysNothingOf("kafka-backup repair");
    }

    [Fact]
    public async Task A_sound_ledger_stays_as_it_is()
    {
        var (backup, _, _) = await KilledAsync();
        await backup.SucceedAsync();
        var store = StoreSnapshot.Of(backup.Store);

        var repair = (await RepairAsync(backup)).AssertExit(0);

        Assert.EndsWith("\nResult: the ledger is sound. Nothing was changed.\n", repair.Output, StringComparison.Ordinal);
        store.AssertUnchanged(backup.Store);
    }

    [Fact]
    public async Task A_dry_run_writes_nothing_and_a_second_repair_changes_nothing()
    {
        var (backup, _, _) = await KilledAsync();
        Lose(backup, "all");
        var store = StoreSnapshot.Of(backup.Store);

        var dry = (await RepairAsync(backup, "--dry-run")).AssertExit(0);

        Assert.EndsWith($"it would name {backup.SegmentFiles().Count} segments. Nothing was written.\n", dry.Output, StringComparison.Ordinal);
        store.AssertUnchanged(backup.Store);
        (await RepairAsync(backup)).AssertExit(0);
        store = StoreSnapshot.Of(backup.Store);
        Assert.Contains("Nothing was changed", (await RepairAsync(backup)).AssertExit(0).Output, StringComparison.Ordinal);
        store.AssertUnchanged(backup.Store);
    }

    [Fact]
    public async Task A_segment_that_is_gone_is_told_and_read_again()
    {
        var (backup, partition, produced) = await KilledAsync();
        await backup.SucceedAsync();
        File.Delete(backup.SegmentFiles()[3]);

        var repair = (await RepairAsync(backup)).AssertExit(Incomplete);

        Assert.Contains($"is missing: offsets 6-7 of {partition}.", repair.Output, StringComparison.Ordinal);
        await backup.SucceedAsync();
        StoredRecords.AssertExactly(backup, produced);
        Assert.Equal([new OffsetRange(0, Records)], await backup.CoverageOfAsync(partition));
    }

    [Fact]
    public async Task A_damaged_ledger_names_the_command_that_repairs_it()
    {
        var (backup, _, _) = await KilledAsync();
        Lose(backup, "head cut off");

        (await backup.RunAsync()).AssertExit(Storage).AssertOneFailure($"kafka-backup repair --path {backup.Store} --backup-id {backup.Id}");
        (await CliRun.RunAsync("describe", "-p", backup.Store, "-b", backup.Id)).AssertExit(Storage).AssertOneFailure("kafka-backup repair --path");
    }

    [Fact]
    public async Task A_backup_that_is_not_there_is_told()
    {
        var (backup, _, _) = await KilledAsync();

        (await CliRun.RunAsync("repair", "-p", backup.Store, "-b", "unknown")).AssertExit(2).AssertOneFailure("There is no backup 'unknown'");
        (await CliRun.RunAsync("repair", "-p", backup.Store, "-b", "a/b")).AssertExit(2).AssertOneFailure("--backup-id");
    }
}
