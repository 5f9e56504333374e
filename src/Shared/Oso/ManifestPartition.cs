namespace KafkaBackup.Shared.Oso;

/// <summary>One partition of a <see cref="ManifestTopic"/>.</summary>
public sealed record ManifestPartition
{
    /// <summary>The partition's number.</summary>
    public required int PartitionId { get; init; }

    /// <summary>Its segments.</summary>
    public required IReadOnlyList<ManifestSegment> Segments { get; init; }

    /// <summary>Ranges that were gone at the source before they could be read. Not written when empty.</summary>
    public IReadOnlyList<ManifestGap> Gaps { get; init => field = value ?? []; } = [];
}
