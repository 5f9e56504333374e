using KafkaBackup.Shared.Configuration;
using KafkaBackup.Shared.Kafka;
using KafkaBackup.Testing;
using System.Text.RegularExpressions;
using Xunit;

namespace KafkaBackup.Shared.Tests.Configuration;

/// <summary>Files of <c>mode: restore</c>.</summary>
public sealed class RestoreKeysTests
{
    private const RegexOptions Lines = RegexOptions.NonBacktracking | RegexOptions.Multiline | RegexOptions.ExplicitCapture;

    private const string Minimal = """
        mode: restore
        backup_id: nightly
        target:
          bootstrap_servers: [kafka:9092]
        storage:
          backend: filesystem
          path: /backups
        restore:
          max_concurrent_partitions: 4

        """;

    private static readonly Dictionary<string, (string Value, Func<RestoreSection, bool> HasEffect)> Effects = new()
    {
        ["time_window_start"] = ("1700000000250", section => section is { TimeWindowStart: 1_700_000_000_250 } && section.Admits(1_700_000_000_250) && !section.Admits(1_700_000_000_249)),
        ["time_window_end"] = ("2023-11-14T23:13:20.250+01:00", section => section is { TimeWindowEnd: 1_700_000_000_250 } && section.Admits(1_700_000_000_250) && !section.Admits(1_700_000_000_251)),
        ["source_partitions"] = ("[3, 1]", section => section.SourcePartitions.Order().SequenceEqual([1, 3])),
        ["offset_ranges"] = ("{a: {0: {from: 5, to: 7}, 2: {from: 9}}}", section => section.Admits(new PartitionId("a", 0), 5) && section.Admits(new PartitionId("a", 0), 7) && !section.Admits(new PartitionId("a", 0), 8)
            && !section.Admits(new PartitionId("a", 2), 8) && section.Admits(new PartitionId("a", 2), long.MaxValue) && section.Admits(new PartitionId("a", 1), 0)),
        ["record_filters"] = ("[{action: drop, keys: [a, \"base64:AQI=\"], topics: [\"o*\"]}, {action: tombstone, headers: {tenant: b}}]", section => section.RecordFilters is [{ Action: RecordFilterAction.Drop } drop, { Action: RecordFilterAction.Tombstone } other]
            && drop.IsFor("orders") && !drop.IsFor("a") && drop.Keys.Select(Convert.ToHexString).Order().SequenceEqual(["0102", "61"]) && other.IsFor("a") && other.Headers.Single().Key == "tenant"),
        ["existing_topic_policy"] = ("append", section => section.AppendsToTopics),
        ["topic_mapping"] = ("{a: b, c.d: e}", section => section.TopicMapping is { Count: 2 } mapping && mapping["c.d"] == "e"),
        ["partition_mapping"] = ("{3: 4}", section => section.PartitionMapping is { Count: 1 } mapping && mapping[3] == 4),
        ["repartitioning"] = ("{a: {target_partitions: 7}, b: {strategy: automatic, target_partitions: 1}}", section => section.Repartitioning is { Count: 2 } topics
            && topics["a"] == new Repartitioning(RepartitioningStrategy.Murmur2, 7) && topics["b"] == new Repartitioning(RepartitioningStrategy.Automatic, 1)),
        ["topic_configs"] = ("{a: {retention.ms: 5, cleanup.policy: \"compact,delete\", segment.ms: null}, \"*\": {preallocate: true}}", section => section.TopicConfigs is { Count: 2 } topics
            && topics["a"] is { Count: 3 } own && own["retention.ms"] == "5" && own["cleanup.policy"] == "compact,delete" && own["segment.ms"] is null && topics["*"]["preallocate"] == "true"),
        ["compression"] = ("lz4", section => section.Produce.Compression == RecordCodec.Lz4),
        ["produce_acks"] = ("1", section => section.Produce.Acks == ProduceAcks.Leader),
        ["produce_timeout_ms"] = ("7000", section => section.Produce.Timeout == TimeSpan.FromSeconds(7)),
        ["default_replication_factor"] = ("2", section => section.DefaultReplicationFactor == 2),
        ["include_original_offset_header"] = ("true", section => section.IncludesOriginalOffset),
        ["max_concurrent_partitions"] = ("9", section => section.MaxConcurrentPartitions == 9),
        ["max_memory_bytes"] = ("134217728", section => section.MaxMemoryBytes == 134_217_728 && section.MemoryOf(4) == 134_217_728 && new RestoreSection().MemoryOf(8) == 2),
        ["rate_limit_records_per_sec"] = ("7", section => section.MaxRecordsPerSecond == 7),
        ["rate_limit_bytes_per_sec"] = ("8", section => section.MaxBytesPerSecond == 8),
        ["create_topics"] = ("true", section => section.CreatesTopics),
        ["purge_topics"] = ("true", section => section.PurgesTopics),
        ["retention_policy"] = ("skip", section => section.RetentionPolicy == RetentionPolicy.Skip),
        ["reset_consumer_offsets"] = ("true\n  consumer_groups: [b]", section => section is { SetsGroups: true, ConsumerGroups: ["b"] }),
        ["consumer_groups"] = ("[b, a, b]\n  reset_consumer_offsets: true", section => section is { SetsGroups: true, SetsAllGroups: false, ConsumerGroups: ["b", "a"] }),
        ["auto_consumer_groups"] = ("true", section => section is { SetsGroups: true, SetsAllGroups: true, ConsumerGroups.Count: 0 }),
        ["consumer_group_strategy"] = ("header-based", section => section is { IncludesOriginalOffset: true, SetsGroups: false }),
        ["dry_run"] = ("true", section => section.IsDryRun),
    };

