using KafkaBackup.EndToEnd.Tests.Support;
using KafkaBackup.Shared;

namespace KafkaBackup.EndToEnd.Tests;

public sealed class StatusAndConfigTests : BrokerTest
{
    [Fact]
    public async Task Status_tells_positions_from_the_store_alone()
    {
        var (backup, partition) = await BackedUpAsync();

        var run = (await CliRun.RunAsync("status", "-p", backup.Store, "-b", backup.Id)).AssertExit(0);

        Assert.Contains("ended in good order", run.Output, StringComparison.Ordinal);
        Assert.Matches($@"{partition}\s+100\s+100\s+1\s+0", run.Output);
    }

    [Fact]
    public async Task Status_tells_how_far_behind_the_source_a_backup_is()
    {
        var (backup, partition) = await BackedUpAsync();
        await Broker.ProduceAsync(partition, SampleRecords.Plain(7));

        var run = (await CliRun.RunAsync("status", "-c", backup.ConfigPath, "--db-path", backup.OffsetsPath)).AssertExit(0);

        Assert.Contains("7 offsets", run.Output, StringComparison.Ordinal);
        Assert.Matches($@"{partition}\s+100\s+100\s+1\s+0\s+7\s+99", run.Output);
    }

    [Fact]
    public async Task Status_goes_on_telling_until_it_is_stopped()
    {
        var (backup, partition) = await BackedUpAsync();
        using var watch = CliRun.Start(backup.Local, "status", "-c", backup.ConfigPath, "--watch", "--interval", "1");
        await Broker.ProduceAsync(partition, SampleRecords.Plain(7));
        await watch.WaitForOutputAsync("7 behind");
        await backup.SucceedAsync();
        await watch.WaitForOutputAsync("(+7), 0 behind");
        await watch.TerminateAsync();

        (await watch.FinishAsync()).AssertExit(0);
    }

    [Fact]
    public async Task Status_wants_a_file_or_a_place()
    {
        (await CliRun.RunAsync("status")).AssertExit(2).AssertOneFailure("Give either --config, or --path and --backup-id.");
        (await CliRun.RunAsync("status", "-c", "x", "-p", "y")).AssertExit(2);
    }

    [Fact]
    public async Task A_configuration_without_problems_is_told_so()
    {
        var (backup, _) = await BackedUpAsync();

        var run = (await CliRun.RunAsync("config", "check", "-c", backup.ConfigPath)).AssertExit(0);

        Assert.Equal($"{backup.ConfigPath}: no problem found.\n", run.Output);
    }

    [Fact]
    public async Task Everything_that_is_wrong_is_told_at_once()
    {
        var backup = NewBackup("orders");
        File.WriteAllText(backup.ConfigPath, "mode: backup\nbackup_id: b\nsource: {bootstrap_servers: [broker]}\nstorage: {backend: s3}\nbackup: {compresion: zstd}\n");

        var run = (await CliRun.RunAsync("config", "check", "-c", backup.ConfigPath)).AssertExit(2);

        Assert.Equal(3, run.Log.Count(line => line.StartsWith("Error: ", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task An_explanation_tells_what_a_run_would_do_and_writes_nothing()
    {
        var (backup, partition) = await BackedUpAsync();
        await Broker.ProduceAsync(partition, SampleRecords.Plain(7));
        var before = StoreSnapshot.Of(backup.Root);

        var run = (await CliRun.RunAsync("config", "check", "-c", backup.ConfigPath, "--explain")).AssertExit(0);

        Assert.Contains("incremental: from the saved positions", run.Output, StringComparison.Ordinal);
        Assert.Contains($"1 topic, 1 partition: {partition.Topic} (1)", run.Output, StringComparison.Ordinal);
        Assert.Contains("7 offsets of 1 partition(s)", run.Output, StringComparison.Ordinal);
        Assert.Contains(backup.Store, run.Output, StringComparison.Ordinal);
        before.AssertUnchanged(backup.Root);
    }

    private async Task<(TestBackup Backup, PartitionId Partition)> BackedUpAsync()
    {
        var partition = new PartitionId(await NewTopicAsync(), 0);
        await Broker.ProduceAsync(partition, SampleRecords.Plain(100));
        var backup = NewBackup(partition.Topic);
        await backup.SucceedAsync();
        return (backup, partition);
    }
}
