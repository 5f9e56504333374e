using KafkaBackup.EndToEnd.Tests.Support;
using KafkaBackup.Shared;
using KafkaBackup.Shared.Kafka;
using KafkaBackup.Testing.Kafka;
using static KafkaBackup.Cli.ExitCode;

namespace KafkaBackup.EndToEnd.Tests;

/// <summary>Consumer groups read on where they would have read on at the source.</summary>
public sealed class RestoredGroupsTests : BrokerTest
{
    private const string NoMembers = "The embedded broker has no members of consumer groups.";
    private const string All = "auto_consumer_groups: true";

    [Fact]
    public async Task Each_group_reads_next_what_it_would_have_read_next()
    {
        var (first, backup) = (await NewTopicWithHolesAsync(), NewGroupBackup());
        var end = (await Broker.ReadAsync(first))[^1].Offset;
        var second = first with { Number = 1 };
        foreach (var offset in Enumerable.Range(0, (int)end + 3))
        {
            await Broker.CommitAsync(Name($"at-{offset}"), (first, offset), (second, offset % 4));
        }

        await Broker.CommitAsync(Name("idle"), (first with { Number = 2 }, 0));
        await backup.SucceedAsync();

        (await backup.RestoreAsync(To(first.Topic), All, "partition_mapping: {1: 3}")).AssertExit(Ok)
            .AssertSays($"Consumer group '{Name("at-7")}' is set in 2 partition(s)").AssertSaysNothingOf("is not set");

        foreach (var offset in Enumerable.Range(0, (int)end + 3))
        {
            var group = Name($"at-{offset}");
            Assert.Equal(await Broker.NextOfAsync(group, first), await Broker.NextOfAsync(group, new PartitionId(Name("restored"), 0)));
            Assert.Equal(await Broker.NextOfAsync(group, second), await Broker.NextOfAsync(group, new PartitionId(Name("restored"), 3)));
        }

        Assert.Equal(0, await Broker.CommittedAsync(Name("idle"), new PartitionId(Name("restored"), 2)));
    }

    [Fact]
    public async Task A_client_at_the_target_reads_what_was_committed_beside_the_offset()
    {
        var (partition, backup, target) = (await NewTopicWithHolesAsync(), NewGroupBackup(), new PartitionId(Name("restored"), 0));
        using var raw = new RawGroups(Broker.Address);
        await raw.CommitAsync(Name("billing"), (partition, new(6, "read by a", 0)));
        await backup.SucceedAsync();

        (await backup.RestoreAsync(To(partition.Topic), All)).AssertExit(Ok);

        Assert.Equal(new CommittedOffset(5, "read by a"), await raw.FetchAsync(Name("billing"), target));
    }

    [Fact]
    public async Task Metadata_that_the_target_does_not_take_is_told_and_its_offset_is_set()
    {
        var (partition, backup, target) = (await NewTopicWithHolesAsync(), NewGroupBackup(), new PartitionId(Name("restored"), 0));
        using var raw = new RawGroups(Broker.Address);
        await raw.CommitAsync(Name("billing"), (partition, new(6, "read by a")));
        await backup.SucceedAsync();
        var snapshot = backup.PathOf("consumer-groups-snapshot.json"); // As of a source that takes more.
        File.WriteAllText(snapshot, File.ReadAllText(snapshot).Replace("read by a", new string('x', 5_000), StringComparison.Ordinal));

        (await backup.RestoreAsync(To(partition.Topic), All)).AssertExit(Ok)
            .AssertSays($"Consumer group '{Name("billing")}' is set in {target} without the metadata that it had committed");

        Assert.Equal(new CommittedOffset(5, ""), await raw.FetchAsync(Name("billing"), target));
    }

