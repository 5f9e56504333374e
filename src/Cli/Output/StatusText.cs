using System.Text;
using KafkaBackup.Shared.Oso;
using KafkaBackup.Shared;

namespace KafkaBackup.Cli.Output;

/// <summary>The text that <c>status</c> prints.</summary>
public static class StatusText
{
    /// <summary>How many of the partitions that could not be asked are told with their reason.</summary>
    private const int MostReasons = 5;

    /// <summary>Renders the report; lines end in <c>\n</c>.</summary>
    public static string Render(StatusReport status)
    {
        var text = new StringBuilder();
        text.Append("Backup ").Append(PlainText.Name(status.BackupId)).Append('\n');
        text.AppendFields(
            ("last run", status.Head is not { } head ? "not known: only OSO's tool has written here" : head.IsClosed ? "ended in good order" : $"under way, or ended early or with partitions that failed: {head.Writer}"),
            ("records", PlainText.Count(status.Records)),
            ("stored", PlainText.Size(status.StoredSize)),
            ("behind", status.Lag is { } lag ? $"{PlainText.Count(lag)} offsets{Without(status, ", ")}" : "not looked at; --config asks the source"));
        if (status.PrunedOffsets is var pruned and > 0)
        {
            text.AppendFields(("pruned", $"{PlainText.Count(pruned)} offsets were deleted from the backup on purpose"));
        }

        foreach (var (partition, open) in status.OpenTransactions.OrderBy(held => held.Key))
        {
            var since = open.Since is { } began ? $" since {PlainText.Time(began.ToUnixTimeMilliseconds())}" : "";
            text.AppendFields(("held back", $"{PlainText.Name(partition.ToString())}: {PlainText.Count(open.OffsetsHeldBack)} offsets by a transaction that is open at offset {open.Offset}{since}"));
        }

        foreach (var (partition, problem) in status.NotAsked.Take(MostReasons))
        {
            text.AppendFields(("not asked", $"{PlainText.Name(partition.ToString())}: {PlainText.Name(problem.Message)}"));
        }

        var partitions = status.Partitions.ToList();
        if (partitions.Count == 0)
        {
            return text.ToString();
        }

        List<string> heading = ["partition", "next offset", "records", "segments", "gaps"];
        if (status.Source is not null)
        {
            heading.Add("behind");
        }

        if (status.LocalOffsets is not null)
        {
            heading.Add("saved in offsets.db");
        }

        var rows = partitions.Select(partition => Row(status, partition)).Prepend([.. heading]).ToList();
        var widths = PlainText.ColumnWidths(rows);
        text.Append('\n');
        foreach (var row in rows)
        {
            text.AppendRow(row, widths);
        }

        return text.ToString();
    }

    /// <summary>One line, for those who watch without a terminal.</summary>
    /// <param name="status">Now.</param>
    /// <param name="before">Records at the look before; null at the first.</param>
    /// <param name="now">The time.</param>
    public static string Line(StatusReport status, long? before, DateTimeOffset now)
    {
        var more = before is { } old ? $" (+{PlainText.Count(status.Records - old)})" : "";
        var lag = status.Lag is { } behind ? $", {PlainText.Count(behind)} behind{Without(status, " ")}" : "";
        return $"{PlainText.Time(now.ToUnixTimeMilliseconds())} {PlainText.Name(status.BackupId)}: {PlainText.Count(status.Records)} records{more}{lag}";
    }

    private static string Without(StatusReport status, string separator) => status.NotAsked.Count is var count and > 0
        ? $"{separator}without {PlainText.Count(count, "partition")} that could not be asked"
        : "";

    private static string[] Row(StatusReport status, PartitionId partition)
    {
        var found = status.Stored.GetValueOrDefault(partition);
        List<string> row =
        [
            PlainText.Name(partition.ToString()),
            status.PositionOf(partition) is { } next ? $"{next}" : "none",
            PlainText.Count(found?.Records ?? 0),
            PlainText.Count(found?.Segments ?? 0),
            PlainText.Count(found?.Gaps.Count ?? 0),
        ];
        if (status.Source is { } source)
        {
            row.Add(source.TryGetValue(partition, out var bounds)
                ? status.LagOf(partition, bounds) is { } behind ? PlainText.Count(behind) : "not known"
                : "not at the source");
        }

        if (status.LocalOffsets is { } saved)
        {
            row.Add(saved.TryGetValue(partition, out var offset) ? $"{offset}" : "none");
        }

        return [.. row];
    }
}
