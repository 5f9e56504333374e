using KafkaBackup.EndToEnd.Tests.Support;

namespace KafkaBackup.EndToEnd.Tests;

/// <summary>Runs after a repair keep what it has found again.</summary>
public sealed class RepairedRunsTests : RepairTest
{
    [Theory]
    [InlineData("all")]
    [InlineData("head")]
    [InlineData("head cut off")]
    [InlineData("part")]
    public async Task After_a_repair_every_segment_is_named_and_five_runs_keep_them_all(string loss)
    {
        var (backup, partition, produced) = await KilledAsync();
        Lose(backup, loss);
        await Broker.DeleteRecordsBelowAsync(partition, Records);
        var segments = backup.SegmentFiles();

        var repair = (await RepairAsync(backup)).AssertExit(0);

        Assert.Contains("Result: the ledger was rebuilt", repair.Output, StringComparison.Ordinal);
        Assert.Equal(segments, await NamedAsync(backup));
        Assert.EndsWith("\nResult: VALID\n", (await ValidateAsync(backup)).AssertExit(0).Output, StringComparison.Ordinal);
        for (var round = 0; round < 5; round++)
        {
            produced.Add(await Broker.ProduceAsync(partition, SampleRecords.Plain(20, seed: 100 + round)));
            if (round == 1)
            {
                await KillAsync(backup); // The runs after it sweep what this one left.
            }

            (await backup.SucceedAsync()).AssertSaysNothingOf("kafka-backup repair");
        }

        Assert.Empty(segments.Except(backup.SegmentFiles()));
        StoredRecords.AssertExactly(backup, produced);
    }
}