    [Fact]
    public async Task Of_a_window_each_group_reads_next_the_first_record_that_it_had_not_read()
    {
        var (partition, backup) = (new PartitionId(await NewTopicAsync(), 0), NewGroupBackup());
        var times = new Random(11);
        var produced = (await Broker.ProduceAsync(
            partition, SampleRecords.Plain(40).Select(record => record with { Timestamp = 1_700_000_000_000 + times.Next(1_000) }))).ByPartition[partition];
        foreach (var offset in Enumerable.Range(0, 41))
        {
            await Broker.CommitAsync(Name($"at-{offset}"), (partition, offset));
        }

        await backup.SucceedAsync();

        (await backup.RestoreAsync(To(partition.Topic), All, "time_window_start: 1700000000250", "time_window_end: 1700000000750")).AssertExit(Ok);

        foreach (var offset in Enumerable.Range(0, 41))
        {
            var next = produced.FirstOrDefault(record => record.Offset >= offset && record.Timestamp is >= 1_700_000_000_250 and <= 1_700_000_000_750);
            Assert.Equal(TestBroker.KeyOf(next), await Broker.NextOfAsync(Name($"at-{offset}"), new PartitionId(Name("restored"), 0)));
        }
    }

    [Theory]
    [InlineData("timestamp-based", 2L, "set by the times of records")]
    [InlineData("cluster-scan", 4L, "records are the same as in the backup")]
    [InlineData("manual", null, "offset-reset script")]
    [InlineData("header-based", 4L, "is set in 1 partition(s)")]
    public async Task A_strategy_of_OSOs_does_what_its_documents_say(string strategy, long? place, string sentence)
    {
        var (partition, backup) = (new PartitionId(await NewTopicAsync(), 0), NewGroupBackup());
        await Broker.ProduceAsync(partition, SampleRecords.Plain(9).Select((record, number) => record with { Timestamp = 1_700_000_000_000 + (number == 4 ? 15 : number * 10) })); // The group's next one is older than those before it.
        await Broker.CommitAsync(Name("billing"), (partition, 4));
        await backup.SucceedAsync();

        (await backup.RestoreAsync(To(partition.Topic), All, $"consumer_group_strategy: {strategy}")).AssertExit(Ok).AssertSays(sentence);

        Assert.Equal(place, await Broker.CommittedAsync(Name("billing"), new PartitionId(Name("restored"), 0)));
    }

    [Fact]
    public async Task A_dry_run_tells_what_a_group_that_is_named_would_become_and_sets_none()
    {
        var (partition, backup) = (await NewTopicWithHolesAsync(), NewGroupBackup());
        await Broker.CommitAsync(Name("billing"), (partition, 6));
        await Broker.CommitAsync(Name("mailer"), (partition, 1));
        await backup.SucceedAsync();
        string[] lines = ["reset_consumer_offsets: true", $"consumer_groups: [{Name("billing")}]"];

        (await backup.RestoreAsync(To(partition.Topic), [.. lines, "dry_run: true"])).AssertExit(Ok)
            .AssertSays($"Consumer group '{Name("billing")}' would be set to offset 5 of {Name("restored")}:0, at the source 6").AssertSaysNothingOf(Name("mailer"));
        (await backup.RestoreAsync(To(partition.Topic), lines)).AssertExit(Ok);

        Assert.Equal(5, await Broker.CommittedAsync(Name("billing"), new PartitionId(Name("restored"), 0)));
        Assert.Null(await Broker.CommittedAsync(Name("mailer"), new PartitionId(Name("restored"), 0)));
    }

