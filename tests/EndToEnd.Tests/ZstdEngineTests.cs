using System.Runtime.InteropServices;
using KafkaBackup.EndToEnd.Tests.Support;
using KafkaBackup.Shared;

namespace KafkaBackup.EndToEnd.Tests;

/// <summary>The program with either engine of zstd, and on a machine where the native one does not load.</summary>
public sealed class ZstdEngineTests : BrokerTest
{
    private const int Usage = 2;

    private const string Said = "zstd runs in its managed engine, which takes more processor time, as ";

    [Fact]
    public async Task What_the_managed_engine_backed_up_the_native_one_validates_and_restores()
    {
        var (backup, produced) = await NewBackupAsync();

        var run = (await RunAsync(backup, "managed")).AssertExit(0);

        Assert.EndsWith($"{Said}KAFKA_BACKUP_ZSTD is managed. What is stored is read by both", Assert.Single(run.Log, IsOfEngine), StringComparison.Ordinal);
        await AssertReadByAsync("native", backup, produced);
    }

    [Fact]
    public async Task What_the_native_engine_backed_up_the_managed_one_validates_and_restores()
    {
        var (backup, produced) = await NewBackupAsync();

        var run = (await RunAsync(backup, "native")).AssertExit(0);

        run.AssertSaysNothingOf("zstd runs");
        await AssertReadByAsync("managed", backup, produced);
    }

    [SkippableTheory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Where_no_native_library_loads_the_managed_engine_makes_the_backup_and_the_log_says_why(bool isThere)
    {
        SkipWhereTheMachineHasOne();
        using var program = CopyWithoutNative(isThere);
        var (backup, produced) = await NewBackupAsync();

        using var process = CliRun.StartFrom(program.Folder, ["env", "KAFKA_BACKUP_ZSTD="], Local(backup), "backup", "-c", backup.WriteConfig(), "--quiet");
        var run = (await process.FinishAsync()).AssertExit(0);

        var line = Assert.Single(run.Log, IsOfEngine);
        Assert.Contains($"{Said}the native library cannot be used: ", line, StringComparison.Ordinal);
        Assert.Contains(isThere ? "native/libzstd.so: file too short" : "libzstd.so: cannot open shared object file", line, StringComparison.Ordinal);
        StoredRecords.AssertExactly(backup, produced);
        await AssertReadByAsync("native", backup, produced);
    }

    [SkippableTheory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Where_no_native_library_loads_it_is_refused_to_whoever_wants_it(bool isThere)
    {
        SkipWhereTheMachineHasOne();
        using var program = CopyWithoutNative(isThere);
        using var backup = new TestBackup("localhost:9092", "nightly", ["orders"]);

        using var process = CliRun.StartFrom(program.Folder, ["env", "KAFKA_BACKUP_ZSTD=native"], Local(backup), "backup", "-c", backup.WriteConfig());
        var run = await process.FinishAsync();

        run.AssertExit(Usage).AssertOneFailure("KAFKA_BACKUP_ZSTD is native, and the native library of zstd cannot be used: ")
            .AssertSays(isThere ? "native/libzstd.so: file too short" : "libzstd.so: cannot open shared object file");
    }

    [Theory]
    [InlineData("backup", "-c", "backup.yaml")]
    [InlineData("list", "--path", ".")]
    [InlineData("node")]
    public async Task An_engine_that_there_is_not_is_refused_before_anything_is_done(params string[] arguments)
    {
        using var process = CliRun.StartUnder(["env", "KAFKA_BACKUP_ZSTD=fast"], Path.GetTempPath(), arguments);

        (await process.FinishAsync()).AssertExit(Usage).AssertOneFailure("KAFKA_BACKUP_ZSTD must be native or managed, or not set, not 'fast'.");
    }

    [Fact]
    public async Task Help_is_given_whatever_engine_is_wanted()
    {
        using var process = CliRun.StartUnder(["env", "KAFKA_BACKUP_ZSTD=fast"], Path.GetTempPath(), "backup", "--help");

        Assert.Contains("Usage:", (await process.FinishAsync()).AssertExit(0).Output, StringComparison.Ordinal);
    }

    private static bool IsOfEngine(string line) => line.Contains("zstd runs", StringComparison.Ordinal);

    private static string Local(TestBackup backup) => Directory.CreateDirectory(backup.Local).FullName;

    private static void SkipWhereTheMachineHasOne() => Skip.If(
        NativeLibrary.TryLoad("libzstd.so", out _), "This machine has a libzstd.so of its own, which loads where that of the program does not.");

    private static ProgramCopy CopyWithoutNative(bool isThere)
    {
        var program = new ProgramCopy();
        if (isThere)
        {
            program.SpoilZstd();
        }
        else
        {
            program.RemoveZstd();
        }

        return program;
    }

    private static async Task<CliResult> RunAsync(TestBackup backup, string engine, params string[] options)
    {
        using var process = CliRun.StartUnder(
            ["env", $"KAFKA_BACKUP_ZSTD={engine}"], Local(backup), options.Length > 0 ? options : ["backup", "-c", backup.WriteConfig()]);
        return await process.FinishAsync();
    }

    private async Task<(TestBackup Backup, ProducedRecords Produced)> NewBackupAsync()
    {
        var partition = new PartitionId(await NewTopicAsync(), 0);
        var produced = await Broker.ProduceAsync(partition, SampleRecords.Plain(3_000, bytes: 1_000));
        return (NewBackup(partition.Topic), produced);
    }

    private async Task AssertReadByAsync(string engine, TestBackup backup, ProducedRecords produced)
    {
        var validated = (await RunAsync(backup, engine, "validate", "--path", backup.Store, "--backup-id", backup.Id, "--deep")).AssertExit(0);
        Assert.EndsWith("\nResult: VALID\n", validated.Output, StringComparison.Ordinal);
        StoredRecords.AssertExactly(backup, produced);

        var (target, configuration) = (Name($"restored-by-{engine}"), Path.Combine(backup.Root, "restore.yaml"));
        File.WriteAllText(configuration, $"""
            mode: restore
            backup_id: {backup.Id}
            target: {"{"}bootstrap_servers: ["{Broker.Address}"]{"}"}
            storage: {"{"}backend: filesystem, path: {backup.Store}{"}"}
            restore:
              create_topics: true
              topic_mapping: {"{"}{backup.Config.Include[0]}: {target}{"}"}
            """);
        var restored = (await RunAsync(backup, engine, "restore", "-c", configuration)).AssertExit(0);
        Assert.Equal(engine == "managed" ? 1 : 0, restored.Log.Count(IsOfEngine));
        await AssertRestoredAsync(target, produced);
    }
}
