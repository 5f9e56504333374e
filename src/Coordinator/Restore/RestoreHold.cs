using KafkaBackup.Shared.Kafka;

namespace KafkaBackup.Coordinator.Restore;

/// <summary>How what is held of a restored topic is let go.</summary>
internal static class RestoreHold
{
    /// <summary>What a topic gets back of what is held of it: what somebody has changed since is his, and what was changed for good, as of topics with fewer replicas, stays.</summary>
    public static Dictionary<string, string?> Back(IReadOnlyDictionary<string, string?> held, ExistingTopic found) =>
        held.Where(setting => RestorePlan.IsHold(setting.Key, found.Settings.GetValueOrDefault(setting.Key))).ToDictionary(StringComparer.Ordinal);

    /// <summary>The command of Kafka's own tools that gives the topic what it had at the source.</summary>
    /// <param name="topic">The topic.</param>
    /// <param name="canRelease">Whether it is written down beside the backup what is held, so that 'restore release' can do it, for all topics at once.</param>
    public static string Command(RestoreTopic topic, bool canRelease)
    {
        var back = topic.Held.Where(setting => setting.Value is not null).OrderBy(setting => setting.Key, StringComparer.Ordinal)
            .Select(setting => $"{setting.Key}={(setting.Value!.Contains(',') ? $"[{setting.Value}]" : setting.Value)}").ToList();
        var own = topic.Held.Where(setting => setting.Value is null).Select(setting => setting.Key).Order(StringComparer.Ordinal).ToList();
        return (canRelease ? "'kafka-backup restore release' with the same configuration, or " : "") + $"kafka-configs.sh --bootstrap-server ... --alter --entity-type topics --entity-name {topic.Made.Name}"
            + (back.Count > 0 ? $" --add-config '{string.Join(',', back)}'" : "")
            + (own.Count > 0 ? $" --delete-config {string.Join(',', own)}" : "");
    }
}
