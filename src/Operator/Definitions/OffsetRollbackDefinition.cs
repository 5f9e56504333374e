using KafkaBackup.Operator.Resources;

namespace KafkaBackup.Operator.Definitions;

/// <summary>A KafkaOffsetRollback as a definition that a cluster takes.</summary>
internal static class OffsetRollbackDefinition
{
    /// <summary>The definition of a resource.</summary>
    /// <param name="resource">The resource.</param>
    /// <param name="reset">The KafkaOffsetReset that it names; null: it names none, or there is none of the name.</param>
    /// <exception cref="SpecException">It asks for something that cannot be.</exception>
    public static string Of(KafkaOffsetRollbackResource resource, KafkaOffsetResetResource? reset)
    {
        var (spec, space, reference) = (resource.Spec, resource.Metadata.Namespace, resource.Spec.SnapshotRef);
        var id = reference.OffsetResetRef is { Length: > 0 } named
            ? reset?.Status?.SnapshotId ?? throw new SpecException($"spec.snapshotRef.offsetResetRef is '{named}', and no KafkaOffsetReset of this name in {space} has kept a snapshot.")
            : reference.Name;
        if (reference.Name.Length > 0 && reference.Name != id)
        {
            throw new SpecException($"spec.snapshotRef.name is '{reference.Name}', and the KafkaOffsetReset '{reference.OffsetResetRef}' has kept '{id}'. Name one of the two.");
        }

        var storage = reference.PvcName is { Length: > 0 } claim
            ? new StorageSpec { StorageType = "pvc", Pvc = new PvcStorageSpec(claim) { SubPath = reference.Path } }
            : reference.Storage;
        var yaml = new YamlLines()
            .Comment($"KafkaOffsetRollback {resource.Metadata.Key} {resource.Metadata.Uid}")
            .Own("mode", "offset-rollback")
            .Map("target", target => KafkaSections.Write(target, spec.KafkaCluster, space));
        if (storage is not null)
        {
            yaml.Map("storage", section => StorageSections.Write(section, storage, space, null));
        }

        return yaml.Map("rollback", rollback => rollback
            .Text("snapshot_id", id, "spec.snapshotRef.name")
            .List("consumer_groups", spec.ConsumerGroups, "spec.consumerGroups")
            .Flag("verify", spec.VerifyAfterRollback)
            .Flag("dry_run", spec.DryRun)).ToString();
    }
}
