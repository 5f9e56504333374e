using KafkaBackup.Operator.Resources;

namespace KafkaBackup.Operator.Definitions;

/// <summary>A KafkaBackupValidation as a definition that a cluster takes.</summary>
internal static class ValidationDefinition
{
    /// <summary>The definition of a resource.</summary>
    /// <param name="resource">The resource.</param>
    /// <param name="source">The KafkaBackup that it names; null: it names none, or there is none of the name.</param>
    /// <exception cref="SpecException">It asks for something that cannot be.</exception>
    public static string Of(KafkaBackupValidationResource resource, KafkaBackupResource? source)
    {
        var (spec, space) = (resource.Spec, resource.Metadata.Namespace);
        var place = BackupPlace.Of("KafkaBackupValidation", spec.BackupRef, space, source);
        var yaml = new YamlLines()
            .Comment($"KafkaBackupValidation {resource.Metadata.Key} {resource.Metadata.Uid}")
            .Own("mode", "validation")
            .Text("backup_id", place.Backup, "spec.backupRef.backupId")
            .Map("storage", storage => StorageSections.Write(storage, place.Storage, space, null));
        if (spec.KafkaCluster is { } cluster)
        {
            yaml.Map("target", target => KafkaSections.Write(target, cluster, space));
        }

        yaml.Map("checks", checks => WriteChecks(checks, spec.Checks)).Own("triggered_by", $"KafkaBackupValidation {resource.Metadata.Key}");
        return spec.Evidence is null ? yaml.ToString() : yaml.Map("evidence", evidence => evidence.List("formats", ["json"], "spec.evidence")).ToString();
    }

    private static void WriteChecks(YamlLines yaml, ChecksSpec checks)
    {
        if (checks.MessageCount is { Enabled: true } count)
        {
            yaml.Map("message_count", inner => inner
                .Flag("enabled", true).Number("fail_threshold", count.FailThreshold).List("topics", count.Topics, "spec.checks.messageCount.topics"));
        }

        if (checks.OffsetRange is { Enabled: true })
        {
            yaml.Map("offset_range", inner => inner.Flag("enabled", true));
        }

        if (checks.ConsumerGroupOffsets is { Enabled: true } groups)
        {
            yaml.Map("consumer_group_offsets", inner => inner
                .Flag("enabled", true).List("groups", groups.ConsumerGroups, "spec.checks.consumerGroupOffsets.consumerGroups"));
        }

        yaml.Maps("custom_webhooks", checks.CustomWebhooks, (entry, hook) => entry
            .Text("name", hook.Name, "spec.checks.customWebhooks").Text("url", hook.Url, "spec.checks.customWebhooks")
            .Number("timeout_seconds", hook.TimeoutSecs).Number("expected_status_code", hook.ExpectedStatusCode));
    }
}
