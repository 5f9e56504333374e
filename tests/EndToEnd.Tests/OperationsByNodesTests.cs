using KafkaBackup.Cli.Cluster;
using KafkaBackup.EndToEnd.Tests.Support;
using KafkaBackup.Management;
using KafkaBackup.Shared;
using KafkaBackup.Testing;
using static KafkaBackup.Cli.ExitCode;
using static KafkaBackup.Shared.Protocol.OperationProtocol;

namespace KafkaBackup.EndToEnd.Tests;

/// <summary>Operations on consumer groups and on what is stored, which nodes carry out.</summary>
public sealed class OperationsByNodesTests : BrokerTest
{
    [Fact]
    public async Task Groups_are_reset_and_rolled_back_what_was_restored_is_validated_and_what_is_stored_deleted()
    {
        using var cluster = await new TestCluster(2).StartAsync();
        using var client = new ClusterClient(cluster.Addresses, null, null);
        var topic = await NewTopicAsync(partitions: 2);
        await ProduceAsync(PartitionsOf(topic, 2), 50, seed: 41);
        var (first, second, group) = (new PartitionId(topic, 0), new PartitionId(topic, 1), Name("readers"));
        await Broker.CommitAsync(group, (first, 7), (second, 9));
        var backup = NewBackup(topic);
        backup.Config = backup.Config with { Backup = ["consumer_group_snapshot: true"] };
        await backup.SucceedAsync();
        var target = $"target:\n  bootstrap_servers: [\"{Broker.Address}\"]\n";
        var stored = $"backup_id: {backup.Id}\nstorage:\n  backend: filesystem\n  path: {backup.Store}\n";

        var reset = await CarryOutAsync(client, "reset-1", $"mode: offset-reset\n{target}reset:\n  strategy: to-latest\n  consumer_groups: [{group}]\n  snapshot_id: before-1\n");
        Assert.Equal((1, 0, "before-1"), (reset.Groups!.Set, reset.Groups.Failed, reset.Groups.SnapshotId));
        Assert.Equal((50, 50), (await Broker.CommittedAsync(group, first), await Broker.CommittedAsync(group, second)));

        var rollback = await CarryOutAsync(client, "rollback-1", $"mode: offset-rollback\n{target}rollback:\n  snapshot_id: before-1\n");
        Assert.Equal((1, 1), (rollback.Groups!.Set, rollback.Groups.Matched));
        Assert.Equal((7, 9), (await Broker.CommittedAsync(group, first), await Broker.CommittedAsync(group, second)));

        (await backup.RestoreAsync(new Dictionary<string, string>(StringComparer.Ordinal) { [topic] = Name("restored") })).AssertExit(Ok);
        var mapped = await CarryOutAsync(client, "reset-2", $"mode: offset-reset\n{target}{stored}reset:\n  strategy: from-mapping\n  consumer_groups: [{group}]\n");
        Assert.Equal(1, mapped.Groups!.Set);
        Assert.Equal(7, await Broker.CommittedAsync(group, new PartitionId(Name("restored"), 0)));

        var checks = (await CarryOutAsync(client, "validation-1",
            $"mode: validation\n{target}{stored}checks:\n  message_count: {{}}\n  offset_range: {{}}\n  consumer_group_offsets:\n    groups: [{group}]\n")).Checks!;
        Assert.Equal(["MessageCountCheck Passed", "OffsetRangeCheck Passed", "ConsumerGroupOffsetCheck Passed"], checks.Checks.Select(check => $"{check.Check} {check.Verdict}"));
        Assert.Equal("100 of 100 records are there.", checks.Checks[0].Message);

        var file = Path.Combine(backup.Root, "validation.yaml");
        await File.WriteAllTextAsync(file, $"{target}{stored}checks:\n  message_count: {{}}\nevidence:\n  formats: [json]\n");
        Assert.StartsWith("PASSED   MessageCountCheck: 100 of 100 records are there.\nReport: evidence-reports/validation-", (await CliRun.RunAsync("validation", "run", "-c", file)).AssertExit(Ok).Output, StringComparison.Ordinal);
        Assert.Single(Directory.GetFiles(Path.Combine(backup.Store, "evidence-reports"), "*.json", SearchOption.AllDirectories));
        await File.WriteAllTextAsync(file, $"{target}{stored}checks:\n  message_count:\n    topics: [absent]\n");
        Assert.Contains("Topic 'absent' is not in the backup", (await CliRun.RunAsync("validation", "run", "-c", file, "--format", "json")).AssertExit(Failure).Output, StringComparison.Ordinal);

        var deletion = await CarryOutAsync(client, "deletion-1", $"mode: deletion\n{stored}");
        Assert.Null(deletion.Deletion!.Problem);
        Assert.DoesNotContain(Directory.EnumerateFiles(backup.Store, "*", SearchOption.AllDirectories), file => file.StartsWith(Path.Combine(backup.Store, backup.Id) + "/", StringComparison.Ordinal));
        (await backup.SucceedAsync()).AssertSays("100"); // The next one begins anew.
    }

    [Fact]
    public async Task What_is_wrong_is_told_with_its_place_and_nothing_is_carried_out()
    {
        using var cluster = await new TestCluster(1).StartAsync();
        using var client = new ClusterClient(cluster.Addresses, null, null);

        var wrong = await Assert.ThrowsAsync<BackupException>(() => client.BeginOperationAsync(new OperationSubmission("reset-1", "mode: offset-reset\n"), default));
        var unnamed = await Assert.ThrowsAsync<BackupException>(() => client.BeginOperationAsync(new OperationSubmission("../a", "mode: deletion\n"), default));

        Assert.Contains("target: is required", wrong.Message, StringComparison.Ordinal);
        Assert.Contains("Its operation has to be a name", unnamed.Message, StringComparison.Ordinal);
        Assert.Equal(OperationState.Unknown, (await client.GetOperationAsync("reset-1", default)).State);
    }

    private static async Task<OperationStatus> CarryOutAsync(ClusterClient client, string name, string definition)
    {
        var status = await client.BeginOperationAsync(new OperationSubmission(name, definition), default);
        for (var waited = System.Diagnostics.Stopwatch.StartNew(); status.State != OperationState.Ended; status = await client.GetOperationAsync(name, default))
        {
            Assert.True(waited.Elapsed < TestLimits.Hang, $"{name} does not end.");
            await Task.Delay(TimeSpan.FromMilliseconds(50));
        }

        Assert.True(status.Failure is null, status.Failure?.Message);
        return status;
    }
}
