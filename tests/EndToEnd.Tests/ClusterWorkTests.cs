using System.Text.Json;
using KafkaBackup.EndToEnd.Tests.Support;
using KafkaBackup.Shared;

namespace KafkaBackup.EndToEnd.Tests;

/// <summary>Which nodes work, and what any of them tells of the work.</summary>
public sealed class ClusterWorkTests : BrokerTest
{
    private const string Read = "kafka_backup_records_total{";
    private readonly IReadOnlyList<int> _pbm = [.. Enumerable.Range(0, 3).Select(_ => TestNode.FreePort())];

    [Fact]
    public async Task Drained_nodes_give_their_partitions_to_the_others_and_take_none()
    {
        using var cluster = await new TestCluster(3, node => Variables(node)).StartAsync();
        var topic = await NewTopicAsync(partitions: 12);
        var produced = await ProduceAsync(PartitionsOf(topic, 12), 2_000, seed: 1);
        var backup = NewBackup(topic);
        backup.Config = backup.Config with { Backup = ["segment_max_records: 50"] };
        Assert.Contains("is drained: it takes no partitions", (await PbmAsync(2, "backup", "drain")).Output, StringComparison.Ordinal);

        using var run = cluster.Start("backup", "-c", backup.WriteConfig());
        await run.WaitForAsync(() => backup.SegmentFiles().Count > 5);
        await PbmAsync(1, "backup", "drain");

        (await run.FinishAsync()).AssertExit(0);
        StoredRecords.AssertExactly(backup, produced);
        Assert.DoesNotContain(Read, (await cluster.Nodes[2].GetAsync("metrics"))!, StringComparison.Ordinal);
        Assert.Contains(Read, (await cluster.Nodes[0].GetAsync("metrics"))!, StringComparison.Ordinal);
        Assert.Contains("takes partitions", (await PbmAsync(2, "backup", "undrain")).Output, StringComparison.Ordinal);
        Assert.Contains("\"is_drained\":false", await cluster.Nodes[2].GetAsync("api/v1/node"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_a_node_cannot_serve_the_others_do()
    {
        using var cluster = await new TestCluster(3, node => node < 2
            ? new Dictionary<string, string> { ["SOURCE"] = Broker.Address }
            : new Dictionary<string, string> { ["KAFKA_BACKUP_ROLES"] = "worker" }).StartAsync();
        var topic = await NewTopicAsync(partitions: 12);
        var produced = await ProduceAsync(PartitionsOf(topic, 12), 100, seed: 1);
        var backup = NewBackup(topic);
        backup.Config = backup.Config with { Broker = "${SOURCE}" };

        (await cluster.RunAsync("backup", "-c", backup.WriteConfig())).AssertExit(0);

        StoredRecords.AssertExactly(backup, produced);
        await Task.WhenAll(cluster.Nodes.Select(node => node.Run.TerminateAsync()));
        var told = await Task.WhenAll(cluster.Nodes.Select(node => node.Run.FinishAsync()));
        Assert.Contains(told, node => node.Error.Contains("Its partitions go to other nodes", StringComparison.Ordinal)
            && node.Error.Contains($"{cluster.Nodes[2].Name} cannot serve backup '{backup.Id}'", StringComparison.Ordinal)
            && node.Error.Contains("the variable SOURCE is not set", StringComparison.Ordinal));
        Assert.Contains(told, node => node.Error.Contains($"] {backup.Id}: ", StringComparison.Ordinal));
    }

    /// <summary>The node that is first holds the ledgers' singleton, and of some backups it is asked to conduct one.</summary>
    [Fact]
    public async Task What_the_node_with_the_ledgers_cannot_serve_the_others_conduct_and_write()
    {
        using var cluster = await new TestCluster(3, node =>
            new Dictionary<string, string>(node == 0 ? [] : [new("SOURCE", Broker.Address)])).StartAsync();
        var topic = await NewTopicAsync(partitions: 6);
        var produced = await ProduceAsync(PartitionsOf(topic, 6), 100, seed: 1);
        var shown = "";
        for (var number = 0; number < 12 && !shown.Contains("\"refused_by\":[\"", StringComparison.Ordinal); number++)
        {
            var backup = NewBackupCalled($"nightly-{number}", [topic]);
            backup.Config = backup.Config with { Broker = "${SOURCE}" };

            (await cluster.RunAsync("backup", "-c", backup.WriteConfig())).AssertExit(0);

            StoredRecords.AssertExactly(backup, produced);
            shown = (await cluster.Nodes[0].GetAsync($"api/v1/backups/{backup.Id}"))!;
            Assert.Contains("\"state\":\"Completed\"", shown, StringComparison.Ordinal);
        }

        await Task.WhenAll(cluster.Nodes.Select(node => node.Run.TerminateAsync()));
        var told = await Task.WhenAll(cluster.Nodes.Select(node => node.Run.FinishAsync()));
        Assert.Contains(told, node => node.Error.Contains("The ledger is written at this node", StringComparison.Ordinal));
        Assert.Contains(told, node => node.Error.Contains("Another node is asked to conduct its run", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Who_follows_a_run_hears_why_its_partitions_failed()
    {
        using var cluster = await new TestCluster(1, Variables).StartAsync();
        var topic = await NewTopicAsync();
        await ProduceAsync(PartitionsOf(topic, 1), 10, seed: 1);
        await PbmAsync(0, "backup", "drain");

        (await cluster.RunAsync("backup", "-c", NewBackup(topic).WriteConfig())).AssertExit(3).AssertSays("is drained and takes no partitions");
    }

    [Fact]
    public async Task Partitions_lag_and_gaps_of_a_backup_are_told_by_any_node()
    {
        using var cluster = await new TestCluster(1, Variables).StartAsync();
        var topic = await NewTopicAsync(partitions: 2);
        PartitionId partition = new(topic, 0), other = new(topic, 1);
        await Broker.ProduceAsync(partition, SampleRecords.Plain(10, seed: 1));
        await Broker.ProduceAsync(other, SampleRecords.Plain(10, seed: 2));
        var backup = NewBackup(topic);
        (await cluster.RunAsync("backup", "-c", backup.WriteConfig())).AssertExit(0);
        await Broker.ProduceAsync(partition, SampleRecords.Plain(10, seed: 3));
        await Broker.DeleteRecordsBelowAsync(partition, 16);
        (await cluster.RunAsync("backup", "-c", backup.WriteConfig())).AssertExit(3).AssertSays("Gaps were recorded (1)").AssertSays($"backup gaps {backup.Id}");
        await Broker.ProduceAsync(partition, SampleRecords.Plain(3, seed: 4));
        await Broker.ProduceAsync(other, SampleRecords.Plain(5, seed: 5));

        Assert.Equal(
            [
                $"{partition} | next offset: 20 | records: 14 | segments: 2 | gaps: 1 | behind: 3",
                $"{other} | next offset: 10 | records: 10 | segments: 1 | gaps: 0 | behind: 5",
                "Count: 2 partitions",
            ],
            Lines(await PbmAsync(0, "backup", "partitions", backup.Id)));
        Assert.Equal(
            [$"{other} | behind: 5", $"{partition} | behind: 3", "Count: 2 of 2 partitions, behind: 8"], Lines(await PbmAsync(0, "backup", "lag", backup.Id)));
        var gaps = Lines(await PbmAsync(0, "backup", "gaps", backup.Id));
        Assert.StartsWith($"{partition} | 10-15 | offset_out_of_range | 20", gaps[0], StringComparison.Ordinal);
        Assert.Equal("Count: 1 gaps, offsets: 6", gaps[1]);

        using var partitions = JsonDocument.Parse((await cluster.Nodes[0].GetAsync($"api/v1/backups/{backup.Id}/partitions"))!);
        Assert.Equal([3, 5], partitions.RootElement.EnumerateArray().Select(item => item.GetProperty("behind").GetInt32()));
        using var gone = JsonDocument.Parse((await cluster.Nodes[0].GetAsync($"api/v1/backups/{backup.Id}/gaps"))!);
        Assert.Equal((10, 16), (gone.RootElement[0].GetProperty("start_offset").GetInt32(), gone.RootElement[0].GetProperty("end_offset").GetInt32()));
        (await RunPbmAsync(0, "backup", "lag", "nothing")).AssertExit(2).AssertSays("No backup 'nothing' is declared");
    }

    private Dictionary<string, string> Variables(int node) => new() { ["KAFKA_BACKUP_PBM_PORT"] = $"{_pbm[node]}" };

    private async Task<CliResult> PbmAsync(int node, params string[] command) => (await RunPbmAsync(node, command)).AssertExit(0);

    private Task<CliResult> RunPbmAsync(int node, params string[] command) => CliRun.RunAsync(["pbm", $"127.0.0.1:{_pbm[node]}", .. command]);

    private static string[] Lines(CliResult result) => result.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
}