    public static TheoryData<string> Keys => [.. Effects.Keys];

    [Theory]
    [InlineData("skip", GroupStrategy.Counted, false)]
    [InlineData("header-based", GroupStrategy.Counted, false)]
    [InlineData("timestamp-based", GroupStrategy.Timestamps, false)]
    [InlineData("cluster-scan", GroupStrategy.Scan, true)]
    [InlineData("manual", GroupStrategy.Manual, false)]
    public void A_strategy_of_OSOs_is_what_it_says(string name, GroupStrategy strategy, bool readsBack)
    {
        var section = Parse($"  consumer_group_strategy: {name}\n  auto_consumer_groups: true\n");

        Assert.Equal((strategy, readsBack, name == "header-based"), (section.GroupStrategy, section.ReadsBack, section.IncludesOriginalOffset));
        Assert.False(section.With(isDryRun: true, comparesAll: false).ReadsBack);
    }

    [Theory]
    [MemberData(nameof(Keys))]
    public void Every_key_has_its_effect(string key)
    {
        var (value, hasEffect) = Effects[key];

        Assert.False(hasEffect(Parse("")));
        Assert.True(hasEffect(Parse($"  {key}: {value}\n")));
    }

    [Fact]
    public void Every_key_is_documented_and_no_other() => Assert.Equal(
        Effects.Keys.Order(StringComparer.Ordinal),
        Regex.Matches(Document, @"^\| `restore\.(?<key>[a-z_]+)` \|", Lines).Select(row => row.Groups["key"].Value).Order(StringComparer.Ordinal));

    [Fact]
    public void The_example_of_the_documentation_loads() => Assert.NotNull(ConfigurationLoader.ParseRestore(
        Regex.Match(Document, "^```yaml\n(?<yaml>.*?)^```", Lines | RegexOptions.Singleline).Groups["yaml"].Value, "restore.yaml", _ => null));

    [Fact]
    public void The_target_is_read_as_a_source_is_and_called_by_its_name()
    {
        var target = ConfigurationLoader.ParseRestore(Minimal.Replace("[kafka:9092]", "[kafka:9092]\n  topics: {include: [a]}", StringComparison.Ordinal), "restore.yaml", _ => null).Target;

        Assert.Equal(("target", "kafka:9092", "a"), (target.Name, target.BootstrapServers[0], target.Topics.Include[0]));
    }

    [Fact]
    public void OSOs_minus_one_is_the_targets_own_replication_factor() => Assert.Null(Parse("  default_replication_factor: -1\n").DefaultReplicationFactor);

