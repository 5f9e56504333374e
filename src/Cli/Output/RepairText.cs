using System.Text;
using KafkaBackup.Shared;
using KafkaBackup.Shared.Ledger.Repair;

namespace KafkaBackup.Cli.Output;

/// <summary>The text that <c>repair</c> prints: what was found, what the ledger says now, and what it does not answer for.</summary>
public static class RepairText
{
    private const int MaxLines = 20;
    private const int MaxRanges = 5;

    /// <summary>Renders the report; lines end in <c>\n</c>, the last one is the result.</summary>
    public static string Render(RepairReport report)
    {
        var named = report.Partitions.Sum(partition => partition.Segments);
        var added = report.Partitions.Sum(partition => partition.NewSegments);
        var text = new StringBuilder("Backup ").Append(PlainText.Name(report.Backup.Value)).Append('\n');
        text.AppendFields(
            ("head", report.HadHead ? "sound" : "lost"),
            ("parts", PlainText.Count(report.Parts)),
            ("manifest", report.HadManifest ? "sound" : "none that can be read"),
            ("segments", PlainText.Count(report.Segments)),
            ("named before", PlainText.Count(report.NamedBefore)),
            ("named anew", PlainText.Count(added)),
            ("not named", PlainText.Count(report.Unnamed)));
        AppendTable(text, report.Partitions);
        AppendSentences(text, "\nFound damaged or missing\n", [.. report.Damage, .. report.UnsoundSegments, .. report.Lost.Select(Lost)]);
        AppendSentences(text, "\nNot covered: the next 'backup' reads these offsets again, and records what the source no longer has as a gap\n",
            [.. report.Partitions.Where(partition => partition.Uncovered.Count > 0)
                .Select(partition => $"{Name(partition)}: {Inclusive(partition.Uncovered)}")]);
        if (report is { WasSound: true, Unnamed: > 0 })
        {
            text.Append("\nWhat is not named was never committed, or is in other segments too; 'kafka-backup backup --sweep-orphans' deletes it.\n");
        }

        return text.Append("\nResult: ").Append(Result(report, named)).Append('\n').ToString();
    }

    private static void AppendTable(StringBuilder text, IReadOnlyList<RepairedPartition> partitions)
    {
        if (partitions.Count == 0)
        {
            return;
        }

        string[] heading = ["partition", "segments", "named anew", "offsets", "gaps"];
        var shown = partitions.OrderByDescending(partition => partition.NewSegments).ThenBy(partition => partition.Partition).Take(MaxLines);
        var rows = shown.Select(partition => (string[])
        [
            Name(partition), PlainText.Count(partition.Segments), PlainText.Count(partition.NewSegments),
            Inclusive([partition.Range]), Inclusive(partition.Gaps),
        ]).Prepend(heading).ToList();
        var widths = PlainText.ColumnWidths(rows);
        text.Append('\n');
        foreach (var row in rows)
        {
            text.AppendRow(row, widths);
        }

        AppendMore(text, partitions.Count);
    }

    private static void AppendSentences(StringBuilder text, string heading, List<string> sentences)
    {
        if (sentences.Count == 0)
        {
            return;
        }

        text.Append(heading);
        foreach (var sentence in sentences.Take(MaxLines))
        {
            text.Append("  ").Append(PlainText.Name(sentence)).Append('\n');
        }

        AppendMore(text, sentences.Count);
    }

    private static void AppendMore(StringBuilder text, int count) =>
        text.Append(count > MaxLines ? $"  and {PlainText.Count(count - MaxLines)} more\n" : "");

    private static string Lost(LostSegment lost) => $"{lost.Key} is missing: offsets {Inclusive([lost.Range])} of {lost.Partition}.";

    private static string Name(RepairedPartition partition) => PlainText.Name(partition.Partition.ToString());

    private static string Result(RepairReport report, int named) => report switch
    {
        { WasSound: true } => "the ledger is sound. Nothing was changed.",
        { Epoch: { } epoch } => $"the ledger was rebuilt: it names {PlainText.Count(named)} segments, under epoch {epoch}. Nothing was deleted.",
        _ => $"the ledger needs a repair; it would name {PlainText.Count(named)} segments. Nothing was written.",
    };

    private static string Inclusive(IReadOnlyList<OffsetRange> ranges) => ranges.Count == 0
        ? "none"
        : string.Join(", ", ranges.Take(MaxRanges).Select(range => range.Length == 1 ? $"{range.Base}" : $"{range.Base}-{range.Next - 1}"))
            + (ranges.Count > MaxRanges ? $" and {ranges.Count - MaxRanges} more" : "");
}
