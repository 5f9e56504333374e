using System.Text.Json;
using KafkaBackup.EndToEnd.Tests.Support;
using KafkaBackup.Shared;
using KafkaBackup.Shared.Oso;
using static KafkaBackup.Cli.ExitCode;

namespace KafkaBackup.EndToEnd.Tests;

/// <summary>What was backed up comes back as it was.</summary>
public sealed class RestoreTests : BrokerTest
{
    [Fact]
    public async Task Records_of_all_shapes_come_back_in_order_as_they_were()
    {
        var topic = await NewTopicAsync(partitions: 3);
        var produced = await ProduceAsync(PartitionsOf(topic, 2), 300, seed: 1);
        produced.Add(await Broker.ProduceAsync(new PartitionId(topic, 1), SampleRecords.OfAllShapes()));
        produced.Add(await Broker.ProduceAsync(new PartitionId(topic, 1), SampleRecords.Plain(3, seed: 2, bytes: 900_000)));
        var backup = NewBackup(topic);
        backup.Config = backup.Config with { Backup = ["segment_max_records: 50"] };
        await backup.SucceedAsync();

        var file = Path.Combine(backup.Root, "report.json");
        (await backup.RestoreAsync(To(topic, "restored"), "--verify full", $"--report {file}")).AssertExit(Ok).AssertSays("Restored 617 records of 2 partition(s) in 1 topic(s), as counted at the target")
            .AssertSays($"{new PartitionId(Name("restored"), 1)}: 317 records are the same as in the backup");

        await AssertRestoredAsync(Name("restored"), produced);
        Assert.Empty(await Broker.ReadAsync(new PartitionId(Name("restored"), 2))); // It is there, as at the source.

        var report = RestoreReport.Read(await File.ReadAllBytesAsync(file), file);
        Assert.Equal((RestoreOutcome.Whole, 617), (report.Outcome, report.RecordsRestored));
        Assert.Equal([(0, 300, 0L, 299L), (1, 317, 0, 316)], report.TopicsRestored.Single().Partitions.Take(2).Select(partition =>
            (partition.TargetPartition, (int)partition.Records, partition.FirstOffset!.Value, partition.LastOffset!.Value)));
        Assert.Equal(316, report.OffsetMapping.Entries[$"{Name("restored")}/1"].TargetLastOffset);
        var stored = Directory.GetFiles(Path.Combine(backup.Store, backup.Id, "_cluster", "restores"), $"{report.RestoreId}.report.json").Single();
        Assert.Equal(await File.ReadAllTextAsync(file), await File.ReadAllTextAsync(stored));
    }

    [Fact]
    public async Task Records_outside_of_the_window_are_left_out_however_their_times_are_mixed()
    {
        var topic = await NewTopicAsync();
        var times = new Random(5);
        var produced = await Broker.ProduceAsync(
            new PartitionId(topic, 0), SampleRecords.Plain(500).Select(record => record with { Timestamp = 1_700_000_000_000 + times.Next(1_000) }));
        var backup = NewBackup(topic);
        backup.Config = backup.Config with { Backup = ["segment_max_records: 20"] };
        await backup.SucceedAsync();

        (await backup.RestoreAsync(To(topic, "restored"), "time_window_start: 1700000000250", "time_window_end: 2023-11-14T22:13:20.750Z")).AssertExit(Ok);

        var wanted = new ProducedRecords();
        wanted.Add(new PartitionId(topic, 0), produced.ByPartition.Values.Single().Where(record => record.Timestamp is >= 1_700_000_000_250 and <= 1_700_000_000_750));
        Assert.InRange(wanted.Count, 1, 499);
        await AssertRestoredAsync(Name("restored"), wanted);
    }

    [Fact]
    public async Task What_filters_name_is_left_out_or_becomes_a_tombstone()
    {
        var topic = await NewTopicAsync();
        var partition = new PartitionId(topic, 0);
        await Broker.ProduceAsync(partition, SampleRecords.Plain(30).Index().Select(record => record.Item with { Key = System.Text.Encoding.UTF8.GetBytes($"person-{record.Index % 3}") }));
        var backup = NewBackup(topic);
        await backup.SucceedAsync();
        var list = Path.Combine(backup.Root, "erase.txt");
        await File.WriteAllLinesAsync(list, ["person-0", "", "person-7"]);

        (await backup.RestoreAsync(
            To(topic, "restored"), $"offset_ranges: {{{topic}: {{0: {{from: 3, to: 20}}}}}}", $"record_filters: [{{action: drop, keys_file: {list}}}, {{action: tombstone, keys: [person-1]}}]")).AssertExit(Ok)
            .AssertSays($"{partition}: 6 record(s) are left out and 6 come without value and headers, as restore.record_filters wants it");
        (await backup.RestoreAsync(To(topic, "restored"), "record_filters: [{action: drop, keys: [a], topics: [\"user*\"]}]")).AssertExit(Usage)
            .AssertOneFailure("restore.record_filters names 'user*', and no topic that is restored is called so in the backup.");

        var there = await Broker.ReadAsync(new PartitionId(Name("restored"), 0));
        Assert.Equal(12, there.Count);
        Assert.All(there.Index(), record => Assert.Equal(
            record.Index % 2 == 0 ? "person-1,tombstone" : "person-2,value", $"{System.Text.Encoding.UTF8.GetString(record.Item.Key!)},{(record.Item.Value is null ? "tombstone" : "value")}"));
    }

