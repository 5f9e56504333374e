using System.Globalization;
using System.Text;
using KafkaBackup.Shared.Oso;

namespace KafkaBackup.Cli.Output;

/// <summary>The text that <c>describe</c> prints: everything of a manifest but the single segments.</summary>
public sealed class DescribeText
{
    private readonly List<(string Name, string Text)> _topics = [];
    private readonly ManifestTotals _totals = new();

    /// <summary>Renders the manifest; lines end in <c>\n</c>. Topics and partitions are in order, whatever their order in the manifest.</summary>
    public static string Render(BackupManifest manifest)
    {
        var text = new DescribeText();
        foreach (var topic in manifest.Topics)
        {
            text.Add(topic);
        }

        return text.Whole(manifest);
    }

    /// <summary>The same of a backup that is read a topic at a time.</summary>
    /// <exception cref="Shared.Storage.StorageException">It cannot be read.</exception>
    public static async Task<string> RenderAsync(BackupStream contents, CancellationToken cancellation)
    {
        var text = new DescribeText();
        await foreach (var topic in contents.TopicsAsync(cancellation))
        {
            text.Add(topic.Manifest);
        }

        return text.Whole(contents.Root);
    }

    private void Add(ManifestTopic topic)
    {
        var text = new StringBuilder();
        AppendTopic(text, topic);
        _topics.Add((topic.Name, text.ToString()));
        foreach (var partition in topic.Partitions)
        {
            _totals.Add(partition);
        }
    }

    private string Whole(BackupManifest root)
    {
        var text = new StringBuilder();
        text.Append("Backup ").Append(PlainText.Name(root.BackupId)).Append('\n');
        text.AppendFields(
            ("created", PlainText.Time(root.CreatedAt)),
            ("source cluster", Recorded(root.SourceClusterId)),
            ("source brokers", Recorded(string.Join(", ", root.SourceBrokers))),
            ("compression", Recorded(root.Compression)));

        AppendTotals(text, _totals, _topics.Count);
        foreach (var topic in _topics.OrderBy(topic => topic.Name, StringComparer.Ordinal))
        {
            text.Append(topic.Text);
        }

        return text.ToString();
    }

    /// <summary>The value, or that there is none.</summary>
    internal static string Recorded(string? value) => string.IsNullOrEmpty(value) ? "not recorded" : PlainText.Name(value);

    private static void AppendTotals(StringBuilder text, ManifestTotals totals, int topics)
    {
        text.Append("\nTotals\n");
        text.AppendFields(
            ("topics", PlainText.Count(topics)),
            ("partitions", PlainText.Count(totals.Partitions)),
            ("segments", PlainText.Count(totals.Segments)),
            ("records", PlainText.Count(totals.Records)),
            ("stored", SizeOf(totals.StoredSize, totals)),
            ("uncompressed", SizeOf(totals.RecordSize, totals)),
            ("ratio", Ratio(totals)),
            ("first record", TimeOf(totals.Earliest, totals)),
            ("last record", TimeOf(totals.Latest, totals)),
            ("gaps", Gaps(totals)));
        if (totals.Pruned > 0)
        {
            text.AppendFields(("pruned", $"{PlainText.Count(totals.PrunedOffsets)} offsets were deleted from the backup on purpose"));
        }
    }

    private static string Gaps(ManifestTotals totals) => totals.Gaps == 0
        ? "none"
        : $"{PlainText.Count(totals.Gaps)} ({PlainText.Count(totals.LostOffsets)} offsets were gone at the source)";

    private static string TimeOf(long? timestamp, ManifestTotals totals) =>
        timestamp is { } time ? PlainText.Time(time) : totals.Records == 0 ? "none" : "without a timestamp";

    private static string SizeOf(long bytes, ManifestTotals totals) =>
        bytes == 0 && totals.Segments > 0 ? "not recorded" : PlainText.Size(bytes);

    private static string Ratio(ManifestTotals totals) => totals.StoredSize == 0 || totals.RecordSize == 0
        ? "not known"
        : string.Create(CultureInfo.InvariantCulture, $"{100.0 * totals.StoredSize / totals.RecordSize:F1} % of uncompressed");

    private static void AppendTopic(StringBuilder text, ManifestTopic topic)
    {
        text.Append("\nTopic ").Append(PlainText.Name(topic.Name)).Append('\n');
        var atSource = topic.OriginalPartitionCount is { } count ? $"{PlainText.Count(count)} at the source" : "number at the source not recorded";
        text.Append("  ").Append(PlainText.Count(topic.Partitions.Count, "partition")).Append(" with data, ").Append(atSource).Append('\n');
        AppendConfiguration(text, topic);
        if (topic.Partitions.Count == 0)
        {
            return;
        }

        string[] heading = ["partition", "offsets", "records", "segments", "gaps"];
        var rows = topic.Partitions.OrderBy(partition => partition.PartitionId).Select(partition => (partition, row: Row(partition))).ToList();
        var widths = PlainText.ColumnWidths(rows.Select(row => row.row).Prepend(heading));
        text.AppendRow(heading, widths);
        foreach (var (partition, row) in rows)
        {
            text.AppendRow(row, widths);
            foreach (var gap in partition.Gaps)
            {
                text.Append("    gap [").Append(gap.StartOffset).Append(", ").Append(gap.EndOffset).Append(") ").Append(PlainText.Name(gap.Reason))
                    .Append(", detected ").Append(PlainText.Time(gap.DetectedAt)).Append('\n');
            }

            foreach (var pruned in partition.Pruned)
            {
                text.Append("    pruned ").Append(pruned.StartOffset).Append('-').Append(pruned.EndOffset)
                    .Append(", ").Append(PlainText.Name(pruned.Reason)).Append(", at ").Append(PlainText.Time(pruned.PrunedAt)).Append('\n');
            }
        }
    }

    private static void AppendConfiguration(StringBuilder text, ManifestTopic topic)
    {
        if (topic.SourceReplicationFactor is { } replicas)
        {
            text.Append("  replication factor ").Append(PlainText.Count(replicas)).Append(" at the source\n");
        }

        if (topic.Configurations.Count > 0)
        {
            var settings = topic.Configurations.OrderBy(setting => setting.Key, StringComparer.Ordinal)
                .Select(setting => $"{setting.Key}={setting.Value}");
            text.Append("  settings: ").Append(PlainText.Name(string.Join(", ", settings))).Append('\n');
        }
    }

    private static string[] Row(ManifestPartition partition)
    {
        var totals = ManifestTotals.Of(partition);
        return
        [
            partition.PartitionId.ToString(),
            totals.Segments == 0 ? "none" : $"{totals.FirstOffset}-{totals.LastOffset}",
            PlainText.Count(totals.Records),
            PlainText.Count(totals.Segments),
            PlainText.Count(totals.Gaps),
        ];
    }
}
