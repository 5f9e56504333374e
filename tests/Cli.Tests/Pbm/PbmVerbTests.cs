using System.Text.Json;
using Akka.Actor;
using KafkaBackup.Cli.Pbm;
using KafkaBackup.Management;
using KafkaBackup.Shared;
using KafkaBackup.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Xunit;
using static KafkaBackup.Shared.Protocol.CatalogueProtocol;

namespace KafkaBackup.Cli.Tests.Pbm;

/// <summary>Each verb that a node answers, in a cluster of one.</summary>
[Collection(NodeGroup.Name)]
public sealed class PbmVerbTests(NodeFixture fixture)
{
    private readonly TestNode _node = fixture.Node;

    private string MemberLine => $"{_node.Address} | [coordinator,worker] | up |  | ";

    [Fact]
    public async Task Cluster_show_has_a_line_for_each_node_and_their_number()
    {
        var lines = await _node.AskAsync("cluster", "show");

        Assert.Equal(2, lines.Count);
        Assert.Matches(@"^[0-9]+\.[0-9]+\.[0-9]+$", lines[0][MemberLine.Length..]);
        Assert.Equal(MemberLine, lines[0][..MemberLine.Length]);
        Assert.Equal("Count: 1 nodes", lines[1]);
    }

    [Fact]
    public async Task Cluster_status_and_leader_name_the_node()
    {
        Assert.StartsWith(MemberLine, Assert.Single(await _node.AskAsync("cluster", "status")), StringComparison.Ordinal);
        Assert.StartsWith(MemberLine, Assert.Single(await _node.AskAsync("cluster", "status", "-a", _node.Name)), StringComparison.Ordinal);
        Assert.StartsWith(MemberLine,
            Assert.Single(await _node.AskAsync("cluster", "status", $"--address={_node.Address}")), StringComparison.Ordinal);
        Assert.Equal([_node.Address], await _node.AskAsync("cluster", "leader"));
    }

    [Fact]
    public async Task Cluster_tail_begins_with_the_members_and_the_leader()
    {
        await using var answers = _node.Client.SendAsync(["cluster", "tail"], CancellationToken.None).GetAsyncEnumerator();

        Assert.Contains($"MemberUp | {MemberLine}", await _node.FollowUntilAsync("MemberUp", answers), StringComparison.Ordinal);
        Assert.EndsWith($"LeaderChanged | {_node.Address}", await _node.FollowUntilAsync("LeaderChanged", answers), StringComparison.Ordinal);
    }

    [Fact]
    public async Task No_unreachable_node_is_none_to_take_for_dead() =>
        Assert.Equal(["Count: 0 nodes"], await _node.AskAsync("cluster", "down-unreachable"));

