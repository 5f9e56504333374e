using System.Text.Json;
using KafkaBackup.EndToEnd.Tests.Support;
using KafkaBackup.Shared;
using static KafkaBackup.Cli.ExitCode;

namespace KafkaBackup.EndToEnd.Tests;

/// <summary>Records come back into topics that others made, as long as those are empty and keep them.</summary>
public sealed class RestoreIntoExistingTests : BrokerTest
{
    private const string Keeps = "9223372036854775807";

    private static readonly (string, string)[] KeepsAll = [("retention.ms", "-1"), ("message.timestamp.before.max.ms", Keeps), ("message.timestamp.after.max.ms", Keeps)];

    [Fact]
    public async Task An_empty_topic_is_filled_from_where_it_ends()
    {
        var (backup, topic, produced) = await BackedUpAsync();
        var target = await NewTopicAsync("target", 3, KeepsAll);
        await UseAsync(target);

        (await backup.RestoreAsync(To(topic, target), TestBackup.IntoExisting)).AssertExit(Ok)
            .AssertSays("Restored 100 records of 2 partition(s) in 1 topic(s), as counted at the target").AssertSaysNothingOf("to delete and compact nothing");

        await AssertRestoredAsync(target, produced, begin: 7);
    }

    [Fact]
    public async Task A_topic_that_holds_records_is_emptied_when_that_is_wanted_and_only_then()
    {
        var (backup, topic, produced) = await BackedUpAsync();
        var target = await NewTopicAsync("target", 2, KeepsAll);
        await Broker.ProduceAsync(new PartitionId(target, 0), SampleRecords.Plain(7));
        await Broker.ProduceAsync(new PartitionId(target, 1), SampleRecords.Plain(7));

        (await backup.RestoreAsync(To(topic, target), TestBackup.IntoExisting)).AssertExit(Usage).AssertOneFailure("at the target, and nothing was restored. Delete its records, or let the restore do that");
        var dry = (await backup.RestoreAsync(To(topic, target), TestBackup.IntoExisting, "purge_topics: true", "dry_run: true", "--format json")).AssertExit(Ok).AssertSays($"[WARN] 14 records of topic '{target}' would be deleted");
        Assert.Equal(14, JsonDocument.Parse(dry.Output).RootElement.GetProperty("topics_to_restore")[0].GetProperty("records_to_delete").GetInt64());
        (await backup.RestoreAsync(To(topic, target), TestBackup.IntoExisting, "purge_topics: true")).AssertExit(Ok).AssertSays($"Deleting 14 records of topic '{target}' at the target");

        await AssertRestoredAsync(target, produced, begin: 7);
    }

    [Fact]
    public async Task Records_are_added_to_those_of_a_topic_when_that_is_wanted()
    {
        var (backup, topic, produced) = await BackedUpAsync();
        var target = await NewTopicAsync("target", 2, KeepsAll);
        var before = new ProducedRecords();
        before.Add(await Broker.ProduceAsync(new PartitionId(target, 0), SampleRecords.Plain(7)));

        (await backup.RestoreAsync(To(topic, target), TestBackup.IntoExisting, "existing_topic_policy: append", "--verify full")).AssertExit(Ok)
            .AssertSays("Restored 100 records of 2 partition(s) in 1 topic(s), as counted at the target");
        (await backup.RestoreAsync(To(topic, target), TestBackup.IntoExisting, "existing_topic_policy: append")).AssertExit(Usage).AssertOneFailure("restored by this very restore");

        var there = await Broker.ReadAsync(new PartitionId(target, 0));
        IEnumerable<LogRecord> expected = [.. before.ByPartition.Values.Single(), .. produced.ByPartition[new PartitionId(topic, 0)]];
        Assert.Equal(expected.Index().Select(record => (record.Item with { Offset = record.Index }).ToString()), there.Select(record => record.ToString()));
    }

