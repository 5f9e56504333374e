using System.Globalization;
using System.Text.RegularExpressions;

namespace KafkaBackup.EmbeddedKafka.Topics;

/// <summary>A setting that topics have, with Kafka's default. Most have no effect here, and are kept for who asks.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">The type of its value.</param>
/// <param name="Default">Its value unless one is given.</param>
/// <param name="Choices">The values it may have; empty if any will do.</param>
internal sealed record TopicSetting(string Name, TopicSettingType Type, string Default, params string[] Choices)
{
    private const string NoLimit = "9223372036854775807";

    private static readonly Regex ThrottledReplica = new(@"^([0-9]+:[0-9]+|\*)\z", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture);

    /// <summary>All settings by name.</summary>
    public static IReadOnlyDictionary<string, TopicSetting> All { get; } = new TopicSetting[]
    {
        new("cleanup.policy", TopicSettingType.List, "delete", "compact", "delete"),
        new("compression.gzip.level", TopicSettingType.Int, "-1", "-1", "1", "2", "3", "4", "5", "6", "7", "8", "9"),
        new("compression.lz4.level", TopicSettingType.Int, "9") { Min = 1, Max = 17 },
        new("compression.type", TopicSettingType.String, "producer", "producer"), // Batches are kept as they were sent.
        new("compression.zstd.level", TopicSettingType.Int, "3") { Min = -131072, Max = 22 },
        new("delete.retention.ms", TopicSettingType.Long, "86400000") { Min = 0 },
        new("file.delete.delay.ms", TopicSettingType.Long, "60000") { Min = 0 },
        new("flush.messages", TopicSettingType.Long, NoLimit) { Min = 1 },
        new("flush.ms", TopicSettingType.Long, NoLimit) { Min = 0 },
        new("follower.replication.throttled.replicas", TopicSettingType.List, "") { Item = ThrottledReplica },
        new("index.interval.bytes", TopicSettingType.Int, "4096") { Min = 0 },
        new("leader.replication.throttled.replicas", TopicSettingType.List, "") { Item = ThrottledReplica },
        new("local.retention.bytes", TopicSettingType.Long, "-2") { Min = -2 },
        new("local.retention.ms", TopicSettingType.Long, "-2") { Min = -2 },
        new("max.compaction.lag.ms", TopicSettingType.Long, NoLimit) { Min = 1 },
        new("max.message.bytes", TopicSettingType.Int, "1048588") { Min = 0 },
        new("message.timestamp.after.max.ms", TopicSettingType.Long, "3600000") { Min = 0 },
        new("message.timestamp.before.max.ms", TopicSettingType.Long, NoLimit) { Min = 0 },
        new("message.timestamp.type", TopicSettingType.String, "CreateTime", "CreateTime", "LogAppendTime"),
        new("min.cleanable.dirty.ratio", TopicSettingType.Double, "0.5") { Min = 0, Max = 1 },
        new("min.compaction.lag.ms", TopicSettingType.Long, "0") { Min = 0 },
        new("min.insync.replicas", TopicSettingType.Int, "1") { Min = 1 },
        new("preallocate", TopicSettingType.Boolean, "false", "true", "false"),
        new("remote.log.copy.disable", TopicSettingType.Boolean, "false", "true", "false"),
        new("remote.log.delete.on.disable", TopicSettingType.Boolean, "false", "true", "false"),
        new("remote.storage.enable", TopicSettingType.Boolean, "false", "false"),
        new("retention.bytes", TopicSettingType.Long, "-1"),
        new("retention.ms", TopicSettingType.Long, "604800000") { Min = -1 },
        new("segment.bytes", TopicSettingType.Int, "1073741824") { Min = 1024 * 1024 },
        new("segment.index.bytes", TopicSettingType.Int, "10485760") { Min = 4 },
        new("segment.jitter.ms", TopicSettingType.Long, "0") { Min = 0 },
        new("segment.ms", TopicSettingType.Long, "604800000") { Min = 1 },
        new("unclean.leader.election.enable", TopicSettingType.Boolean, "false", "true", "false"),
    }.ToDictionary(setting => setting.Name, StringComparer.Ordinal);

    /// <summary>The least number that it may have.</summary>
    public double Min { get; init; } = double.NegativeInfinity;

    /// <summary>The greatest.</summary>
    public double Max { get; init; } = double.PositiveInfinity;

    /// <summary>What an item of a list looks like.</summary>
    public Regex? Item { get; init; }

    /// <summary>Whether a value may be given.</summary>
    public bool Accepts(string value) => Type switch
    {
        TopicSettingType.Int => int.TryParse(value, NumberStyles.Integer, CultureInfo.InvariantCulture, out var number) && Accepts(number, value),
        TopicSettingType.Long => long.TryParse(value, NumberStyles.Integer, CultureInfo.InvariantCulture, out var number) && Accepts(number, value),
        TopicSettingType.Double => double.TryParse(value, CultureInfo.InvariantCulture, out var number) && Accepts(number, value),
        TopicSettingType.Boolean => Choices.Contains(value.Trim(), StringComparer.OrdinalIgnoreCase),
        TopicSettingType.List => value.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).All(AcceptsItem),
        _ => Choices.Contains(value),
    };

    private bool Accepts(double number, string value) => number >= Min && number <= Max && (Choices.Length == 0 || Choices.Contains(value.Trim()));

    private bool AcceptsItem(string item) => (Choices.Length == 0 || Choices.Contains(item)) && Item?.IsMatch(item) != false;
}
