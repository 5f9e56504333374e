using System.Text;
using KafkaBackup.Shared.Validation;
using KafkaBackup.Shared;

namespace KafkaBackup.Cli.Output;

/// <summary>The text that <c>validate</c> prints: a table of partitions, then a sentence for each thing that an operator should know.</summary>
public static class ValidationText
{
    private const int MaxRanges = 5;

    /// <summary>Renders the report; lines end in <c>\n</c>, the last one is the result.</summary>
    public static string Render(ValidationReport report)
    {
        var text = new StringBuilder();
        text.Append("Backup ").Append(PlainText.Name(report.BackupId)).Append('\n');
        text.AppendFields(
            ("looked at", report.IsDeep ? "every record of every object" : "presence and size of every object; --deep reads them"),
            ("partitions", PlainText.Count(report.Partitions.Count)),
            ("segments", PlainText.Count(report.Partitions.Sum(partition => partition.Segments))),
            ("records", PlainText.Count(report.Partitions.Sum(partition => partition.Records))));
        AppendTable(text, report);
        AppendSentences(text, "\nProblems\n", report.Partitions.SelectMany(Problems));
        AppendSentences(text, "\nNotes\n", report.Partitions.SelectMany(Notes));
        return text.Append("\nResult: ").Append(Result(report)).Append('\n').ToString();
    }

    private static void AppendTable(StringBuilder text, ValidationReport report)
    {
        if (report.Partitions.Count == 0)
        {
            return;
        }

        string[] heading = ["partition", "segments", "records", "restorable offsets"];
        var rows = report.Partitions.Select(partition => (string[])
        [
            PlainText.Name(partition.Partition.ToString()), PlainText.Count(partition.Segments), PlainText.Count(partition.Records), Inclusive(partition.Restorable),
        ]).Prepend(heading).ToList();
        var widths = PlainText.ColumnWidths(rows);
        text.Append('\n');
        foreach (var row in rows)
        {
            text.AppendRow(row, widths);
        }
    }

    private static void AppendSentences(StringBuilder text, string heading, IEnumerable<string> sentences)
    {
        var first = true;
        foreach (var sentence in sentences)
        {
            text.Append(first ? heading : "").Append("  ").Append(sentence).Append('\n');
            first = false;
        }
    }

    private static IEnumerable<string> Problems(PartitionReport partition)
    {
        foreach (var problem in partition.Problems)
        {
            yield return problem;
        }

        if (partition.Holes.Count > 0)
        {
            yield return $"{partition.Partition}: hole: offsets {Inclusive(partition.Holes)} ({PlainText.Count(Sum(partition.Holes))}) are in no segment, and no gap is recorded. "
                + "The next 'backup' reads them again, if the source still has them.";
        }

        if (partition is { OverlapsAreFaults: true, Overlaps.Count: > 0 })
        {
            yield return $"{partition.Partition}: overlap: offsets {Inclusive(partition.Overlaps)} are in more than one segment; OSO's restore would bring them more than once. "
                + "The next 'backup' sorts out which segment answers for which offset.";
        }
    }

    private static IEnumerable<string> Notes(PartitionReport partition)
    {
        if (partition.Gaps.Count > 0)
        {
            yield return $"{partition.Partition}: recorded gap: offsets {Inclusive(partition.Gaps)} ({PlainText.Count(Sum(partition.Gaps))}) were gone at the source before they were read.";
        }

        if (partition.Pruned.Count > 0)
        {
            yield return $"{partition.Partition}: pruned: offsets {Inclusive(partition.Pruned)} ({PlainText.Count(Sum(partition.Pruned))}) "
                + "were deleted from the backup on purpose.";
        }

        if (partition.Unexplained.Count > 0)
        {
            yield return $"{partition.Partition}: unexplained: offsets {Inclusive(partition.Unexplained)} between segments have no record. "
                + (partition.MissingInside > 0
                    ? $"{PlainText.Count(partition.MissingInside)} offsets inside of segments have none either, as in a compacted topic; "
                    : "They may have been transaction markers; ")
                + "the backup alone cannot tell that from a loss.";
        }

        if (partition is { OverlapsAreFaults: false, Overlaps.Count: > 0 })
        {
            yield return $"{partition.Partition}: offsets {Inclusive(partition.Overlaps)} are in more than one segment; each counts once.";
        }

        if (partition.Markers > 0)
        {
            yield return $"{partition.Partition}: {PlainText.Count(partition.Markers)} records look like transaction markers, which OSO's tool stores as records.";
        }
    }

    private static string Result(ValidationReport report)
    {
        var gaps = report.Partitions.Sum(partition => partition.Gaps.Count);
        return report.Verdict switch
        {
            ValidationVerdict.Valid => "VALID",
            ValidationVerdict.ValidWithGaps => $"VALID (with {PlainText.Count(gaps)} recorded gap{(gaps == 1 ? "" : "s")})",
            _ => "INVALID",
        };
    }

    private static long Sum(IEnumerable<OffsetRange> ranges) => ranges.Sum(range => range.Length);

    private static string Inclusive(IReadOnlyList<OffsetRange> ranges) => ranges.Count == 0
        ? "none"
        : string.Join(", ", ranges.Take(MaxRanges).Select(range => range.Length == 1 ? $"{range.Base}" : $"{range.Base}-{range.Next - 1}"))
            + (ranges.Count > MaxRanges ? $" and {ranges.Count - MaxRanges} more" : "");
}
