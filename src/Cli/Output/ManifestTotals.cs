using KafkaBackup.Shared.Kafka;
using KafkaBackup.Shared.Oso;

namespace KafkaBackup.Cli.Output;

/// <summary>Sums over some partitions of a manifest, as the manifest tells them.</summary>
internal sealed record ManifestTotals
{
    private ManifestTotals(IReadOnlyCollection<ManifestPartition> partitions)
    {
        Partitions = partitions.Count;
        foreach (var segment in partitions.SelectMany(partition => partition.Segments))
        {
            Segments++;
            Records += segment.RecordCount;
            StoredSize += segment.CompressedSize;
            RecordSize += segment.UncompressedSize;
            AddTime(segment.StartTimestamp);
            AddTime(segment.EndTimestamp);
            FirstOffset = Math.Min(FirstOffset ?? long.MaxValue, segment.StartOffset);
            LastOffset = Math.Max(LastOffset ?? long.MinValue, segment.EndOffset);
        }

        foreach (var gap in partitions.SelectMany(partition => partition.Gaps))
        {
            Gaps++;
            LostOffsets += Math.Max(gap.EndOffset - gap.StartOffset, 0);
        }

        foreach (var pruned in partitions.SelectMany(partition => partition.Pruned))
        {
            Pruned++;
            PrunedOffsets += Math.Max(pruned.EndOffset - pruned.StartOffset + 1, 0);
        }
    }

    public int Partitions { get; }

    public int Segments { get; }

    public long Records { get; }

    /// <summary>Bytes of all objects; 0 when the manifest does not tell.</summary>
    public long StoredSize { get; }

    /// <summary>Bytes of all bodies before compression; 0 when the manifest does not tell.</summary>
    public long RecordSize { get; }

    /// <summary>Null when no record has a timestamp.</summary>
    public long? Earliest { get; private set; }

    /// <summary>Null when no record has a timestamp.</summary>
    public long? Latest { get; private set; }

    /// <summary>Means something for one partition only.</summary>
    public long? FirstOffset { get; }

    /// <summary>Inclusive. Means something for one partition only.</summary>
    public long? LastOffset { get; }

    public int Gaps { get; }

    public long LostOffsets { get; }

    /// <summary>How many ranges were pruned.</summary>
    public int Pruned { get; }

    public long PrunedOffsets { get; }

    public static ManifestTotals Of(BackupManifest manifest) => new([.. manifest.Topics.SelectMany(topic => topic.Partitions)]);

    public static ManifestTotals Of(ManifestTopic topic) => new(topic.Partitions);

    public static ManifestTotals Of(ManifestPartition partition) => new([partition]);

    private void AddTime(long timestamp)
    {
        if (timestamp != RecordCursor.NoTimestamp)
        {
            (Earliest, Latest) = (Math.Min(Earliest ?? timestamp, timestamp), Math.Max(Latest ?? timestamp, timestamp));
        }
    }
}
