namespace KafkaBackup.Shared.Oso;

/// <summary>One topic of a <see cref="BackupManifest"/>.</summary>
public sealed record ManifestTopic
{
    /// <summary>The topic's name.</summary>
    public required string Name { get; init; }

    /// <summary>How many partitions it had at the source when last seen, or null when that was not recorded.</summary>
    public int? OriginalPartitionCount { get; init; }

    /// <summary>The partitions that have a segment or a gap; partitions that were always empty are not listed.</summary>
    public required IReadOnlyList<ManifestPartition> Partitions { get; init; }
}
