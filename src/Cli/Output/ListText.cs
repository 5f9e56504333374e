using System.Text;
using KafkaBackup.Shared.Oso;

namespace KafkaBackup.Cli.Output;

/// <summary>The text that <c>list</c> prints for one backup: where it comes from and how much of each topic it holds.</summary>
public static class ListText
{
    /// <summary>Renders the manifest; lines end in <c>\n</c>. Topics are in order, whatever their order in the manifest.</summary>
    public static string Render(BackupManifest manifest) => Render(manifest, manifest.Topics.Select(RowOf));

    /// <summary>The same of a backup that is read a topic at a time.</summary>
    /// <exception cref="Shared.Storage.StorageException">It cannot be read.</exception>
    public static async Task<string> RenderAsync(BackupStream contents, CancellationToken cancellation)
    {
        var rows = new List<(string Name, string[] Row)>();
        await foreach (var topic in contents.TopicsAsync(cancellation))
        {
            rows.Add(RowOf(topic.Manifest));
        }

        return Render(contents.Root, rows);
    }

    private static string Render(BackupManifest root, IEnumerable<(string Name, string[] Row)> topics)
    {
        var rows = topics.OrderBy(topic => topic.Name, StringComparer.Ordinal).Select(topic => topic.Row).ToList();
        var text = new StringBuilder();
        text.Append("Backup ").Append(PlainText.Name(root.BackupId)).Append('\n');
        text.AppendFields(
            ("created", PlainText.Time(root.CreatedAt)),
            ("source cluster", DescribeText.Recorded(root.SourceClusterId)),
            ("topics", PlainText.Count(rows.Count)));
        if (rows.Count == 0)
        {
            return text.ToString();
        }

        rows.Insert(0, ["topic", "partitions", "segments", "records"]);
        var widths = PlainText.ColumnWidths(rows);
        text.Append('\n');
        foreach (var row in rows)
        {
            text.AppendRow(row, widths);
        }

        return text.ToString();
    }

    private static (string Name, string[] Row) RowOf(ManifestTopic topic)
    {
        var totals = ManifestTotals.Of(topic.Partitions);
        return (topic.Name,
        [
            PlainText.Name(topic.Name),
            PlainText.Count(totals.Partitions),
            PlainText.Count(totals.Segments),
            PlainText.Count(totals.Records),
        ]);
    }
}