    [Fact]
    public async Task Groups_are_set_after_a_restore_that_set_none()
    {
        var (partition, backup) = (await NewTopicWithHolesAsync(), NewGroupBackup());
        await Broker.CommitAsync(Name("billing"), (partition, 6));
        await Broker.CommitAsync(Name("mailer"), (partition, 1));
        await backup.SucceedAsync();
        string[] which = ["--path", backup.Store, "--backup-id", backup.Id, "--bootstrap-servers", Broker.Address];
        var target = new PartitionId(Name("restored"), 0);
        (await CliRun.RunAsync(["offset-reset", "plan", .. which])).AssertExit(Usage).AssertOneFailure($"No restore of backup '{backup.Id}' has come to its end");
        (await backup.RestoreAsync(To(partition.Topic))).AssertExit(Ok);
        await Broker.CommitAsync(Name("mailer"), (target, 3));

        (await CliRun.RunAsync(["offset-reset", "plan", .. which, "-g", Name("nobody")])).AssertExit(Usage).AssertOneFailure($"holds no offsets of consumer group '{Name("nobody")}'");
        Assert.Equal(
            $"group,topic,partition,current_offset,target_offset\n{Name("billing")},{target.Topic},0,,5\n{Name("mailer")},{target.Topic},0,3,1\n",
            (await CliRun.RunAsync(["offset-reset", "plan", .. which, "-f", "csv"])).AssertExit(Ok).Output);
        (await CliRun.RunAsync(["offset-reset", "plan", .. which, "--restore-id", "none"])).AssertExit(Usage).AssertOneFailure($"Backup '{backup.Id}' has no restore 'none' that ended.");
        var script = Path.Combine(backup.Root, "reset.sh");
        (await CliRun.RunAsync(["offset-reset", "script", .. which, "-o", script])).AssertExit(Ok);
        Assert.Contains($"\n{target.Topic},0,5\nEND\nreset '{Name("billing")}'\n", await File.ReadAllTextAsync(script), StringComparison.Ordinal);
        Assert.Equal($"Consumer group '{Name("mailer")}' is set in 1 partition\n", (await CliRun.RunAsync(["offset-reset", "execute", .. which, "-g", Name("mailer")]))
            .AssertExit(Ok).AssertSays($"{target.Topic},0,3").Output);
        (await CliRun.RunAsync(["offset-reset-bulk", .. which, "--max-concurrent", "0"])).AssertExit(Usage).AssertOneFailure("--max-concurrent: must be a whole number from 1 to 1000.");
        Assert.Contains("\"groups_set\": 2", (await CliRun.RunAsync(["offset-reset-bulk", .. which, "-f", "json"])).AssertExit(Ok).Output, StringComparison.Ordinal);
        (await CliRun.RunAsync("show-offset-mapping", "--path", backup.Store, "--backup-id", backup.Id, "--restore-id", "none")).AssertExit(Usage).AssertOneFailure("has no restore 'none' that ended.");
        Assert.Contains($"\n{target.Topic},0,", (await CliRun.RunAsync("show-offset-mapping", "--path", backup.Store, "--backup-id", backup.Id, "-f", "csv")).AssertExit(Ok).Output, StringComparison.Ordinal);

        Assert.Equal(5, await Broker.CommittedAsync(Name("billing"), target));
        Assert.Equal(1, await Broker.CommittedAsync(Name("mailer"), target));
    }

    [Fact]
    public async Task A_group_that_stood_elsewhere_is_set_anew_in_the_topic_of_its_name()
    {
        var (partition, backup) = (await NewTopicWithHolesAsync(), NewGroupBackup());
        await Broker.CommitAsync(Name("billing"), (partition, 6));
        await backup.SucceedAsync();
        await Broker.CommitAsync(Name("billing"), (partition, 9));
        await Broker.DeleteTopicAndWaitAsync(partition.Topic);

        (await backup.RestoreAsync(new Dictionary<string, string>(), All)).AssertExit(Ok);

        Assert.Equal(5, await Broker.CommittedAsync(Name("billing"), partition));
    }

    [SkippableFact]
    public async Task A_group_whose_consumers_run_is_told_before_and_after_with_its_offsets_and_the_others_are_set()
    {
        Skip.IfNot(TestBroker.IsReal, NoMembers);
        var (partition, backup) = (await NewTopicWithHolesAsync(), NewGroupBackup());
        await Broker.CommitAsync(Name("billing"), (partition, 6));
        await Broker.CommitAsync(Name("mailer"), (partition, 1));
        await backup.SucceedAsync();
        using var member = await Broker.JoinAsync(Name("billing"), await NewTopicAsync("other"));

        (await backup.RestoreAsync(To(partition.Topic), All)).AssertExit(Source)
            .AssertSays($"1 consumer group(s) have active members at the target: '{Name("billing")}'")
            .AssertSays($"Consumer group '{Name("billing")}' has active members, so that its offsets cannot be set: waiting for them, 30 s")
            .AssertSays($"Cannot set the offsets of consumer group '{Name("billing")}' at {Broker.Address}: it has active members")
            .AssertSays($"{Name("restored")},0,5")
            .AssertOneFailure("1 consumer group(s) could not be set; see above.");

        Assert.Equal(1, await Broker.CommittedAsync(Name("mailer"), new PartitionId(Name("restored"), 0)));
        Assert.Null(await Broker.CommittedAsync(Name("billing"), new PartitionId(Name("restored"), 0)));
    }