    [Theory]
    [InlineData("  time_window_start: 2026-11-29 14:03\n", "restore.time_window_start: must be milliseconds since 1970, or a time with its offset such as 2026-11-29T14:03:00Z")]
    [InlineData("  time_window_start: 2026-11-29T14:03:00\n", "restore.time_window_start: must be milliseconds since 1970")]
    [InlineData("  time_window_start: 5\n  time_window_end: 4\n", "restore.time_window_end: must not be before time_window_start")]
    [InlineData("  source_partitions: [-1]\n", "restore.source_partitions[0]: must be the number of a partition")]
    [InlineData("  topic_mapping: {a: \"b c\"}\n", "restore.topic_mapping.a: must be a name that Kafka takes")]
    [InlineData("  partition_mapping: {a: 1}\n", "restore.partition_mapping.a: must have the number of a partition as its key")]
    [InlineData("  repartitioning: {a: 5}\n", "restore.repartitioning.a: must be a map of keys and values")]
    [InlineData("  repartitioning: {a: {strategy: murmur2}}\n", "restore.repartitioning.a.target_partitions: is required")]
    [InlineData("  repartitioning: {a: {strategy: sticky, target_partitions: 2}}\n", "restore.repartitioning.a.strategy: must be murmur2 or automatic")]
    [InlineData("  repartitioning: {a: {target_partitions: 0}}\n", "restore.repartitioning.a.target_partitions: must be a whole number from 1 to 10000")]
    [InlineData("  repartitioning: {\"a b\": {target_partitions: 2}}\n", "restore.repartitioning.a b: must be a name that Kafka takes")]
    [InlineData("  default_replication_factor: 100000\n", "restore.default_replication_factor: must be a whole number from -1 to 32767")]
    [InlineData("  default_replication_factor: 0\n", "restore.default_replication_factor: must be 1 or more, or -1 for the target's own")]
    [InlineData("  retention_policy: keep\n", "restore.retention_policy: must be refuse or hold or skip or ignore")]
    [InlineData("  max_concurrent_partitions: 0\n", "restore.max_concurrent_partitions: must be a whole number from 1 to 1000")]
    [InlineData("  max_memory_bytes: 0\n", "restore.max_memory_bytes: must be a whole number of 1 or more, not '0'")]
    [InlineData("  offset_report: a\n", "restore.offset_report: is part of the report, as its offset_mapping: give --report FILE; remove it")]
    [InlineData("  offset_ranges: {a: {0: {from: 5, to: 4}}}\n", "restore.offset_ranges.a.0.to: must not be before from")]
    [InlineData("  offset_ranges: {a: {x: {from: 5}}}\n", "restore.offset_ranges.a.x: must be the number of a partition")]
    [InlineData("  record_filters: {action: drop}\n", "restore.record_filters: must be a list, not a map")]
    [InlineData("  record_filters: [{action: drop}]\n", "restore.record_filters[0].keys: is required")]
    [InlineData("  record_filters: [{action: delete, keys: [a]}]\n", "restore.record_filters[0].action: must be drop or keep or tombstone")]
    [InlineData("  record_filters: [{action: drop, keys: [\"base64:%\"]}]\n", "restore.record_filters[0].keys: has an entry that begins with base64: and goes on with something else")]
    [InlineData("  record_filters: [{action: keep, keys: []}]\n", "restore.record_filters[0].keys: must name a key")]
    [InlineData("  record_filters: [{action: drop, keys_file: /nowhere/keys}]\n", "restore.record_filters[0].keys_file: /nowhere/keys cannot be read")]
    [InlineData("  existing_topic_policy: append\n  purge_topics: true\n", "restore.existing_topic_policy: append excludes purge_topics")]
    [InlineData("  topic_configs: {a: 5}\n", "restore.topic_configs.a: must be a map of keys and values")]
    [InlineData("  topic_configs: {a: {retention.ms: [5]}}\n", "restore.topic_configs.a.retention.ms: must be a text, not a list")]
    [InlineData("  topic_configs: {\"a*\": {retention.ms: 5}}\n", "restore.topic_configs.a*: must be a name that Kafka takes: at most 249 letters, digits, '.', '_' and '-'; or '*' for all topics")]
    [InlineData("  compression: brotli\n", "restore.compression: must be topic or zstd or lz4 or snappy or gzip or none, not 'brotli'")]
    [InlineData("  produce_acks: 2\n", "restore.produce_acks: must be all or 1 or 0, not '2'")]
    [InlineData("  produce_timeout_ms: 99\n", "restore.produce_timeout_ms: must be a whole number from 100 to 240000")]
    [InlineData("  checkpoint_state: /tmp/state\n", "restore.checkpoint_state: is not needed: how far a restore is stands beside the backup, in _cluster/restores")]
    [InlineData("  checkpoint_interval_secs: 60\n", "restore.checkpoint_interval_secs: is not needed: how far a restore is is noted every 5 s")]
    [InlineData("  consumer_groups: [a]\n", "restore.consumer_groups: has an effect with reset_consumer_offsets: true only")]
    [InlineData("  consumer_groups: [a]\n  reset_consumer_offsets: false\n", "restore.consumer_groups: has an effect with reset_consumer_offsets: true only")]
    [InlineData("  consumer_groups: [a]\n  auto_consumer_groups: true\n", "restore.consumer_groups: names groups, and auto_consumer_groups takes all")]
    [InlineData("  consumer_groups: []\n  reset_consumer_offsets: true\n", "restore.consumer_groups: must name a group")]
    [InlineData("  consumer_groups: a\n  reset_consumer_offsets: true\n", "restore.consumer_groups: must be a list")]
    [InlineData("  reset_consumer_offsets: true\n", "restore.reset_consumer_offsets: needs consumer_groups, or auto_consumer_groups: true")]
    [InlineData("  reset_consumer_offsets: true\n  auto_consumer_groups: false\n", "restore.reset_consumer_offsets: needs consumer_groups")]
    [InlineData("  reset_consumer_offsets: false\n  auto_consumer_groups: true\n", "restore.reset_consumer_offsets: contradicts auto_consumer_groups: true")]
    [InlineData("  consumer_group_strategy: timestamp-based\n", "restore.consumer_group_strategy: is timestamp-based, which says how groups are set, and none is to be: add auto_consumer_groups: true")]
    [InlineData("  consumer_group_strategy: cluster-scan\n", "restore.consumer_group_strategy: is cluster-scan, which says how groups are set, and none is to be")]
    [InlineData("  consumer_group_strategy: manual\n", "restore.consumer_group_strategy: is manual, which says how groups are set, and none is to be")]
    [InlineData("  consumer_group_strategy: exact\n", "restore.consumer_group_strategy: must be skip or header-based or timestamp-based or cluster-scan or manual")]
    [InlineData("  produce_ack: 1\n", "restore.produce_ack: is no known key")]
    public void What_is_wrong_is_named_with_its_place(string lines, string problem) => Assert.Contains(
        problem, Assert.Throws<ConfigurationException>(() => Parse(lines)).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("all", ProduceAcks.All)]
    [InlineData("-1", ProduceAcks.All)] // As in OSO's files.
    [InlineData("0", ProduceAcks.None)]
    public void Replicas_that_acknowledge_are_told_as_Kafka_does(string value, ProduceAcks acks) => Assert.Equal(acks, Parse($"  produce_acks: {value}\n").Produce.Acks);