    [Fact]
    public async Task Partitions_are_chosen_and_mapped()
    {
        var topic = await NewTopicAsync(partitions: 3);
        var produced = await ProduceAsync(PartitionsOf(topic, 3), 10, seed: 3);
        var backup = NewBackup(topic);
        await backup.SucceedAsync();

        (await backup.RestoreAsync(To(topic, "restored"), "source_partitions: [1, 2]", "partition_mapping: {1: 4}", "include_original_offset_header: true", "max_memory_bytes: 1")).AssertExit(Ok);

        var there = await Broker.ReadAsync(new PartitionId(Name("restored"), 4));
        Assert.Equal(produced.ByPartition[new PartitionId(topic, 1)].Select(record => Headers(record.WithOffsetHeaders(), 1).ToString()), there.Select(record => record.ToString()));
        Assert.Equal(10, (await Broker.ReadAsync(new PartitionId(Name("restored"), 2))).Count);
        Assert.Empty(await Broker.ReadAsync(new PartitionId(Name("restored"), 0)));

        static LogRecord Headers(LogRecord record, byte partition) => record with { Headers = [.. record.Headers, new LogHeader("x-source-partition", [partition, 0, 0, 0])] };
    }

    [Fact]
    public async Task Records_of_last_year_stay_and_it_is_told_how_their_topic_gets_its_settings_back()
    {
        var topic = await NewTopicAsync(settings: ("cleanup.policy", "compact,delete"));
        await ProduceAsync(PartitionsOf(topic, 1), 10, seed: 4);
        var backup = NewBackup(topic);
        await backup.SucceedAsync();

        (await backup.RestoreAsync(To(topic, "restored"))).AssertExit(Ok)
            .AssertSays($"--entity-name {Name("restored")} --add-config 'cleanup.policy=[compact,delete],retention.ms=-1' "
                + "--delete-config message.timestamp.after.max.ms,message.timestamp.before.max.ms,message.timestamp.type,retention.bytes");
    }

    [Fact]
    public async Task Topics_get_the_settings_that_are_given_and_records_come_back_without_acknowledgements_too()
    {
        var topic = await NewTopicAsync(partitions: 2, settings: ("segment.ms", "5000000"));
        var produced = await ProduceAsync(PartitionsOf(topic, 2), 3_000, seed: 6);
        var backup = NewBackup(topic);
        await backup.SucceedAsync();
        var restored = Name("restored");

        var run = await backup.RestoreAsync(
            To(topic, "restored"), "produce_acks: 0", "compression: gzip", "--verify full",
            $"topic_configs: {{\"*\": {{retention.ms: 604800000, segment.ms: 7000000}}, {restored}: {{segment.ms: 8000000, no.such.setting: 1}}}}");

        const string Wrong = "topic_configs: {\"*\": {retention.ms: 1d, no.such.setting: 1}}";
        var wrong = $"The target does not take retention.ms of topic '{restored}-wrong', as restore.topic_configs give it: ";
        (await backup.RestoreAsync(To(topic, "restored-wrong"), Wrong, "dry_run: true")).AssertExit(Usage).AssertSays(wrong).AssertSays($"Topic '{restored}-wrong' would be made without no.such.setting");
        (await backup.RestoreAsync(To(topic, "restored-wrong"), Wrong)).AssertExit(Usage).AssertOneFailure(wrong);
        run.AssertExit(Ok).AssertSays("Restored 6,000 records of 2 partition(s)").AssertSays("--add-config 'retention.ms=604800000'")
            .AssertSays($"The target does not take no.such.setting: topic '{restored}' is made without.");
        Assert.Equal(("8000000", "-1"), (await Broker.SettingOfAsync(restored, "segment.ms"), await Broker.SettingOfAsync(restored, "retention.ms")));
        await AssertRestoredAsync(restored, produced);
    }

