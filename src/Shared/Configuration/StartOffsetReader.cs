namespace KafkaBackup.Shared.Configuration;

/// <summary>Reads <c>backup.start_offset</c> in each of its spellings.</summary>
/// <remarks>
/// The word <c>earliest</c>; OSO's <c>!specific {topic: {partition: offset}}</c>; and, for editors that do not
/// know tags, a map with the one key <c>specific</c>.
/// </remarks>
internal static class StartOffsetReader
{
    private const string SpecificTag = "!specific";

    /// <summary>The start that <paramref name="value"/> asks for, or null after a report.</summary>
    public static StartOffset? Read(YamlValue value)
    {
        if (value.Tag == SpecificTag)
        {
            return value.WithoutTag().Map(ReadTopics);
        }

        if (value.IsMap)
        {
            return value.Map(map => map.Required("specific")?.Map(ReadTopics));
        }

        return value.Text(Objection) == "earliest" ? StartOffset.Earliest : null;
    }

    private static string? Objection(string text) => text switch
    {
        "earliest" => null,
        "latest" => "must be earliest or !specific {topic: {partition: offset}}; OSO kafka-backup reads from the earliest offset with latest too",
        _ => "must be earliest or !specific {topic: {partition: offset}}",
    };

    private static StartOffset ReadTopics(YamlMapReader topics)
    {
        var offsets = new Dictionary<PartitionId, long>();
        foreach (var (topic, partitions) in topics.Entries())
        {
            partitions.Map(map => ReadPartitions(topic.Text, map, offsets));
        }

        return new StartOffset { Specific = offsets };
    }

    private static Dictionary<PartitionId, long> ReadPartitions(string topic, YamlMapReader partitions, Dictionary<PartitionId, long> offsets)
    {
        foreach (var (key, value) in partitions.Entries())
        {
            if (!key.IsPlain || !YamlNumbers.TryParse(key.Text, out var number) || number is < 0 or > int.MaxValue)
            {
                partitions.ReportKey(key, "must be a partition number of 0 or more, without quotes");
            }
            else if (value.Int64(min: 0) is { } offset)
            {
                offsets[new PartitionId(topic, (int)number)] = offset;
            }
        }

        return offsets;
    }
}