    [SkippableFact]
    public async Task Terminated_while_it_waits_for_consumers_a_restore_ends_and_tells_the_offsets_that_are_not_set()
    {
        Skip.IfNot(TestBroker.IsReal, NoMembers);
        var (partition, backup) = (await NewTopicWithHolesAsync(), NewGroupBackup());
        await Broker.CommitAsync(Name("billing"), (partition, 6));
        await Broker.CommitAsync(Name("mailer"), (partition, 1));
        await backup.SucceedAsync();
        using var member = await Broker.JoinAsync(Name("billing"), await NewTopicAsync("other"));
        using var run = backup.StartRestore(To(partition.Topic), All);
        while (await Broker.CommittedAsync(Name("mailer"), new PartitionId(Name("restored"), 0)) is null)
        {
            Assert.False(run.HasExited);
        }

        await run.TerminateAsync();

        (await run.FinishAsync()).AssertExit(Interrupted).AssertSays($"The offsets of consumer group '{Name("billing")}' are not set, as the restore was stopped.")
            .AssertSays($"{Name("restored")},0,5");
    }

    [Theory]
    [InlineData("auto_consumer_groups: true", "restore.auto_consumer_groups wants consumer groups to be set, and backup 'nightly' holds no offsets of any")]
    [InlineData("reset_consumer_offsets: true", "restore.reset_consumer_offsets: needs consumer_groups, or auto_consumer_groups: true")]
    public async Task What_cannot_be_set_is_refused_before_anything_is_made(string line, string sentence)
    {
        var topic = await NewTopicAsync();
        await ProduceAsync(PartitionsOf(topic, 1), 3, seed: 1);
        var backup = NewBackup(topic);
        await backup.SucceedAsync();

        (await backup.RestoreAsync(To(topic), line)).AssertExit(Usage).AssertSays(sentence);
        (await backup.RestoreAsync(To(topic))).AssertExit(Ok); // Nothing is there that would be in its way.
    }

    /// <summary>Partition 0 has offsets of markers and of an aborted transaction between its records: 0 to 3, 5, 9, 10; then a transaction's last.</summary>
    private async Task<PartitionId> NewTopicWithHolesAsync()
    {
        var partition = new PartitionId(await NewTopicAsync(partitions: 4), 0);
        using (var committed = Broker.BeginTransaction())
        {
            await committed.ProduceAsync(partition, SampleRecords.Plain(4, seed: 1));
            await committed.CommitAsync();
        }

        await Broker.ProduceAsync(partition, SampleRecords.Plain(1, seed: 2));
        using (var aborted = Broker.BeginTransaction())
        {
            await aborted.ProduceAsync(partition, SampleRecords.Plain(2, seed: 3));
            await aborted.AbortAsync();
        }

        await Broker.ProduceAsync(partition, SampleRecords.Plain(2, seed: 4));
        await Broker.ProduceAsync(partition with { Number = 1 }, SampleRecords.Plain(3, seed: 5));
        using var last = Broker.BeginTransaction();
        await last.ProduceAsync(partition, SampleRecords.Plain(2, seed: 6));
        await last.CommitAsync();
        return partition;
    }

    private TestBackup NewGroupBackup()
    {
        var backup = NewBackup(Name("orders"));
        backup.Config = backup.Config with { Backup = ["consumer_group_snapshot: true", "segment_max_records: 3"] };
        return backup;
    }

    private Dictionary<string, string> To(string topic) => new(StringComparer.Ordinal) { [topic] = Name("restored") };
}