    [Fact]
    public async Task A_dry_run_counts_what_is_wanted_and_writes_nothing()
    {
        var topic = await NewTopicAsync(partitions: 2);
        await ProduceAsync(PartitionsOf(topic, 2), 100, seed: 9);
        var backup = NewBackup(topic);
        await backup.SucceedAsync();

        (await backup.RestoreAsync(To(topic, "restored"), "dry_run: true", "time_window_end: 1704067200049")).AssertExit(Ok)
            .AssertSays($"Topic '{Name("restored")}' would be made: 2 partition(s), 1 replica(s)")
            .AssertSays($"{new PartitionId(Name("restored"), 1)}: 50 records")
            .AssertSays("100 records (4,780 bytes) of 2 partition(s) would be restored; nothing was written");
        (await backup.RestoreAsync(To(topic, "restored"), "dry_run: true", "--verify full")).AssertExit(Usage).AssertOneFailure("--verify full compares what is restored");
        (await backup.RestoreAsync(To(topic, "restored"), "dry_run: true", "time_window_end: 1704067200049")).AssertExit(Ok);
        var plan = (await CliRun.RunAsync("validate-restore", "-c", Path.Combine(backup.Root, "restore.yaml"), "-f", "json", "--report", "/nowhere/plan.json")).AssertExit(Usage);
        plan.AssertOneFailure("--report /nowhere/plan.json: there is no directory /nowhere. Nothing was done.");
        plan = (await CliRun.RunAsync("validate-restore", "-c", Path.Combine(backup.Root, "restore.yaml"), "-f", "json")).AssertExit(Ok).AssertSays("nothing was written");
        var told = JsonDocument.Parse(plan.Output).RootElement;
        Assert.True(told.GetProperty("valid").GetBoolean());
        Assert.Equal(100, told.GetProperty("records_to_restore").GetInt64());
        Assert.Equal([0L, 49], told.GetProperty("topics_to_restore")[0].GetProperty("partitions")[1].GetProperty("offset_range").EnumerateArray().Select(offset => offset.GetInt64()));
        Assert.Equal("-1", told.GetProperty("topics_to_restore")[0].GetProperty("settings").GetProperty("retention.ms").GetString());
        foreach (var mode in (string[])["dry_run: true", "dry_run: false"])
        {
            (await backup.RestoreAsync(To(topic, "none"), mode, "time_window_end: 1704067210")).AssertExit(Ok)
                .AssertSays("[WARN] None of 200 records in the backup lies in the window up to 1970-01-20 17:21:07Z: it holds records from 2024-01-01 00:00:00Z to 2024-01-01 00:00:00Z. Times are in milliseconds");
        }

        (await backup.RestoreAsync(To(topic, "restored"))).AssertExit(Ok); // Nothing is there that would be in its way.
    }

    [Fact]
    public async Task A_topic_that_is_there_is_left_alone()
    {
        var topic = await NewTopicAsync();
        await ProduceAsync(PartitionsOf(topic, 1), 10, seed: 5);
        var backup = NewBackup(topic);
        await backup.SucceedAsync();

        (await backup.RestoreAsync(new Dictionary<string, string>())).AssertExit(Usage).AssertOneFailure($"{new PartitionId(topic, 0)} holds offsets 0 to 10 at the target, and nothing was restored");

        Assert.Equal(10, (await Broker.ReadAsync(new PartitionId(topic, 0))).Count);
    }

    [Fact]
    public async Task A_segment_that_is_gone_is_named_and_what_others_hold_is_restored()
    {
        var topic = await NewTopicAsync(partitions: 2);
        var other = await NewTopicAsync("users");
        await ProduceAsync(PartitionsOf(topic, 2), 30, seed: 6);
        await ProduceAsync(PartitionsOf(other, 1), 5, seed: 7);
        var backup = NewBackup(topic, other);
        backup.Config = backup.Config with { Backup = ["segment_max_records: 10"] };
        await backup.SucceedAsync();
        var lost = backup.SegmentFiles().First(file => file.Contains("partition=1", StringComparison.Ordinal));
        File.Delete(lost);

        (await backup.RestoreAsync(new Dictionary<string, string> { [topic] = Name("restored"), [other] = Name("whole") })).AssertExit(Storage)
            .AssertSays($"{Path.GetRelativePath(backup.Store, lost)} is missing: offsets 0 to 9 of {new PartitionId(topic, 1)} cannot be restored")
            .AssertOneFailure("1 partition(s) could not be restored whole; see above.")
            .AssertSays($"The restore is not whole: '{Name("restored")}' lacks records. Started again with the same configuration it goes on from what it holds")
            .AssertSays($"Topic '{Name("whole")}' is made to delete and compact nothing");

        Assert.Equal(30, (await Broker.ReadAsync(new PartitionId(Name("restored"), 0))).Count);
    }

    [Theory]
    [InlineData("time_window_start: yesterday", "restore.time_window_start: must be milliseconds since 1970, or a time with its offset")]
    [InlineData("topic_mapping: {nothing: other}", "restore.topic_mapping names 'nothing', which is no topic of backup 'nightly' that is restored")]
    [InlineData("source_partitions: [7]", "restore.source_partitions names 7, and no topic that is restored has records in such a partition")]
    [InlineData("partition_mapping: {0: 1}", "would both go into")]
    [InlineData("create_topics: false", "The target has no topic 'away', and nothing was restored. Create it, or let the restore create it by restore.create_topics", true)]
    public async Task What_is_wrong_with_the_configuration_is_told_before_anything_is_made(string line, string sentence, bool isMapped = false)
    {
        var topic = await NewTopicAsync(partitions: 2);
        await ProduceAsync(PartitionsOf(topic, 2), 10, seed: 8);
        var backup = NewBackup(topic);
        await backup.SucceedAsync();

        (await backup.RestoreAsync(isMapped ? new Dictionary<string, string> { [topic] = "away" } : [], line)).AssertExit(Usage).AssertSays(sentence);
    }

    private Dictionary<string, string> To(string topic, string name) => new(StringComparer.Ordinal) { [topic] = Name(name) };
}
