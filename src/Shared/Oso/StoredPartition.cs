namespace KafkaBackup.Shared.Oso;

/// <summary>What a backup holds of one partition, in sum.</summary>
public sealed record StoredPartition
{
    /// <summary>Records.</summary>
    public long Records { get; private init; }

    /// <summary>Their objects.</summary>
    public int Segments { get; private init; }

    /// <summary>Bytes of these objects.</summary>
    public long StoredSize { get; private init; }

    /// <summary>How many offsets were deleted from the backup on purpose.</summary>
    public long PrunedOffsets { get; private init; }

    /// <summary>Ranges that were gone at the source before they could be read.</summary>
    public IReadOnlyList<ManifestGap> Gaps { get; private init; } = [];

    /// <summary>The next offset that a run would read; null when the backup answers for nothing of the partition.</summary>
    public long? Position { get; private init; }

    /// <summary>Those of a backup that is read a topic at a time: all that manifest or ledger tell of.</summary>
    /// <exception cref="Storage.StorageException">It cannot be read.</exception>
    public static async Task<IReadOnlyDictionary<PartitionId, StoredPartition>> ReadAsync(BackupStream contents, CancellationToken cancellation)
    {
        var stored = new Dictionary<PartitionId, StoredPartition>();
        await foreach (var topic in contents.TopicsAsync(cancellation))
        {
            foreach (var piece in topic.Manifest.Partitions) // Several of one partition where another program wrote several.
            {
                var id = new PartitionId(topic.Manifest.Name, piece.PartitionId);
                stored[id] = Of(id).With(piece, knowsPosition: topic.Coverage is null);
            }

            foreach (var (number, coverage) in topic.Coverage ?? new Dictionary<int, Ledger.Coverage>())
            {
                var id = new PartitionId(topic.Manifest.Name, number);
                stored[id] = Of(id) with { Position = coverage.Position };
            }
        }

        return stored;

        StoredPartition Of(PartitionId id) => stored.GetValueOrDefault(id) ?? new StoredPartition();
    }

    private StoredPartition With(ManifestPartition piece, bool knowsPosition) => this with
    {
        Records = piece.Segments.Aggregate(Records, (sum, segment) => sum + segment.RecordCount),
        Segments = Segments + piece.Segments.Count,
        StoredSize = piece.Segments.Aggregate(StoredSize, (sum, segment) => sum + segment.CompressedSize),
        PrunedOffsets = piece.Pruned.Aggregate(PrunedOffsets, (sum, pruned) => sum + Math.Max(pruned.EndOffset - pruned.StartOffset + 1, 0)),
        Gaps = [.. Gaps, .. piece.Gaps],
        Position = !knowsPosition ? null : piece.Segments.Select(segment => segment.EndOffset + 1).Concat(piece.Pruned.Select(pruned => pruned.EndOffset + 1))
            .Select(next => (long?)next).Append(Position).Max(),
    };
}
