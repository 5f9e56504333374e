using KafkaBackup.Operator.Resources;
using KafkaBackup.Shared;

namespace KafkaBackup.Operator.Definitions;

/// <summary>A KafkaRestore as a definition that a cluster takes.</summary>
/// <param name="Backup">What is restored.</param>
/// <param name="Text">The definition. The same spec gives the same text.</param>
internal sealed record RestoreDefinition(BackupId Backup, string Text)
{
    /// <summary>The definition of a resource.</summary>
    /// <param name="resource">The resource.</param>
    /// <param name="source">The KafkaBackup that it names; null: it names none, or there is none of the name.</param>
    /// <exception cref="SpecException">It asks for something that cannot be.</exception>
    public static RestoreDefinition Of(KafkaRestoreResource resource, KafkaBackupResource? source)
    {
        var (spec, space, reference) = (resource.Spec, resource.Metadata.Namespace, resource.Spec.BackupRef);
        var (backup, storage) = BackupPlace.Of("KafkaRestore", reference, space, source);
        var yaml = new YamlLines()
            .Comment($"KafkaRestore {resource.Metadata.Key} {resource.Metadata.Uid}")
            .Own("mode", "restore")
            .Text("backup_id", backup, "spec.backupRef.backupId")
            .Map("target", target =>
            {
                KafkaSections.Write(target, spec.KafkaCluster, space);
                if (spec.Topics.Count > 0)
                {
                    target.Map("topics", topics => topics.List("include", spec.Topics, "spec.topics"));
                }
            })
            .Map("storage", section => StorageSections.Write(section, storage, space, spec.StoragePatienceSecs ?? source?.Spec.StoragePatienceSecs))
            .Map("restore", restore => WriteRestore(restore, spec));
        return new RestoreDefinition(new BackupId(backup), yaml.ToString());
    }

    private static void WriteRestore(YamlLines yaml, KafkaRestoreSpec spec)
    {
        yaml.Flag("create_topics", spec.CreateTopics)
            .Flag("purge_topics", spec.PurgeTopics)
            .Number("time_window_start", spec.Pitr?.StartTimestamp)
            .Text("time_window_start", spec.Pitr?.StartTime, "spec.pitr.startTime")
            .Number("time_window_end", spec.Pitr?.EndTimestamp)
            .Text("time_window_end", spec.Pitr?.EndTime, "spec.pitr.endTime")
            .Entries("topic_mapping", spec.TopicMapping, "spec.topicMapping", (map, name, target) => map.Text(name, target, "spec.topicMapping"))
            .Entries("partition_mapping", spec.PartitionMapping, "spec.partitionMapping", (map, number, target) => map.Number(number.Trim('"'), target))
            .Entries("repartitioning", spec.Repartitioning, "spec.repartitioning", (map, name, topic) => map.Map(name, entry => entry
                .Text("strategy", topic.Strategy, "spec.repartitioning").Number("target_partitions", topic.TargetPartitions)))
            .Number("default_replication_factor", spec.DefaultReplicationFactor is > 0 and var replicas ? replicas : null)
            .Own("produce_acks", spec.ProduceAcks switch { -1 => null, var acks => $"{acks}" })
            .Number("produce_timeout_ms", spec.ProduceTimeoutMs)
            .Number("rate_limit_records_per_sec", spec.RateLimiting?.RecordsPerSec is > 0 and var records ? records : null)
            .Number("rate_limit_bytes_per_sec", spec.RateLimiting?.BytesPerSec is > 0 and var bytes ? bytes : null)
            .Number("max_concurrent_partitions", spec.RateLimiting?.MaxConcurrentPartitions)
            .Flag("dry_run", spec.DryRun ? true : null);
        WriteGroups(yaml, spec);
    }

    private static void WriteGroups(YamlLines yaml, KafkaRestoreSpec spec)
    {
        var isReset = spec.OffsetReset is { Enabled: true };
        yaml.Flag("auto_consumer_groups", spec.AutoConsumerGroups ? true : null);
        if (isReset && !spec.AutoConsumerGroups)
        {
            yaml.Flag("reset_consumer_offsets", true).List("consumer_groups", spec.OffsetReset!.ConsumerGroups, "spec.offsetReset.consumerGroups");
        }

        if (isReset)
        {
            yaml.Own("consumer_group_strategy", spec.OffsetReset!.Strategy switch
            {
                "manual" or "dry-run" or "dry_run" => "manual", // Both set nothing, and tell.
                "timestamp" or "timestamp-based" => "timestamp-based",
                "cluster-scan" => "cluster-scan",
                "skip" => "skip",
                _ => "header-based",
            });
        }
    }
}
