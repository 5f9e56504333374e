using System.Text;
using KafkaBackup.Shared.Oso;

namespace KafkaBackup.Cli.Output;

/// <summary>The text that <c>list</c> prints for one backup: where it comes from and how much of each topic it holds.</summary>
public static class ListText
{
    /// <summary>Renders the manifest; lines end in <c>\n</c>. Topics are in order, whatever their order in the manifest.</summary>
    public static string Render(BackupManifest manifest)
    {
        var text = new StringBuilder();
        text.Append("Backup ").Append(PlainText.Name(manifest.BackupId)).Append('\n');
        text.AppendFields(
            ("created", PlainText.Time(manifest.CreatedAt)),
            ("source cluster", DescribeText.Recorded(manifest.SourceClusterId)),
            ("topics", PlainText.Count(manifest.Topics.Count)));
        if (manifest.Topics.Count == 0)
        {
            return text.ToString();
        }

        string[] heading = ["topic", "partitions", "segments", "records"];
        var rows = manifest.Topics.OrderBy(topic => topic.Name, StringComparer.Ordinal).Select(Row).Prepend(heading).ToList();
        var widths = PlainText.ColumnWidths(rows);
        text.Append('\n');
        foreach (var row in rows)
        {
            text.AppendRow(row, widths);
        }

        return text.ToString();
    }

    private static string[] Row(ManifestTopic topic)
    {
        var totals = ManifestTotals.Of(topic);
        return
        [
            PlainText.Name(topic.Name),
            PlainText.Count(totals.Partitions),
            PlainText.Count(totals.Segments),
            PlainText.Count(totals.Records),
        ];
    }
}
