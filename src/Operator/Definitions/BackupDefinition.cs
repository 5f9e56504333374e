using KafkaBackup.Operator.Resources;
using KafkaBackup.Shared;

namespace KafkaBackup.Operator.Definitions;

/// <summary>A KafkaBackup as a definition that a cluster takes.</summary>
/// <param name="Backup">What the backup is called.</param>
/// <param name="Text">The definition. The same spec gives the same text.</param>
/// <param name="Schedule">When runs begin, as the cluster's catalogue reads it; null: once, or without an end.</param>
/// <param name="TimeZone">The time zone of that; null: UTC.</param>
internal sealed record BackupDefinition(BackupId Backup, string Text, string? Schedule, string? TimeZone)
{
    private const string OwnerMark = "# KafkaBackup ";

    /// <summary>The definition of a resource.</summary>
    /// <exception cref="SpecException">It asks for something that cannot be.</exception>
    public static BackupDefinition Of(KafkaBackupResource resource)
    {
        var spec = resource.Spec;
        if (BackupId.Problem(resource.BackupId) is { } problem)
        {
            throw new SpecException($"spec.backupId: {problem}.");
        }

        var yaml = new YamlLines()
            .Comment($"{OwnerMark[2..]}{resource.Key} {resource.Metadata.Uid}")
            .Own("mode", "backup")
            .Text("backup_id", resource.BackupId, "spec.backupId")
            .Map("source", source =>
            {
                KafkaSections.Write(source, spec.KafkaCluster, resource.Metadata.Namespace);
                source.Map("topics", topics => topics
                    .List("include", spec.Topics, "spec.topics")
                    .List("exclude", spec.ExcludeTopics, "spec.excludeTopics"));
            })
            .Map("storage", storage => StorageSections.Write(storage, spec.Storage, resource.Metadata.Namespace, spec.StoragePatienceSecs))
            .Map("backup", backup => WriteBackup(backup, spec))
            .Map("offset_storage", offsets => offsets.Own("backend", "sqlite")); // So that each run goes on where the last one ended.

        return new BackupDefinition(new BackupId(resource.BackupId), yaml.ToString(), spec.Schedule is { } schedule ? CronDialect.Read(schedule) : null, spec.TimeZone);
    }

    /// <summary>The object that a definition was made of, by its namespace and name; null: it is somebody's own.</summary>
    public static string? OwnerOf(string definition) => definition.StartsWith(OwnerMark, StringComparison.Ordinal)
        ? definition[OwnerMark.Length..definition.IndexOf('\n', StringComparison.Ordinal)].Split(' ')[0]
        : null;

    /// <summary>Whether a definition was made of this very object, and not of one of its name before or after.</summary>
    public static bool IsOf(string definition, KafkaBackupResource resource) =>
        definition.StartsWith($"{OwnerMark}{resource.Key} {resource.Metadata.Uid}\n", StringComparison.Ordinal);

    private static void WriteBackup(YamlLines yaml, KafkaBackupSpec spec) => yaml
        .Text("compression", spec.Compression, "spec.compression")
        .Number("compression_level", spec.CompressionLevel)
        .Number("segment_max_bytes", spec.SegmentMaxBytes)
        .Number("segment_max_interval_ms", spec.SegmentMaxIntervalMs)
        .Flag("continuous", spec.Continuous)
        .Number("poll_interval_ms", spec.Continuous ? spec.PollIntervalMs : null)
        .Flag("stop_at_current_offsets", spec.StopAtCurrentOffsets)
        .Flag("include_internal_topics", spec.IncludeInternalTopics)
        .Flag("include_offset_headers", spec.IncludeOffsetHeaders)
        .Text("source_cluster_id", spec.SourceClusterId, "spec.sourceClusterId")
        .Flag("consumer_group_snapshot", spec.ConsumerGroupSnapshot)
        .Number("sync_interval_secs", spec.Checkpoint.Enabled ? spec.Checkpoint.IntervalSecs : null)
        .Number("max_concurrent_partitions", spec.RateLimiting?.MaxConcurrentPartitions);
}
