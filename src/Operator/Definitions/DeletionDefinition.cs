using KafkaBackup.Operator.Resources;

namespace KafkaBackup.Operator.Definitions;

/// <summary>The deletion of what a KafkaBackup has stored, as a definition that a cluster takes.</summary>
internal static class DeletionDefinition
{
    /// <summary>The definition for a resource.</summary>
    /// <param name="resource">The resource.</param>
    /// <param name="declared">Its definition as the cluster has it, by which it has stored what it has; the spec may have changed since.</param>
    public static string Of(KafkaBackupResource resource, string declared) => new YamlLines()
        .Comment($"Deletion of KafkaBackup {resource.Key} {resource.Metadata.Uid}")
        .Own("mode", "deletion").ToString() + Section(declared, "backup_id") + Section(declared, "storage");

    /// <summary>A key at the top, and what is below it.</summary>
    private static string Section(string definition, string key)
    {
        var lines = definition.Split('\n').SkipWhile(line => !line.StartsWith($"{key}:", StringComparison.Ordinal)).ToList();
        return string.Concat(lines.Take(1).Concat(lines.Skip(1).TakeWhile(line => line.StartsWith(' '))).Select(line => $"{line}\n"));
    }
}
