using KafkaBackup.EndToEnd.Tests.Support;
using KafkaBackup.Testing;

namespace KafkaBackup.EndToEnd.Tests;

/// <summary>Three nodes, each a process of its own, share what is declared to any of them.</summary>
public sealed class ClusterTests : BrokerTest
{
    [Fact]
    public async Task Three_nodes_share_a_backup_and_each_record_is_in_it_once()
    {
        using var cluster = await new TestCluster(3).StartAsync();
        var topic = await NewTopicAsync(partitions: 30);
        var produced = await ProduceAsync(PartitionsOf(topic, 30), 100, seed: 1);
        var backup = NewBackup(topic);

        var run = await cluster.RunAsync("backup", "-c", backup.WriteConfig());

        run.AssertExit(0).AssertSays("Completed: 3,000 records across 1 topic");
        StoredRecords.AssertExactly(backup, produced);
        Assert.EndsWith("Count: 3 nodes\n", (await cluster.RunAsync("cluster members")).AssertExit(0).Output, StringComparison.Ordinal);
        Assert.Contains("nightly", (await cluster.RunAsync("cluster backups")).AssertExit(0).Output, StringComparison.Ordinal);
        Assert.Contains("Completed", (await cluster.RunAsync("cluster runs", backup.Id)).AssertExit(0).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task When_a_node_is_killed_the_others_finish_its_work()
    {
        using var cluster = await new TestCluster(3).StartAsync();
        var topic = await NewTopicAsync(partitions: 12);
        var produced = await ProduceAsync(PartitionsOf(topic, 12), 2_000, seed: 1);
        var backup = NewBackup(topic);
        backup.Config = backup.Config with { Backup = ["segment_max_records: 50"] };
        using var run = cluster.Start("backup", "-c", backup.WriteConfig());
        await run.WaitForAsync(() => backup.SegmentFiles().Count > 5);

        await cluster.Nodes[0].Run.KillAsync();

        (await run.FinishAsync()).AssertExit(0);
        StoredRecords.AssertExactly(backup, produced);
    }

    [Fact]
    public async Task A_node_that_is_told_to_leave_ends_with_0_and_says_so()
    {
        var port = TestNode.FreePort();
        using var cluster = await new TestCluster(2, node => node == 0 ? new Dictionary<string, string> { ["KAFKA_BACKUP_PBM_PORT"] = $"{port}" } : []).StartAsync();

        var told = (await CliRun.RunAsync("pbm", $"127.0.0.1:{port}", "cluster", "leave", "-a", cluster.Nodes[1].Name)).AssertExit(0);

        Assert.Contains("is told to leave", told.Output, StringComparison.Ordinal);

        (await cluster.Nodes[1].Run.FinishAsync()).AssertExit(0).AssertSays("This node has left the cluster, as it was told to");
    }

    [Fact]
    public async Task A_node_that_does_not_trust_the_one_it_asks_stops_and_says_whom()
    {
        var folder = Directory.CreateTempSubdirectory("untrusted-");
        var until = new DateTimeOffset(2050, 1, 1, 0, 0, 0, TimeSpan.Zero);
        using var cluster = new TestCluster(2, node =>
        {
            using var authority = IssuedCertificates.NewAuthority($"authority-{node}", until);
            var (certificate, key) = IssuedCertificates.Issue($"node-{node}", until, authority);
            return new Dictionary<string, string>
            {
                ["KAFKA_BACKUP_TLS_CERTIFICATE"] = Written($"{node}.crt", certificate),
                ["KAFKA_BACKUP_TLS_KEY"] = Written($"{node}.key", key),
                ["KAFKA_BACKUP_TLS_CA"] = Written($"{node}-ca.crt", authority.ExportCertificatePem()),
            };
        });
        cluster.Nodes[0].Start();
        await cluster.Nodes[0].Run.WaitForAsync(async () => await cluster.Nodes[0].GetAsync("health/live") is not null);

        cluster.Nodes[1].Start();

        (await cluster.Nodes[1].Run.FinishAsync()).AssertExit(1)
            .AssertSays("This node has stopped, as it cannot trust a node of its cluster. Refused ssl.tcp://KafkaBackup@127.0.0.1:").AssertSays("with the certificate 'CN=node-0'");
        folder.Delete(recursive: true);

        string Written(string name, string content)
        {
            var path = Path.Combine(folder.FullName, name);
            File.WriteAllText(path, content);
            return path;
        }
    }

    [Fact]
    public async Task A_cluster_that_is_started_anew_goes_on_with_its_continuous_backups()
    {
        using var cluster = await new TestCluster(1).StartAsync();
        var topic = await NewTopicAsync();
        var produced = await ProduceAsync(PartitionsOf(topic, 1), 50, seed: 1);
        var backup = NewBackup(topic);
        backup.Config = backup.Config with { Backup = ["continuous: true", "segment_max_interval_ms: 1000"] };
        (await cluster.RunAsync("submit", "-c", backup.WriteConfig())).AssertExit(0);
        await cluster.Nodes[0].Run.WaitUntilAsync(() => backup.SegmentFiles().Count > 0);
        await cluster.Nodes[0].Run.TerminateAsync();
        (await cluster.Nodes[0].Run.FinishAsync()).AssertExit(0);

        produced.Add(await ProduceAsync(PartitionsOf(topic, 1), 50, seed: 2));
        await cluster.StartAsync();
        await cluster.Nodes[0].Run.WaitUntilAsync(() => backup.SegmentFiles().Count > 1);

        (await cluster.RunAsync("cluster pause", backup.Id)).AssertExit(0);
        await cluster.Nodes[0].Run.WaitUntilAsync(async () => (await cluster.Nodes[0].GetAsync($"api/v1/backups/{backup.Id}"))!.Contains("\"state\":\"Paused\"", StringComparison.Ordinal));
        StoredRecords.AssertExactly(backup, produced);
        (await cluster.RunAsync("cluster remove", backup.Id)).AssertExit(0);
        Assert.Contains("No backup is declared", (await cluster.RunAsync("cluster backups")).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_definition_that_is_wrong_is_refused_with_each_place_and_a_secret_is_not_kept()
    {
        using var cluster = await new TestCluster(1).StartAsync();
        var backup = NewBackup("orders");
        var file = backup.WriteConfig();
        await File.AppendAllTextAsync(file, "\nmetricz: {}\n");

        (await cluster.RunAsync("submit", "-c", file)).AssertExit(2).AssertSays($"{file}: ").AssertSays("metricz");
    }

    [Fact]
    public async Task A_variable_that_no_node_has_fails_the_run_with_its_name()
    {
        using var cluster = await new TestCluster(1).StartAsync();
        var backup = NewBackup("orders");
        backup.Config = backup.Config with { Broker = "${NOBODY_HAS_THIS}" };

        var run = await cluster.RunAsync("backup", "-c", backup.WriteConfig());

        run.AssertExit(2).AssertSays("the variable NOBODY_HAS_THIS is not set");
    }

    [Fact]
    public async Task A_node_that_lacks_what_it_needs_says_what()
    {
        using var run = CliRun.Start(Path.GetTempPath(), "node");

        (await run.FinishAsync()).AssertExit(2).AssertSays("KAFKA_BACKUP_SEEDS");
    }

    [Fact]
    public async Task Who_asks_where_no_node_is_hears_so() => (await CliRun.RunAsync("cluster", "backups", "--cluster", $"127.0.0.1:{TestNode.FreePort()}"))
        .AssertExit(1).AssertSays("No node of the cluster answers");

    [Fact]
    public async Task A_token_is_demanded_of_everybody_and_off_loopback_there_must_be_one()
    {
        using var cluster = await new TestCluster(1, _ => new Dictionary<string, string> { ["KAFKA_BACKUP_HTTP_TOKEN"] = "swordfish" }).StartAsync();
        (await cluster.RunAsync("cluster backups")).AssertExit(2).AssertSays("demands a token");

        var token = Path.GetTempFileName();
        await File.WriteAllTextAsync(token, "swordfish\n");
        (await cluster.RunAsync("cluster backups", "--token-file", token)).AssertExit(0);
        await File.WriteAllTextAsync(token, "trout\n");
        (await cluster.RunAsync("cluster backups", "--token-file", token)).AssertExit(2).AssertSays("The token is not this node's");
        File.Delete(token);

        using var open = new TestCluster(1, _ => new Dictionary<string, string> { ["KAFKA_BACKUP_HTTP_HOST"] = "0.0.0.0" });
        open.Nodes[0].Start();
        (await open.Nodes[0].Run.FinishAsync()).AssertExit(2).AssertSays("there is no token");
    }
}
