using System.Text.Json.Nodes;
using KafkaBackup.EndToEnd.Tests.Support;
using KafkaBackup.Shared;
using KafkaBackup.Shared.Kafka;
using KafkaBackup.Testing.Kafka;
using static KafkaBackup.Cli.ExitCode;

namespace KafkaBackup.EndToEnd.Tests;

/// <summary>Consumer groups go back to where a snapshot has them.</summary>
public sealed class OffsetRollbackTests : BrokerTest
{
    [Fact]
    public async Task Groups_go_back_to_a_snapshot_and_what_is_given_up_is_told()
    {
        PartitionId first = new(await NewTopicAsync(partitions: 3), 0), second = first with { Number = 1 }, third = first with { Number = 2 };
        var (billing, mailer, backup) = (Name("billing"), Name("mailer"), NewBackup(first.Topic));
        backup.WriteConfig();
        Directory.CreateDirectory(backup.Store);
        await Broker.CommitAsync(billing, (first, 7), (second, 3));
        await Broker.CommitAsync(mailer, (first, 1));

        var taken = (await RunAsync(backup, "snapshot", "--groups", $"{billing},{mailer}", "--format", "json")).AssertExit(Ok);
        var id = JsonNode.Parse(taken.Output)!["snapshot_id"]!.GetValue<string>();
        await Broker.CommitAsync(billing, (first, 9), (third, 4));
        var before = await RunAsync(backup, "verify", "--snapshot-id", id);
        var rollback = await RunAsync(backup, "rollback", "--snapshot-id", id);
        var after = await RunAsync(backup, "verify", "--snapshot-id", id);

        Assert.Contains($"  {first} at 9, in the snapshot at 7\n", before.AssertExit(Failure).Output, StringComparison.Ordinal);
        rollback.AssertExit(Ok).AssertSays($"{first.Topic},0,9\n").AssertSays($"'{billing}' has offset 4 in {third}, which the snapshot does not have");
        Assert.Contains($"'{billing}' is set back in 1 partition\n", rollback.Output, StringComparison.Ordinal);
        Assert.EndsWith("Result: MATCH\n", after.AssertExit(Ok).Output, StringComparison.Ordinal);
        Assert.Equal((7, 3, 4), (await Broker.CommittedAsync(billing, first), await Broker.CommittedAsync(billing, second), await Broker.CommittedAsync(billing, third)));
    }

    [Fact]
    public async Task Metadata_goes_back_too_and_a_difference_in_it_is_told()
    {
        var (partition, billing, backup) = (new PartitionId(await NewTopicAsync(), 0), Name("billing"), NewBackup("unused"));
        backup.WriteConfig();
        Directory.CreateDirectory(backup.Store);
        using var raw = new RawGroups(Broker.Address);
        await raw.CommitAsync(billing, (partition, new(7, "read by a", 0)));
        var taken = (await RunAsync(backup, "snapshot", "--groups", billing, "--format", "json")).AssertExit(Ok);
        var id = JsonNode.Parse(taken.Output)!["snapshot_id"]!.GetValue<string>();
        await raw.CommitAsync(billing, (partition, new(7, "read by b", 0)));

        var before = await RunAsync(backup, "verify", "--snapshot-id", id);
        var rollback = await RunAsync(backup, "rollback", "--snapshot-id", id);
        var after = await RunAsync(backup, "verify", "--snapshot-id", id);

        Assert.Contains($"  {partition} at 7 with metadata 'read by b', in the snapshot with 'read by a'\n", before.AssertExit(Failure).Output, StringComparison.Ordinal);
        rollback.AssertExit(Ok).AssertSays($"Consumer group '{billing}' has the metadata 'read by b' in {partition}, which that does not bring back");
        Assert.EndsWith("Result: MATCH\n", after.AssertExit(Ok).Output, StringComparison.Ordinal);
        Assert.Equal(new CommittedOffset(7, "read by a"), await raw.FetchAsync(billing, partition));
    }

    [Theory]
    [InlineData(Usage, "There is no offset snapshot 'snap-1-00000001'", "show", "--snapshot-id", "snap-1-00000001")]
    [InlineData(Usage, "--snapshot-id: '../nightly' is no snapshot id", "delete", "--snapshot-id", "../nightly")]
    [InlineData(Usage, "Give either --bootstrap-servers or --config.", "verify", "--snapshot-id", "s")]
    [InlineData(Usage, "--bootstrap-servers: 'kafka' must be host:port", "snapshot", "--bootstrap-servers", "kafka")]
    public async Task What_cannot_be_done_is_told_in_a_sentence(int exit, string sentence, params string[] arguments)
    {
        var backup = NewBackup("unused");
        Directory.CreateDirectory(backup.Store);

        var run = await CliRun.RunAsync(["offset-rollback", .. arguments, "--path", backup.Store]);

        run.AssertExit(exit).AssertOneFailure(sentence);
    }

    [Fact]
    public async Task A_damaged_snapshot_is_named_beside_those_that_are_sound()
    {
        var backup = NewBackup("unused");
        Put(backup, "sound", "{}");
        Put(backup, "cut", "{");

        var list = (await CliRun.RunAsync("offset-rollback", "list", "--path", backup.Store)).AssertExit(Incomplete).AssertSays("offset-snapshots/cut/snapshot.json");

        Assert.Matches(@"^  snapshot +taken +groups +offsets  description\n  sound +2025-08-18T13:09:29.000Z +0 +0\n$", list.Output);
    }

    private static void Put(TestBackup backup, string id, string groups)
    {
        var folder = Directory.CreateDirectory(Path.Combine(backup.Store, "offset-snapshots", id));
        File.WriteAllText(
            Path.Combine(folder.FullName, "snapshot.json"), $$"""{"snapshot_id": "{{id}}", "created_at": "2025-08-18T13:09:29Z", "group_offsets": {{groups}}}""");
    }

    private static Task<CliResult> RunAsync(TestBackup backup, string verb, params string[] options) =>
        CliRun.RunAsync(["offset-rollback", verb, "--path", backup.Store, "--config", backup.ConfigPath, .. options]);
}