    [SkippableFact]
    public async Task A_topic_that_would_delete_the_records_is_refused_or_held_and_gets_its_settings_back_by_the_command_that_is_told()
    {
        Skip.IfNot(TestBroker.IsReal, "The embedded broker changes no settings.");
        var (backup, topic, produced) = await BackedUpAsync(); // Records of 2024.
        var target = await NewTopicAsync("target", 2, [("retention.ms", "604800000"), ("message.timestamp.before.max.ms", Keeps), ("message.timestamp.after.max.ms", Keeps)]);

        (await backup.RestoreAsync(To(topic, target), TestBackup.IntoExisting)).AssertExit(Usage)
            .AssertOneFailure($"Topic '{target}' at the target would not keep what is restored as it was: retention.ms is 604800000, and there are records of 2024");
        Assert.Empty(await Broker.ReadAsync(new PartitionId(target, 0)));
        (await backup.RestoreAsync(To(topic, target), TestBackup.IntoExisting, "retention_policy: hold", "dry_run: true")).AssertExit(Ok)
            .AssertSays($"Topic '{target}' is there, with 2 partition(s), and retention.ms would be changed");
        Assert.Equal("604800000", await Broker.SettingOfAsync(target, "retention.ms"));

        (await backup.RestoreAsync(To(topic, target), TestBackup.IntoExisting, "retention_policy: hold")).AssertExit(Ok)
            .AssertSays($"Topic '{target}' was changed to delete and compact nothing").AssertSays($"--entity-name {target} --add-config 'retention.ms=604800000'");

        Assert.Equal("-1", await Broker.SettingOfAsync(target, "retention.ms"));
        await AssertRestoredAsync(target, produced);

        var config = Path.Combine(backup.Root, "restore.yaml");
        Assert.Equal($"Topic '{target}' would get back: retention.ms=604800000. From then on it may delete what was restored: 100 records were older than it keeps when they were restored.\n", (await CliRun.RunAsync("restore", "release", "-c", config, "--dry-run")).AssertExit(Ok).Output);
        Assert.Equal("-1", await Broker.SettingOfAsync(target, "retention.ms"));
        Assert.Equal($"Topic '{target}' has got back: retention.ms=604800000. From now on it may delete what was restored: 100 records were older than it keeps when they were restored.\n", (await CliRun.RunAsync("restore", "release", "-c", config)).AssertExit(Ok).Output);
        Assert.Equal("604800000", await Broker.SettingOfAsync(target, "retention.ms"));
        Assert.Equal("Nothing is held of topics of this restore.\n", (await CliRun.RunAsync("restore", "release", "-c", config)).AssertExit(Ok).Output);
    }

