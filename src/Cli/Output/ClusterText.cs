using System.Text;
using KafkaBackup.Management;
using KafkaBackup.Shared.Protocol;

namespace KafkaBackup.Cli.Output;

/// <summary>Tables of nodes, backups and runs.</summary>
internal static class ClusterText
{
    /// <summary>One line for each node, and their number.</summary>
    public static string Members(IReadOnlyList<ClusterMember> members) => string.Concat(members.Select(member => $"{member}\n"))
        + $"Count: {PlainText.Count(members.Count, "node")}\n";

    /// <summary>One row for each backup.</summary>
    public static string Backups(IReadOnlyList<BackupDetails> backups) => backups.Count == 0
        ? "No backup is declared.\n"
        : Table(["BACKUP", "STATE", "MODE", "NEXT", "LAST RUN", "RECORDS"], backups.Select(item => new[]
        {
            PlainText.Name(item.Backup.Backup.Value),
            item.State,
            item.Backup.Schedule ?? (item.Backup.IsContinuous ? "continuous" : "once"),
            item.Backup.NextAt is { } next ? Time(next) : "-",
            item.Backup.Runs is [var last, ..] ? $"{last.Outcome} {Time(last.EndedAt ?? last.StartedAt)}" : "-",
            item.Backup.Runs is [var run, ..] ? PlainText.Count(run.Records) : "-",
        }));

    /// <summary>One row for each run, the newest first, and what went wrong in the last one.</summary>
    public static string Runs(BackupDetails details)
    {
        var declared = details.Backup;
        IReadOnlyList<DeclaredRun> runs = declared.Current is { } current ? [current, .. declared.Runs] : declared.Runs;
        if (runs.Count == 0)
        {
            return $"Backup '{declared.Backup}' has had no run.\n";
        }

        var text = new StringBuilder(Table(["RUN", "OUTCOME", "STARTED", "ENDED", "RECORDS", "FAILED PARTITIONS"], runs.Select(run => new[]
        {
            run.Id,
            (run.EndedAt, details.Status) switch
            {
                (null, { } status) when declared.IsContinuous => status.Phase, // Its partitions are in work again and again.
                (null, { } status) => $"{status.Phase} {status.PartitionsDone}/{status.PartitionsPlanned}",
                _ => run.Outcome,
            },
            Time(run.StartedAt),
            run.EndedAt is { } ended ? Time(ended) : "-",
            PlainText.Count(run.EndedAt is null ? details.Status?.Records ?? 0 : run.Records),
            PlainText.Count(run.FailedPartitions),
        })));
        foreach (var failure in declared.Runs is [var last, ..] ? last.Failures : [])
        {
            text.Append("  ").Append(PlainText.Name(failure.Message)).Append('\n');
        }

        return text.ToString();
    }

    private static string Time(DateTimeOffset time) => PlainText.Time(time.ToUnixTimeMilliseconds());

    private static string Table(string[] header, IEnumerable<string[]> rows)
    {
        IReadOnlyList<string[]> all = [header, .. rows];
        var widths = PlainText.ColumnWidths(all);
        var text = new StringBuilder();
        foreach (var row in all)
        {
            text.AppendRow(row, widths);
        }

        return text.ToString();
    }
}
