using KafkaBackup.Shared.Kafka;
using KafkaBackup.Shared.Oso;

namespace KafkaBackup.Cli.Output;

/// <summary>Sums over some partitions of a manifest, as the manifest tells them.</summary>
internal sealed class ManifestTotals
{
    /// <summary>Takes in a partition.</summary>
    public void Add(ManifestPartition partition)
    {
        Partitions++;
        foreach (var segment in partition.Segments)
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

        foreach (var gap in partition.Gaps)
        {
            Gaps++;
            LostOffsets += Math.Max(gap.EndOffset - gap.StartOffset, 0);
        }

        foreach (var pruned in partition.Pruned)
        {
            Pruned++;
            PrunedOffsets += Math.Max(pruned.EndOffset - pruned.StartOffset + 1, 0);
        }
    }

    public int Partitions { get; private set; }

    public int Segments { get; private set; }

    public long Records { get; private set; }

    /// <summary>Bytes of all objects; 0 when the manifest does not tell.</summary>
    public long StoredSize { get; private set; }

    /// <summary>Bytes of all bodies before compression; 0 when the manifest does not tell.</summary>
    public long RecordSize { get; private set; }

    /// <summary>Null when no record has a timestamp.</summary>
    public long? Earliest { get; private set; }

    /// <summary>Null when no record has a timestamp.</summary>
    public long? Latest { get; private set; }

    /// <summary>Means something for one partition only.</summary>
    public long? FirstOffset { get; private set; }

    /// <summary>Inclusive. Means something for one partition only.</summary>
    public long? LastOffset { get; private set; }

    public int Gaps { get; private set; }

    public long LostOffsets { get; private set; }

    /// <summary>How many ranges were pruned.</summary>
    public int Pruned { get; private set; }

    public long PrunedOffsets { get; private set; }

    public static ManifestTotals Of(params IEnumerable<ManifestPartition> partitions)
    {
        var totals = new ManifestTotals();
        foreach (var partition in partitions)
        {
            totals.Add(partition);
        }

        return totals;
    }

    private void AddTime(long timestamp)
    {
        if (timestamp != RecordCursor.NoTimestamp)
        {
            (Earliest, Latest) = (Math.Min(Earliest ?? timestamp, timestamp), Math.Max(Latest ?? timestamp, timestamp));
        }
    }
}
