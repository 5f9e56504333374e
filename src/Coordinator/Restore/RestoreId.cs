using System.Security.Cryptography;
using System.Text.Json;
using KafkaBackup.Shared.Configuration;

namespace KafkaBackup.Coordinator.Restore;

/// <summary>Tells restores apart by what they bring where: whoever starts one with the same backup, selection, window, names and headers, into the same cluster, goes on with
/// it.</summary>
internal static class RestoreId
{
    private const int Digits = 16;

    /// <summary>The id of the restore that <paramref name="configuration"/> describes.</summary>
    /// <param name="configuration">What is restored. How fast and in which way it is sent, the settings of topics (but for records that are left out for them), and how the cluster and the store are reached, do not count.</param>
    /// <param name="cluster">The id of the target; null when it has none: then its addresses count.</param>
    public static string Of(RestoreConfiguration configuration, string? cluster)
    {
        var (restore, topics) = (configuration.Restore, configuration.Target.Topics);
        var text = JsonSerializer.Serialize(
            [
                [configuration.BackupId.Value],
                cluster is null ? [.. configuration.Target.BootstrapServers.Order(StringComparer.Ordinal)] : [cluster],
                [.. topics.Include.Order(StringComparer.Ordinal)],
                [.. topics.Exclude.Order(StringComparer.Ordinal)],
                [$"{restore.TimeWindowStart}", $"{restore.TimeWindowEnd}", $"{restore.IncludesOriginalOffset}"],
                [.. restore.SourcePartitions.Order().Select(number => $"{number}")],
                [.. restore.TopicMapping.OrderBy(pair => pair.Key, StringComparer.Ordinal).SelectMany(pair => (string[])[pair.Key, pair.Value])],
                [.. restore.PartitionMapping.OrderBy(pair => pair.Key).SelectMany(pair => (string[])[$"{pair.Key}", $"{pair.Value}"])],
                .. Chosen(restore),
                .. Repartitioned(restore), // Without it the id is what it was before there was repartitioning.
            ],
            RestoreIdJson.Default.StringArrayArray);
        return Convert.ToHexStringLower(SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(text)))[..Digits];
    }

    private static IEnumerable<string[]> Chosen(RestoreSection restore)
    {
        if (restore.OffsetRanges.Count > 0)
        {
            yield return ["offset_ranges", .. restore.OffsetRanges.OrderBy(range => range.Key).Select(range => $"{range.Key} {range.Value.From} {range.Value.To}")];
        }

        if (restore.RetentionPolicy == RetentionPolicy.Skip)
        {
            yield return ["retention_policy", "skip"];
        }

        if (RecordFilter.Fingerprint(restore.RecordFilters) is { } filters)
        {
            yield return ["record_filters", filters];
        }
    }

    private static IEnumerable<string[]> Repartitioned(RestoreSection restore) => restore.Repartitioning.OrderBy(topic => topic.Key, StringComparer.Ordinal)
        .Select(topic => (string[])[topic.Key, $"{topic.Value.Strategy}", $"{topic.Value.Partitions}"]);
}

/// <summary>The generated writer of what an id is made of.</summary>
[System.Text.Json.Serialization.JsonSerializable(typeof(string[][]))]
internal sealed partial class RestoreIdJson : System.Text.Json.Serialization.JsonSerializerContext;
