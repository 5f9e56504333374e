using System.Globalization;

namespace KafkaBackup.EmbeddedKafka.Topics;

/// <summary>A setting that topics have, with Kafka's default. Most have no effect here, and are kept for who asks.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">The type of its value.</param>
/// <param name="Default">Its value unless one is given.</param>
/// <param name="Choices">The values it may have; empty if any will do.</param>
internal sealed record TopicSetting(string Name, TopicSettingType Type, string Default, params string[] Choices)
{
    private const string NoLimit = "9223372036854775807";

    /// <summary>All settings by name.</summary>
    public static IReadOnlyDictionary<string, TopicSetting> All { get; } = new TopicSetting[]
    {
        new("cleanup.policy", TopicSettingType.List, "delete", "compact", "delete"),
        new("compression.gzip.level", TopicSettingType.Int, "-1"),
        new("compression.lz4.level", TopicSettingType.Int, "9"),
        new("compression.type", TopicSettingType.String, "producer", "producer"), // Batches are kept as they were sent.
        new("compression.zstd.level", TopicSettingType.Int, "3"),
        new("delete.retention.ms", TopicSettingType.Long, "86400000"),
        new("file.delete.delay.ms", TopicSettingType.Long, "60000"),
        new("flush.messages", TopicSettingType.Long, NoLimit),
        new("flush.ms", TopicSettingType.Long, NoLimit),
        new("follower.replication.throttled.replicas", TopicSettingType.List, ""),
        new("index.interval.bytes", TopicSettingType.Int, "4096"),
        new("leader.replication.throttled.replicas", TopicSettingType.List, ""),
        new("local.retention.bytes", TopicSettingType.Long, "-2"),
        new("local.retention.ms", TopicSettingType.Long, "-2"),
        new("max.compaction.lag.ms", TopicSettingType.Long, NoLimit),
        new("max.message.bytes", TopicSettingType.Int, "1048588"),
        new("message.timestamp.after.max.ms", TopicSettingType.Long, "3600000"),
        new("message.timestamp.before.max.ms", TopicSettingType.Long, NoLimit),
        new("message.timestamp.type", TopicSettingType.String, "CreateTime", "CreateTime", "LogAppendTime"),
        new("min.cleanable.dirty.ratio", TopicSettingType.Double, "0.5"),
        new("min.compaction.lag.ms", TopicSettingType.Long, "0"),
        new("min.insync.replicas", TopicSettingType.Int, "1"),
        new("preallocate", TopicSettingType.Boolean, "false", "true", "false"),
        new("remote.log.copy.disable", TopicSettingType.Boolean, "false", "true", "false"),
        new("remote.log.delete.on.disable", TopicSettingType.Boolean, "false", "true", "false"),
        new("remote.storage.enable", TopicSettingType.Boolean, "false", "false"),
        new("retention.bytes", TopicSettingType.Long, "-1"),
        new("retention.ms", TopicSettingType.Long, "604800000"),
        new("segment.bytes", TopicSettingType.Int, "1073741824"),
        new("segment.index.bytes", TopicSettingType.Int, "10485760"),
        new("segment.jitter.ms", TopicSettingType.Long, "0"),
        new("segment.ms", TopicSettingType.Long, "604800000"),
        new("unclean.leader.election.enable", TopicSettingType.Boolean, "false", "true", "false"),
    }.ToDictionary(setting => setting.Name, StringComparer.Ordinal);

    /// <summary>Whether a value may be given.</summary>
    public bool Accepts(string value) => Type switch
    {
        TopicSettingType.Int => int.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out _),
        TopicSettingType.Long => long.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out _),
        TopicSettingType.Double => double.TryParse(value, CultureInfo.InvariantCulture, out _),
        TopicSettingType.List => Choices.Length == 0 || value.Split(',', StringSplitOptions.TrimEntries).All(Choices.Contains),
        _ => Choices.Length == 0 || Choices.Contains(value),
    };
}
