namespace KafkaBackup.Shared.Configuration;

/// <summary>Reads <c>restore.repartitioning</c>.</summary>
internal static class RepartitioningReader
{
    /// <summary>More than any cluster has in a topic: one process restores all of them at a time.</summary>
    private const int MostPartitions = 10_000;

    /// <summary>The entries, by the topics' names at the target.</summary>
    public static IReadOnlyDictionary<string, Repartitioning> Read(YamlMapReader map)
    {
        var topics = new Dictionary<string, Repartitioning>(StringComparer.Ordinal);
        map.Section("repartitioning", section =>
        {
            foreach (var (key, value) in section.Entries())
            {
                if (KafkaNames.TopicObjection(key.Text) is { } objection)
                {
                    section.ReportKey(key, objection);
                }
                else if (value.Map(ReadOne) is { } repartitioning)
                {
                    topics[key.Text] = repartitioning;
                }
            }

            return section;
        });
        return topics;
    }

    private static Repartitioning? ReadOne(YamlMapReader map)
    {
        var strategy = map.Choice("strategy", ["murmur2", "automatic"]) == "automatic" ? RepartitioningStrategy.Automatic : RepartitioningStrategy.Murmur2;
        return map.Required("target_partitions")?.Int64(1, MostPartitions) is { } partitions ? new Repartitioning(strategy, (int)partitions) : null;
    }
}
