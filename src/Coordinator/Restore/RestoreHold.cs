namespace KafkaBackup.Coordinator.Restore;

/// <summary>How what is held of a restored topic is let go.</summary>
internal static class RestoreHold
{
    /// <summary>The command of Kafka's own tools that gives the topic what it had at the source.</summary>
    public static string Command(RestoreTopic topic)
    {
        var back = topic.Held.Where(setting => setting.Value is not null).OrderBy(setting => setting.Key, StringComparer.Ordinal)
            .Select(setting => $"{setting.Key}={(setting.Value!.Contains(',') ? $"[{setting.Value}]" : setting.Value)}").ToList();
        var own = topic.Held.Where(setting => setting.Value is null).Select(setting => setting.Key).Order(StringComparer.Ordinal).ToList();
        return $"kafka-configs.sh --bootstrap-server ... --alter --entity-type topics --entity-name {topic.Made.Name}"
            + (back.Count > 0 ? $" --add-config '{string.Join(',', back)}'" : "")
            + (own.Count > 0 ? $" --delete-config {string.Join(',', own)}" : "");
    }
}
