namespace KafkaBackup.Shared.Configuration;

/// <summary>Reads <c>restore.topic_configs</c>.</summary>
internal static class TopicConfigsReader
{
    /// <summary>The settings, by the topics' names at the target or <see cref="RestoreSection.AllTopics"/>.</summary>
    public static IReadOnlyDictionary<string, IReadOnlyDictionary<string, string?>> Read(YamlMapReader map)
    {
        var topics = new Dictionary<string, IReadOnlyDictionary<string, string?>>(StringComparer.Ordinal);
        map.Section("topic_configs", section =>
        {
            foreach (var (key, value) in section.Entries())
            {
                if (key.Text != RestoreSection.AllTopics && KafkaNames.TopicObjection(key.Text) is { } objection)
                {
                    section.ReportKey(key, $"{objection}; or '{RestoreSection.AllTopics}' for all topics");
                }
                else if (value.Map(ReadOne) is { } settings)
                {
                    topics[key.Text] = settings;
                }
            }

            return section;
        });
        return topics;
    }

    private static Dictionary<string, string?> ReadOne(YamlMapReader map)
    {
        var settings = new Dictionary<string, string?>(StringComparer.Ordinal);
        foreach (var (key, value) in map.Entries())
        {
            settings[key.Text] = value.IsNull ? null : value.Text();
        }

        return settings;
    }
}