    [Fact]
    public async Task Shard_regions_are_listed_and_counted()
    {
        Assert.Equal(["backup-coordinators", "operations", "partition-workers", "restores"], await _node.AskAsync("cluster-sharding", "list-regions"));
        Assert.All(await _node.AskAsync("cluster-sharding", "region-stats"), line => Assert.Matches(
            @"^akka\.tcp://KafkaBackup@127\.0\.0\.1:\d+ \[coordinator,worker\]\((backup-coordinators|operations|partition-workers|restores)\)"
                + @" \| shards: \d+ \| entities: \d+$", line));
        Assert.Contains("(partition-workers)",
            Assert.Single(await _node.AskAsync("cluster-sharding", "region-stats", "-t", "partition-workers")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_hierarchy_begins_where_it_is_told_and_ends_at_the_depth()
    {
        Assert.Equal(["/user"], await _node.AskAsync("actor", "hierarchy", "-d", "0"));
        var below = await _node.AskAsync("actor", "hierarchy", "-d", "1");
        Assert.Contains("/user/permits", below);
        Assert.All(below.Skip(1), path => Assert.Matches("^/user/[^/]+$", path));
        Assert.Equal(["/user/permits"], await _node.AskAsync("actor", "hierarchy", "-s", "/user/permits"));
        Assert.Contains("/system/sharding/partition-workers", await _node.AskAsync("actor", "hierarchy", "-s", "/system/sharding"));
    }

    [Fact]
    public async Task The_settings_in_force_are_shown_without_secrets()
    {
        Assert.Equal(["akka://KafkaBackup"], await _node.AskAsync("actor", "system"));
        var lines = await _node.AskAsync("actor", "config");

        Assert.Contains("kafka-backup.http.port = 0", lines);
        Assert.Contains("akka.actor.provider = cluster", lines);
        Assert.Contains("akka.cluster.roles = [coordinator, worker]", lines);
        Assert.Contains("kafka-backup.pbm.token = <hidden>", lines);
        Assert.DoesNotContain(lines, line => line.Contains(NodeFixture.Secret, StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_last_lines_of_the_log_are_kept_and_the_next_ones_followed()
    {
        var log = _node.Services.GetRequiredService<ILoggerFactory>().CreateLogger("test");
        for (var i = 0; i < 300; i++)
        {
            Say(log, i);
        }

        var lines = await _node.AskAsync("log", "peek");
        Assert.Equal(200, lines.Count);
        Assert.Matches(@"^\d{4}-\d\d-\d\dT[0-9:.]+Z \[INFO\] line 299$", Assert.Single(await _node.AskAsync("log", "peek", "-n", "1")));

        await using var answers = _node.Client.SendAsync(["log", "tail", "-n", "1"], CancellationToken.None).GetAsyncEnumerator();
        await _node.FollowUntilAsync("line 299", answers);
        Say(log, 300);
        await _node.FollowUntilAsync("line 300", answers);
    }

    [Fact]
    public async Task Uptime_is_a_time() => Assert.Matches(@"^(\d+\.)?\d\d:\d\d:\d\d$", Assert.Single(await _node.AskAsync("uptime")));

    [Fact]
    public async Task Declared_backups_are_listed_shown_and_ordered()
    {
        Assert.Equal(["Count: 0 backups"], await _node.AskAsync("backup", "list"));
        var view = _node.Services.GetRequiredService<NodeView>();
        await view.Catalogue.Ask<CatalogueAnswer>(
            new DeclareBackup(new BackupId("nightly"), "backup_id: nightly", IsContinuous: false) { Schedule = "0 0 1 1 *" }, TestLimits.Hang);

        Assert.Equal(["nightly | Waiting | 0 0 1 1 * | no run has ended", "Count: 1 backups"], await _node.AskAsync("backup", "list"));
        Assert.Equal(["nightly: pause"], await _node.AskAsync("backup", "pause", "nightly"));
        Assert.Equal(["nightly | Paused | 0 0 1 1 * | no run has begun"], await _node.AskAsync("backup", "status", "nightly"));
        Assert.Equal(["nightly: resume"], await _node.AskAsync("backup", "resume", "nightly"));
        Assert.Equal(["nightly: cancel"], await _node.AskAsync("backup", "cancel", "nightly"));
        Assert.Equal(["nightly | Waiting | 0 0 1 1 * | no run has begun"], await _node.AskAsync("backup", "status", "nightly"));
    }

    [Fact]
    public async Task A_node_is_drained_and_takes_partitions_again()
    {
        Assert.Equal([$"{_node.Address} is drained: it takes no partitions"], await _node.AskAsync("backup", "drain"));
        Assert.Equal([$"{_node.Address} takes partitions"], await _node.AskAsync("backup", "undrain"));
    }

    [Theory]
    [InlineData("partitions")]
    [InlineData("lag")]
    [InlineData("gaps")]
    public async Task A_backup_that_cannot_be_looked_into_is_told_in_a_sentence(string verb)
    {
        var declared = new DeclareBackup(new BackupId($"blind-{verb}"), "backup_id: blind", IsContinuous: false) { Schedule = "0 0 1 1 *" };
        await _node.Services.GetRequiredService<NodeView>().Catalogue.Ask<CatalogueAnswer>(declared, TestLimits.Hang);

        var refused = await Assert.ThrowsAsync<BackupException>(() => _node.AskAsync("backup", verb, declared.Backup.Value));

        Assert.Contains("source", refused.Message, StringComparison.Ordinal);
        await _node.AskAsync("backup", "list");
        await _node.Services.GetRequiredService<NodeView>().Catalogue.Ask<CatalogueAnswer>(new ChangeBackup(declared.Backup, CatalogueOrder.Remove), TestLimits.Hang);
    }

    [Fact]
    public async Task Help_lists_all_verbs_or_those_of_one_palette()
    {
        var all = await _node.AskAsync("help");
        Assert.Contains(all, line => line.StartsWith("  cluster-sharding region-stats [-t REGION]  ", StringComparison.Ordinal));
        Assert.Contains(all, line => line.StartsWith("  backup pause BACKUP ", StringComparison.Ordinal));

        var log = await _node.AskAsync("help", "log");
        Assert.Equal(3, log.Count);
        Assert.Equal(log, await _node.AskAsync("log", "help"));
    }

    [Theory]
    [InlineData("clustre show", "There is no palette 'clustre'. This node has cluster, cluster-sharding, backup, actor, log, uptime, help.")]
    [InlineData("cluster shwo", "'cluster' has no verb 'shwo'. It has show, status, leader, join, leave, down, down-unreachable, tail.")]
    [InlineData("log", "'log' wants a verb. It has peek, tail.")]
    [InlineData("", "The command is empty. This node has cluster,")]
    [InlineData("cluster down", "-a is missing. Usage: cluster down -a ADDRESS")]
    [InlineData("cluster down -a", "-a takes one ADDRESS, once. Usage:")]
    [InlineData("cluster show nodes", "'nodes' is not understood. Usage: cluster show")]
    [InlineData("backup status", "BACKUP is missing. Usage: backup status BACKUP")]
    [InlineData("actor hierarchy -d deep", "-d takes a number, and 'deep' is none. Usage: actor hierarchy [-d DEPTH] [-s PATH]")]
    [InlineData("log tail -n -1", "-n takes a number, and '-1' is none.")]
    [InlineData("actor hierarchy -s /nowhere", "There is no actor '/nowhere' on this node.")]
    [InlineData("cluster status -a here", "'here' is no address. Give host:port, as node-0:4053.")]
    [InlineData("cluster leave -a 127.0.0.1:1", "akka.tcp://KafkaBackup@127.0.0.1:1 is no member of the cluster that this node sees.")]
    [InlineData("cluster down -a akka.tcp://Other@127.0.0.1:1", "'akka.tcp://Other@127.0.0.1:1' is not of this system")]
    [InlineData("cluster join -a 127.0.0.1:1", "This node is in a cluster of 1 already.")]
    [InlineData("cluster-sharding region-stats -t x", "There is no region 'x'. This node has backup-coordinators, operations, partition-workers, restores.")]
    [InlineData("backup pause unknown", "No backup 'unknown' is declared in this cluster.")]
    public async Task What_is_wrong_is_said_with_what_there_is(string command, string sentence)
    {
        var e = await Assert.ThrowsAsync<BackupException>(() => _node.AskAsync(command.Split(' ', StringSplitOptions.RemoveEmptyEntries)));

        Assert.StartsWith(sentence, e.Message, StringComparison.Ordinal);
        Assert.Equal(ExitCode.Usage, ExitCode.Of(e.Kind));
    }

    [Theory]
    [InlineData("cluster show", "address")]
    [InlineData("cluster leader", "address")]
    [InlineData("cluster-sharding list-regions", "region")]
    [InlineData("cluster-sharding region-stats", "entities")]
    [InlineData("actor hierarchy", "path")]
    [InlineData("actor config", "value")]
    [InlineData("log peek", "line")]
    [InlineData("uptime", "uptime")]
    [InlineData("help", "usage")]
    public async Task For_programs_each_line_is_an_object(string command, string field)
    {
        var output = new StringWriter();
        await PbmOutput.WriteAsync(_node.Client, command.Split(' '), asJson: true, output, CancellationToken.None);

        var lines = output.ToString().Split(Environment.NewLine, StringSplitOptions.RemoveEmptyEntries);
        Assert.NotEmpty(lines);
        Assert.All(lines, line => Assert.True(JsonDocument.Parse(line).RootElement.TryGetProperty(field, out _), line));
    }

    private static void Say(ILogger log, int number) =>
        log.Log(LogLevel.Information, default, number, exception: null, (line, _) => $"line {line}");
}
