using KafkaBackup.EndToEnd.Tests.Support;
using KafkaBackup.Shared;

namespace KafkaBackup.EndToEnd.Tests;

public sealed class ValidateTests : BrokerTest
{
    [Fact]
    public async Task A_sound_backup_is_valid()
    {
        var backup = await BackedUpAsync();

        foreach (var options in (string[][])[[], ["--deep"]])
        {
            var run = (await ValidateAsync(backup, options)).AssertExit(0);

            Assert.EndsWith("\nResult: VALID\n", run.Output, StringComparison.Ordinal);
            Assert.Contains("0-99", run.Output, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("missing", "is missing: offsets 30 to 59", "0-29, 60-99")]
    [InlineData("truncated", "has ", "0-29, 60-99")]
    [InlineData("flipped", "is damaged", "0-29, 60-99")]
    public async Task A_damaged_object_is_found(string damage, string sentence, string restorable)
    {
        var backup = await BackedUpAsync();
        var file = backup.SegmentFiles()[1];
        var bytes = File.ReadAllBytes(file);
        switch (damage)
        {
            case "missing":
                File.Delete(file);
                break;
            case "truncated":
                File.WriteAllBytes(file, bytes[..^1]);
                break;
            default:
                bytes[bytes.Length / 2] ^= 1;
                File.WriteAllBytes(file, bytes);
                break;
        }

        var run = (await ValidateAsync(backup, "--deep")).AssertExit(1);

        Assert.EndsWith("\nResult: INVALID\n", run.Output, StringComparison.Ordinal);
        Assert.Contains(sentence, run.Output, StringComparison.Ordinal);
        Assert.Contains(restorable, run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Recorded_gaps_have_an_exit_code_of_their_own()
    {
        var backup = await BackedUpAsync();
        var partition = new PartitionId(backup.Config.Include[0], 0);
        await Broker.ProduceAsync(partition, SampleRecords.Plain(50));
        await Broker.DeleteRecordsBelowAsync(partition, 120);
        (await backup.RunAsync()).AssertExit(3);

        var run = (await ValidateAsync(backup, "--deep")).AssertExit(3);

        Assert.EndsWith("\nResult: VALID (with 1 recorded gap)\n", run.Output, StringComparison.Ordinal);
        Assert.Contains("offsets 100-119 (20) were gone", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_backup_that_is_not_there_is_told()
    {
        var backup = await BackedUpAsync();

        (await CliRun.RunAsync("validate", "-p", backup.Store, "-b", "unknown")).AssertExit(2).AssertOneFailure("There is no backup 'unknown'");
    }

    private static Task<CliResult> ValidateAsync(TestBackup backup, params string[] options) =>
        CliRun.RunAsync(["validate", "--path", backup.Store, "--backup-id", backup.Id, .. options]);

    private async Task<TestBackup> BackedUpAsync()
    {
        var partition = new PartitionId(await NewTopicAsync(), 0);
        await Broker.ProduceAsync(partition, SampleRecords.Plain(100));
        var backup = NewBackup(partition.Topic);
        backup.Config = backup.Config with { Backup = ["segment_max_records: 30"] };
        await backup.SucceedAsync();
        return backup;
    }
}
