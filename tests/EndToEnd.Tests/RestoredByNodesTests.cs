using KafkaBackup.EndToEnd.Tests.Support;
using KafkaBackup.Shared;
using KafkaBackup.Shared.Oso;
using static KafkaBackup.Cli.ExitCode;

namespace KafkaBackup.EndToEnd.Tests;

/// <summary>Restores that a cluster of nodes makes.</summary>
public sealed class RestoredByNodesTests : BrokerTest
{
    [Fact]
    public async Task When_a_node_is_killed_its_partitions_go_on_elsewhere()
    {
        using var cluster = await new TestCluster(3).StartAsync();
        var topic = await NewTopicAsync(partitions: 6);
        var produced = await ProduceAsync(PartitionsOf(topic, 6), 300, seed: 31);
        var backup = NewBackup(topic);
        backup.Config = backup.Config with { Backup = ["segment_max_records: 40", "consumer_group_snapshot: true"] };
        await Broker.CommitAsync(Name("readers"), (new PartitionId(topic, 4), 77));
        await backup.SucceedAsync();
        Dictionary<string, string> names = new(StringComparer.Ordinal) { [topic] = Name("restored") };
        string[] groups = ["reset_consumer_offsets: true", $"consumer_groups: [{Name("readers")}]"];

        var file = Path.Combine(backup.Root, "report.json");
        using var run = backup.StartRestore(names, [.. groups, "rate_limit_records_per_sec: 60", "max_concurrent_partitions: 6", $"--cluster {cluster.Addresses}", "--verify full", $"--report {file}", "--format yaml"]);
        await backup.WaitUntilRestoringAsync(run);
        foreach (var partition in Enumerable.Range(0, 6))
        {
            await Broker.WaitForStableEndAsync(new PartitionId(Name("restored"), partition), 5);
        }

        await cluster.Nodes[2].Run.KillAsync();

        var result = await run.FinishAsync();
        Assert.True( // Two of six partitions were its; or it conducted, and another node goes on.
            result.Error.Contains($"@{cluster.Nodes[2].Name} is gone, or does not answer", StringComparison.Ordinal) || result.Error.Contains("Going on with the restore", StringComparison.Ordinal), result.Error);
        result.AssertExit(Ok).AssertSays("Restored 1,800 records of 6 partition(s) in 1 topic(s), as counted at the target")
            .AssertSays($"{new PartitionId(Name("restored"), 5)}: 300 records are the same as in the backup");
        Assert.Equal(77, await Broker.CommittedAsync(Name("readers"), new PartitionId(Name("restored"), 4)));
        await AssertRestoredAsync(Name("restored"), produced);
        var report = RestoreReport.Read(await File.ReadAllBytesAsync(file), file);
        Assert.Equal((RestoreOutcome.Whole, 1_800), (report.Outcome, report.RecordsRestored));
        Assert.Contains("\noutcome: whole\n", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_wrong_is_told_as_by_a_restore_on_one_machine()
    {
        using var cluster = await new TestCluster(1).StartAsync();
        var topic = await NewTopicAsync();
        await ProduceAsync(PartitionsOf(topic, 1), 10, seed: 32);
        var backup = NewBackup(topic);
        await backup.SucceedAsync();
        Dictionary<string, string> names = new(StringComparer.Ordinal) { [topic] = Name("restored") };
        var nodes = $"--cluster {cluster.Addresses}";

        (await backup.RestoreAsync(names, nodes, "time_window_start: yesterday")).AssertExit(Usage).AssertSays("restore.time_window_start: must be milliseconds since 1970");
        (await backup.RestoreAsync(new Dictionary<string, string>(), nodes)).AssertExit(Usage).AssertOneFailure($"{new PartitionId(topic, 0)} holds offsets 0 to 10 at the target, and nothing was restored");
        (await backup.RestoreAsync(names, nodes, "dry_run: true", "--verify full")).AssertExit(Usage).AssertOneFailure("--verify full compares what is restored");
        (await backup.RestoreAsync(names, nodes, "max_memory_bytes: 1", "--dry-run")).AssertExit(Ok).AssertSays("10 records").AssertSays("nothing was written");
        (await backup.RestoreAsync(names, nodes, "produce_acks: 1", "rate_limit_records_per_sec: 2")).AssertExit(Ok).AssertSays("Restored 10 records").AssertSays("restore.produce_acks is 1:");
        Assert.All( // What a node tells meanwhile is no place to go on from.
            Directory.GetFiles(Path.Combine(backup.Store, backup.Id, "_cluster", "restores"), "*.json"),
            file => Assert.DoesNotContain("so_far", File.ReadAllText(file), StringComparison.Ordinal));
        (await backup.RestoreAsync(names, nodes)).AssertExit(Usage).AssertOneFailure($"'{Name("restored")}' was restored by this very restore");
    }
}