    [SkippableTheory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_a_topic_would_not_keep_is_left_out_when_that_is_wanted_also_after_a_kill(bool isKilled)
    {
        Skip.IfNot(TestBroker.IsReal, "The embedded broker changes no settings.");
        var (topic, now) = (await NewTopicAsync(), TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds());
        var partition = new PartitionId(topic, 0);
        var produced = new ProducedRecords();
        produced.Add(await Broker.ProduceAsync(partition, SampleRecords.Plain(60).Select((record, number) => record with { Timestamp = number % 3 == 0 ? record.Timestamp : now - number, Key = number % 5 == 0 ? null : record.Key })));
        var backup = NewBackup(topic);
        await backup.SucceedAsync();
        var target = await NewTopicAsync("target", 1, [("retention.ms", "604800000"), ("cleanup.policy", "compact,delete"), ("min.compaction.lag.ms", "600000")]);
        string[] lines = [TestBackup.IntoExisting, "retention_policy: skip"];
        if (isKilled)
        {
            using var run = backup.StartRestore(To(topic, target), [.. lines, "rate_limit_records_per_sec: 8"]);
            await Broker.WaitForStableEndAsync(partition with { Topic = target }, 10);
            await run.KillAsync();
        }

        var restored = (await backup.RestoreAsync(To(topic, target), [.. lines, "--verify full"])).AssertExit(Incomplete).AssertSays(
            $"Topic '{target}': 28 record(s) are left out, as restore.retention_policy wants it: 16 that it would delete for their age, 0 that it would refuse for their time, 12 that it would refuse as they have no key");

        var left = produced.ByPartition[partition].Where((_, number) => number % 3 != 0 && number % 5 != 0).ToList();
        Assert.Equal(32, left.Count);
        Assert.Equal(left.Index().Select(record => (record.Item with { Offset = record.Index }).ToString()), (await Broker.ReadAsync(partition with { Topic = target })).Select(record => record.ToString()));
        Assert.Equal("604800000", await Broker.SettingOfAsync(target, "retention.ms"));
        restored.AssertSaysNothingOf("restore release");
    }

    [Fact]
    public async Task A_dry_run_names_all_topics_that_are_in_the_way()
    {
        string[] topics = [await NewTopicAsync("full"), await NewTopicAsync("few", 2), await NewTopicAsync("absent")];
        foreach (var name in topics)
        {
            await Broker.ProduceAsync(new PartitionId(name, name == topics[1] ? 1 : 0), SampleRecords.Plain(10));
        }

        var backup = NewBackup(topics);
        await backup.SucceedAsync();
        string[] targets = [await NewTopicAsync("full-target", 1, KeepsAll), await NewTopicAsync("few-target", 1, KeepsAll), Name("absent-target")];
        await Broker.ProduceAsync(new PartitionId(targets[0], 0), SampleRecords.Plain(1));

        (await backup.RestoreAsync(Enumerable.Range(0, 3).ToDictionary(number => topics[number], number => targets[number]), TestBackup.IntoExisting, "dry_run: true")).AssertExit(Usage)
            .AssertSays($"{targets[0]}:0 holds offsets 0 to 1 at the target").AssertSays($"Topic '{targets[1]}' has 1 partition(s) at the target").AssertSays($"The target has no topic '{targets[2]}'").AssertSaysNothingOf("Exception");
    }

    [SkippableFact]
    public async Task What_a_topic_would_do_to_the_records_is_counted_before_anything_is_written()
    {
        Skip.IfNot(TestBroker.IsReal, "The embedded broker changes no settings.");
        var (topic, now) = (await NewTopicAsync("orders", 1, KeepsAll), TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds());
        var partition = new PartitionId(topic, 0);
        await Broker.ProduceAsync(partition, [
            .. SampleRecords.Plain(5), // Of 2024.
            .. SampleRecords.Plain(4).Select(record => record with { Timestamp = now + (30 * 86_400_000L) }),
            .. SampleRecords.Plain(3, seed: 42, bytes: 9_000).Select(record => record with { Timestamp = now }),
        ]);
        var backup = NewBackup(topic);
        await backup.SucceedAsync();
        var target = await NewTopicAsync("target", 1, [("retention.ms", "604800000"), ("message.timestamp.after.max.ms", "3600000"), ("max.message.bytes", "4000")]);

        await AssertEffectsAsync("refuse", Usage, "would not keep what is restored as it was", "5,4,0,3,false");
        await AssertEffectsAsync("hold", Source, "3 record(s) for topic", "5,4,0,3,false");
        await Broker.SetAsync(target, "max.message.bytes", "100000");
        await AssertEffectsAsync("hold", Ok, "keeps all records as long as its settings are held: by its own it would delete 5 for their age, refuse 4 for their time", "5,4,0,0,false");
        await AssertEffectsAsync("ignore", Source, "would refuse 4 record(s)", "5,4,0,0,false");
        await AssertEffectsAsync("skip", Incomplete, "9 record(s) are left out", "5,4,0,0,true");
        Assert.Empty(await Broker.ReadAsync(partition with { Topic = target }));

        async Task AssertEffectsAsync(string policy, int code, string sentence, string effects)
        {
            var file = Path.Combine(backup.Root, "plan.json");
            (await backup.RestoreAsync(To(topic, target), TestBackup.IntoExisting, $"retention_policy: {policy}", "dry_run: true", $"--report {file}")).AssertExit(code).AssertSays(sentence);
            using var plan = JsonDocument.Parse(await File.ReadAllTextAsync(file));
            var found = plan.RootElement.GetProperty("topics_to_restore")[0].GetProperty("target_effects");
            Assert.Equal(effects, string.Join(',', found.EnumerateObject().Select(member => member.Value.GetRawText())));
        }
    }

    [SkippableFact]
    public async Task One_that_was_killed_goes_on_behind_what_others_left()
    {
        Skip.IfNot(TestBroker.IsReal, "The embedded broker changes no settings.");
        var (backup, topic, produced) = await BackedUpAsync();
        var target = await NewTopicAsync("target", 2, [("retention.ms", "604800000"), ("message.timestamp.before.max.ms", Keeps), ("message.timestamp.after.max.ms", Keeps)]);
        await UseAsync(target);
        string[] lines = [TestBackup.IntoExisting, "retention_policy: hold"];
        using (var run = backup.StartRestore(To(topic, target), [.. lines, "rate_limit_records_per_sec: 20"]))
        {
            await Broker.WaitForStableEndAsync(new PartitionId(target, 0), 7 + 10);
            await run.KillAsync();
        }

        (await backup.RestoreAsync(To(topic, target), lines)).AssertExit(Ok).AssertSays("Going on with the restore that began at").AssertSays("--add-config 'retention.ms=604800000'");

        await AssertRestoredAsync(target, produced, begin: 7);
    }

    [SkippableFact]
    public async Task Nothing_is_written_behind_a_record_that_the_topic_does_not_take_and_with_a_higher_limit_it_goes_on()
    {
        Skip.IfNot(TestBroker.IsReal, "The embedded broker changes no settings.");
        var topic = await NewTopicAsync();
        var partition = new PartitionId(topic, 0);
        var produced = await Broker.ProduceAsync(partition, SampleRecords.Plain(900, seed: 41).Concat(SampleRecords.Plain(1, seed: 42, bytes: 9_000)).Concat(SampleRecords.Plain(2_000, seed: 43)));
        var backup = NewBackup(topic);
        await backup.SucceedAsync();
        var target = await NewTopicAsync("target", 1, [("retention.ms", "-1"), ("max.message.bytes", "4000")]);

        (await backup.RestoreAsync(To(topic, target), TestBackup.IntoExisting)).AssertExit(Source).AssertSays("does not take the record of offset 900 at the source").AssertSays($"max.message.bytes of topic '{target}'");
        Assert.Equal(900, (await Broker.ReadAsync(partition with { Topic = target })).Count);

        await Broker.SetAsync(target, "max.message.bytes", "100000");
        (await backup.RestoreAsync(To(topic, target), TestBackup.IntoExisting)).AssertExit(Ok).AssertSays("Going on with the restore");
        await AssertRestoredAsync(target, produced);
    }

    [SkippableFact]
    public async Task A_topic_whose_own_settings_delete_nothing_of_what_is_restored_has_them_again_at_the_end()
    {
        Skip.IfNot(TestBroker.IsReal, "The embedded broker changes no settings.");
        var topic = await NewTopicAsync("orders", 1, ("retention.ms", "604800000")); // The other settings are those of the brokers.
        var now = TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds();
        var produced = await Broker.ProduceAsync(new PartitionId(topic, 0), SampleRecords.Plain(50).Select(record => record with { Timestamp = now }));
        var backup = NewBackup(topic);
        await backup.SucceedAsync();

        (await backup.RestoreAsync(To(topic, Name("restored")))).AssertExit(Ok).AssertSays($"Topic '{Name("restored")}' has its own settings again").AssertSaysNothingOf("restore release");

        Assert.Equal("604800000", await Broker.SettingOfAsync(Name("restored"), "retention.ms"));
        await AssertRestoredAsync(Name("restored"), produced);
        Assert.Equal("Nothing is held of topics of this restore.\n", (await CliRun.RunAsync("restore", "release", "-c", Path.Combine(backup.Root, "restore.yaml"))).AssertExit(Ok).Output);
    }

    private async Task<(TestBackup Backup, string Topic, ProducedRecords Produced)> BackedUpAsync()
    {
        var topic = await NewTopicAsync(partitions: 2);
        var produced = await ProduceAsync(PartitionsOf(topic, 2), 50, seed: 21);
        var backup = NewBackup(topic);
        await backup.SucceedAsync();
        return (backup, topic, produced);
    }

    /// <summary>Leaves both partitions empty, and not at their beginning.</summary>
    private async Task UseAsync(string target)
    {
        foreach (var partition in PartitionsOf(target, 2))
        {
            await Broker.ProduceAsync(partition, SampleRecords.Plain(7));
            await Broker.DeleteRecordsBelowAsync(partition, 7);
        }
    }

    private static Dictionary<string, string> To(string topic, string target) => new(StringComparer.Ordinal) { [topic] = target };
}
