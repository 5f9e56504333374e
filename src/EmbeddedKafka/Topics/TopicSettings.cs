using System.Globalization;

namespace KafkaBackup.EmbeddedKafka.Topics;

/// <summary>The settings of a topic: those that were given, and Kafka's defaults for the rest.</summary>
internal sealed class TopicSettings
{
    private readonly Dictionary<string, string> _given;

    private TopicSettings(Dictionary<string, string> given) => _given = given;

    /// <summary>Nothing but defaults.</summary>
    public static TopicSettings Defaults { get; } = new([]);

    /// <summary>Whether records get the broker's time instead of the producer's.</summary>
    public bool UsesLogAppendTime => Value("message.timestamp.type") == "LogAppendTime";

    /// <summary>The largest batch.</summary>
    public int MaxMessageBytes => int.Parse(Value("max.message.bytes"), CultureInfo.InvariantCulture);

    /// <summary>How many ms a timestamp may lie ahead.</summary>
    public long MaxMsAhead => long.Parse(Value("message.timestamp.after.max.ms"), CultureInfo.InvariantCulture);

    /// <summary>How many ms a timestamp may lie back.</summary>
    public long MaxMsBehind => long.Parse(Value("message.timestamp.before.max.ms"), CultureInfo.InvariantCulture);

    /// <summary>Whether compaction may remove records.</summary>
    public bool IsCompacted => Policies.Contains("compact", StringComparer.Ordinal);

    /// <summary>Whether records may be deleted by offset.</summary>
    public bool AllowsDeletion => Policies.Contains("delete", StringComparer.Ordinal) || Policies.Length == 0;

    private string[] Policies => Value("cleanup.policy").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);

    /// <summary>Settings as given, or what is wrong with them as a sentence.</summary>
    public static TopicSettings? Parse(IEnumerable<KeyValuePair<string, string?>> given, out string? problem)
    {
        var settings = new Dictionary<string, string>(StringComparer.Ordinal);
        problem = null;
        foreach (var (name, value) in given)
        {
            if (!TopicSetting.All.TryGetValue(name, out var setting))
            {
                problem = $"Unknown topic config name: {name}";
            }
            else if (value is null || !setting.Accepts(value))
            {
                problem = $"Invalid value {value ?? "null"} for configuration {name}";
            }
            else
            {
                settings[name] = value;
            }
        }

        return problem is null ? new TopicSettings(settings) : null;
    }

    /// <summary>Whether a setting was given rather than taken from the defaults.</summary>
    public bool IsGiven(string name) => _given.ContainsKey(name);

    /// <summary>A setting's value.</summary>
    public string Value(string name) => _given.GetValueOrDefault(name) ?? TopicSetting.All[name].Default;
}