    [Theory]
    [InlineData("none", RecordCodec.None)]
    [InlineData("gzip", RecordCodec.Gzip)]
    [InlineData("snappy", RecordCodec.Snappy)]
    [InlineData("zstd", RecordCodec.Zstd)]
    [InlineData("topic", RecordCodec.Zstd)]
    public void Every_codec_of_Kafka_can_be_had(string value, RecordCodec codec) => Assert.Equal(codec, Parse($"  compression: {value}\n").Produce.Compression);

    [Fact]
    public void What_goes_for_a_topic_by_its_name_wins_over_what_goes_for_all()
    {
        var section = Parse("  topic_configs: {a: {x: 1, y: null}, \"*\": {x: 2, y: 2, z: 2}}\n");

        Assert.Equal([("x", "1"), ("y", null), ("z", "2")], section.TopicConfigsOf("a").Select(setting => (setting.Key, setting.Value)).Order());
        Assert.Equal([("x", "2"), ("y", "2"), ("z", "2")], section.TopicConfigsOf("b").Select(setting => (setting.Key, setting.Value)).Order());
    }

    [Fact]
    public void The_strategy_that_OSO_has_by_default_changes_nothing()
    {
        var section = Parse("  consumer_group_strategy: skip\n  reset_consumer_offsets: true\n  auto_consumer_groups: true\n");

        Assert.Equal((false, true), (section.IncludesOriginalOffset, section.SetsGroups));
    }

    [Theory]
    [InlineData("mode: restore", "mode: backup", "this file is for a backup: run it with 'kafka-backup backup'")]
    [InlineData("target:", "source:", "target: is required")]
    public void What_is_not_there_is_named(string part, string other, string problem) => Assert.Contains(
        problem,
        Assert.Throws<ConfigurationException>(() => ConfigurationLoader.ParseRestore(Minimal.Replace(part, other, StringComparison.Ordinal), "restore.yaml", _ => null)).Message,
        StringComparison.Ordinal);

    private static string Document => File.ReadAllText(Path.Combine(Repository.Root, "docs", "restore.md"));

    private static RestoreSection Parse(string lines) => ConfigurationLoader.ParseRestore(
        (lines.Contains("max_concurrent_partitions", StringComparison.Ordinal) ? Minimal.Replace("  max_concurrent_partitions: 4\n", "", StringComparison.Ordinal) : Minimal) + lines, "restore.yaml", _ => null).Restore;
}
