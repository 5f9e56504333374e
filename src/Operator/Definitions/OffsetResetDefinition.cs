using KafkaBackup.Operator.Resources;

namespace KafkaBackup.Operator.Definitions;

/// <summary>A KafkaOffsetReset as a definition that a cluster takes.</summary>
internal static class OffsetResetDefinition
{
    /// <summary>The definition of a resource.</summary>
    /// <param name="resource">The resource.</param>
    /// <param name="restore">The KafkaRestore that it names; null: it names none, or there is none of the name.</param>
    /// <param name="source">The KafkaBackup that this one names; null: it names none, or there is none of the name.</param>
    /// <exception cref="SpecException">It asks for something that cannot be.</exception>
    public static string Of(KafkaOffsetResetResource resource, KafkaRestoreResource? restore, KafkaBackupResource? source)
    {
        var (spec, space) = (resource.Spec, resource.Metadata.Namespace);
        var yaml = new YamlLines()
            .Comment($"KafkaOffsetReset {resource.Metadata.Key} {resource.Metadata.Uid}")
            .Own("mode", "offset-reset")
            .Map("target", target => KafkaSections.Write(target, spec.KafkaCluster, space));
        string? id = null;
        if (spec.ResetStrategy == "from-mapping")
        {
            if (restore?.Status is not { Phase: "Completed" or "Incomplete", ReportPath: { } report })
            {
                throw new SpecException($"spec.offsetMappingRef.restoreName is '{spec.OffsetMappingRef?.RestoreName}', and no KafkaRestore of this name in {space} has come to its end: it tells where groups belong.");
            }

            // A report lies in the storage under the restore's own id.
            id = report[(report.LastIndexOf('/') + 1)..].Split('.')[0];
            var place = BackupPlace.Of("KafkaRestore", restore.Spec.BackupRef, space, source);
            yaml.Text("backup_id", restore.Status.BackupId ?? place.Backup, "status.backupId")
                .Map("storage", storage => StorageSections.Write(storage, place.Storage, space, null));
        }

        return yaml.Map("reset", reset => reset
            .Own("strategy", spec.ResetStrategy)
            .Number("timestamp", spec.ResetStrategy == "to-timestamp" ? spec.ResetTimestamp : null)
            .Number("offset", spec.ResetStrategy == "to-offset" ? spec.ResetOffset : null)
            .Text("restore_id", id, "status.reportPath of the KafkaRestore")
            .List("consumer_groups", spec.ConsumerGroups, "spec.consumerGroups")
            .List("topics", spec.Topics, "spec.topics")
            .Own("snapshot_id", spec is { SnapshotBeforeReset: true, DryRun: false } ? $"reset-{resource.Metadata.Uid}" : null)
            .Number("max_concurrent", spec.Parallelism)
            .Flag("continue_on_error", spec.ContinueOnError)
            .Flag("dry_run", spec.DryRun)).ToString();
    }
}
