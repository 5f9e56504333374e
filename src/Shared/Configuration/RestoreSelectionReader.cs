using System.Globalization;
using System.Text;

namespace KafkaBackup.Shared.Configuration;

/// <summary>Reads <c>restore.offset_ranges</c> and <c>restore.record_filters</c>.</summary>
internal static class RestoreSelectionReader
{
    private const string Encoded = "base64:";

    /// <summary>What is no UTF-8 would name no key, and nobody would know.</summary>
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>The ranges of offsets, by partitions of the backup.</summary>
    public static IReadOnlyDictionary<PartitionId, OffsetBounds> Ranges(YamlMapReader map)
    {
        var ranges = new Dictionary<PartitionId, OffsetBounds>();
        map.Section("offset_ranges", topics =>
        {
            foreach (var (topic, partitions) in topics.Entries())
            {
                if (KafkaNames.TopicObjection(topic.Text) is { } objection)
                {
                    topics.ReportKey(topic, objection);
                }
                else
                {
                    partitions.Map(section => Ranges(section, topic.Text, ranges));
                }
            }

            return topics;
        });
        return ranges;
    }

    /// <summary>The filters.</summary>
    public static IReadOnlyList<RecordFilter> Filters(YamlMapReader map) => map.Value("record_filters")?.MapList(Filter) ?? [];

    private static YamlMapReader Ranges(YamlMapReader section, string topic, Dictionary<PartitionId, OffsetBounds> ranges)
    {
        foreach (var (key, value) in section.Entries())
        {
            if (!int.TryParse(key.Text, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
            {
                section.ReportKey(key, "must be the number of a partition");
                continue;
            }

            value.Map(range =>
            {
                var bounds = new OffsetBounds(range.Int64("from", 0) ?? 0, range.Int64("to", 0) ?? long.MaxValue);
                if (bounds.From > bounds.To)
                {
                    range.Value("to")!.Report("must not be before from");
                }

                ranges[new PartitionId(topic, number)] = bounds;
                return range;
            });
        }

        return section;
    }

    private static RecordFilter? Filter(YamlMapReader map)
    {
        var action = map.Required("action")?.Choice(["drop", "keep", "tombstone"]);
        var topics = map.TextList("topics") ?? [];
        var keys = (map.TextList("keys") ?? []).Select(text => Bytes(text, map.Value("keys")!)).Concat(KeysOf(map.Value("keys_file"))).OfType<byte[]>().ToList();
        var headers = new List<KeyValuePair<string, byte[]>>();
        map.Section("headers", section =>
        {
            headers.AddRange(section.Entries().Select(entry => KeyValuePair.Create(entry.Key.Text, entry.Value.Text() is { } text ? Bytes(text, entry.Value) ?? [] : [])));
            return section;
        });
        if (!map.Has("keys") && !map.Has("keys_file") && headers.Count == 0)
        {
            map.Required("keys"); // It would name nothing.
        }
        else if (map.Has("keys") && map.TextList("keys") is { Count: 0 })
        {
            map.Value("keys")!.Report("must name a key");
        }

        return action is null ? null : new RecordFilter(Enum.Parse<RecordFilterAction>(action, ignoreCase: true)) { Topics = topics, Keys = keys, Headers = headers };
    }

    /// <summary>A line is a key.</summary>
    private static IEnumerable<byte[]?> KeysOf(YamlValue? value)
    {
        if (value?.Text() is not { } file)
        {
            return [];
        }

        try
        {
            List<byte[]?> keys = [.. File.ReadLines(file, Strict).Where(line => line.Length > 0).Select(line => Bytes(line, value))];
            if (keys.Count == 0)
            {
                value.Report($"{file} is empty");
            }

            return keys;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or DecoderFallbackException)
        {
            value.Report($"{file} cannot be read: {e.Message.TrimEnd('.')}");
            return [];
        }
    }

    private static byte[]? Bytes(string text, YamlValue value)
    {
        if (!text.StartsWith(Encoded, StringComparison.Ordinal))
        {
            return Encoding.UTF8.GetBytes(text);
        }

        var bytes = new byte[text.Length];
        if (Convert.TryFromBase64String(text[Encoded.Length..], bytes, out var length))
        {
            return bytes[..length];
        }

        value.Report($"has an entry that begins with {Encoded} and goes on with something else");
        return null;
    }
}
