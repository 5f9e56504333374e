using KafkaBackup.Kafka.Wire;
using KafkaBackup.Kafka.Wire.Messages;
using KafkaBackup.Testing;

namespace KafkaBackup.EmbeddedKafka.Tests.Conformance;

/// <summary>Which values the settings of a topic may have: each at its bounds and beyond.</summary>
internal sealed class RawSettingSteps(ScriptRun run) : RawSteps(run)
{
    private static readonly (string Name, string[] Values)[] Settings =
    [
        ("cleanup.policy", ["delete", "compact", "compact,delete", "delete, compact", "delete,delete", "DELETE", "compact,burn"]),
        ("compression.type", ["producer", "gzip", "uncompressed", "brotli"]),
        ("compression.gzip.level", ["-2", "-1", "0", "1", "9", "10"]),
        ("compression.lz4.level", ["0", "1", "17", "18"]),
        ("compression.zstd.level", ["-131073", "-131072", "22", "23"]),
        ("delete.retention.ms", ["-1", "0"]),
        ("file.delete.delay.ms", ["-1", "0"]),
        ("flush.messages", ["0", "1"]),
        ("flush.ms", ["-1", "0"]),
        ("follower.replication.throttled.replicas", ["", "*", "0:1", "x"]),
        ("index.interval.bytes", ["-1", "0", "2147483648"]),
        ("local.retention.bytes", ["-3", "-2"]),
        ("local.retention.ms", ["-3", "-2"]),
        ("max.compaction.lag.ms", ["0", "1"]),
        ("max.message.bytes", ["-1", "0", "1e3", " 7 ", "+7", "0x7", "2147483647"]),
        ("message.timestamp.after.max.ms", ["-1", "0"]),
        ("message.timestamp.before.max.ms", ["-1", "0"]),
        ("message.timestamp.type", ["CreateTime", "LogAppendTime", "createtime", ""]),
        ("min.cleanable.dirty.ratio", ["-0.1", "0", "1", "1.1", "x"]),
        ("min.compaction.lag.ms", ["-1", "0"]),
        ("min.insync.replicas", ["0", "1"]),
        ("preallocate", ["true", "false", "TRUE", "yes"]),
        ("retention.bytes", ["-2", "-1", "0"]),
        ("retention.ms", ["-2", "-1", "0", "9223372036854775807", "9223372036854775808"]),
        ("segment.bytes", ["1048575", "1048576"]),
        ("segment.index.bytes", ["3", "4"]),
        ("segment.jitter.ms", ["-1", "0"]),
        ("segment.ms", ["0", "1"]),
        ("unclean.leader.election.enable", ["true", "maybe"]),
    ];

    public override async Task TakeAsync()
    {
        var topics = Settings.SelectMany(setting => setting.Values.Select((value, index) => new CreateTopicsRequest.Topic
        {
            Name = Run.Own($"{setting.Name}-{index}"),
            NumPartitions = 1,
            ReplicationFactor = 1,
            Configs = [new() { Name = setting.Name, Value = value }],
        })).ToList();
        var answer = await QuietlyAsync<CreateTopicsResponse>(
            ApiKey.CreateTopics, 7, new CreateTopicsRequest { TimeoutMs = TestLimits.HangMs, ValidateOnly = true, Topics = topics });
        foreach (var (name, values) in Settings)
        {
            foreach (var (index, value) in values.Index())
            {
                var topic = answer.Topics.Single(topic => topic.Name == Run.Own($"{name}-{index}"));
                topic.Configs!.RemoveAll(config => config.Name != name);
                topic.TopicId = Guid.Empty; // What is only validated gets one, and it means nothing.
                Write(ApiKey.CreateTopics, 7, $"{name} '{value}'", new CreateTopicsResponse { Topics = [topic] });
            }
        }
    }
}
