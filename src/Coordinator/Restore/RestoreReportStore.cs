using KafkaBackup.Shared;
using KafkaBackup.Shared.Oso;
using KafkaBackup.Shared.Storage;

namespace KafkaBackup.Coordinator.Restore;

/// <summary>The reports of restores that lie beside a backup.</summary>
/// <param name="store">Where the backup lives.</param>
public sealed class RestoreReportStore(IObjectStore store)
{
    /// <summary>The report of one restore, or of the last that came to its end.</summary>
    /// <param name="backup">The backup.</param>
    /// <param name="restore">The restore's id; null: the last one.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="BackupException">There is none.</exception>
    public async Task<RestoreReport> FindAsync(BackupId backup, string? restore, CancellationToken cancellation)
    {
        if (restore is not null && restore.All(char.IsAsciiLetterOrDigit) && await store.GetAsync(BackupKeys.RestoreReport(backup, restore), cancellation) is { } named)
        {
            return RestoreReport.Read(named.Content.Span, BackupKeys.RestoreReport(backup, restore));
        }

        var reports = await ListAsync(backup, cancellation);
        if (restore is not null)
        {
            throw Wrong($"Backup '{backup}' has no restore '{restore}' that ended. {(reports.Count == 0 ? "It has none." : $"It has {string.Join(", ", reports.Select(report => report.RestoreId))}.")}");
        }

        return reports.FirstOrDefault(report => report.Outcome is RestoreOutcome.Whole or RestoreOutcome.Different) ?? throw Wrong(
            $"No restore of backup '{backup}' has come to its end, so that nothing tells where its offsets came to stand. Restore it first, or start the restore again that ended early"
            + (reports.Count == 0 ? "." : $"; those that ended are {string.Join(", ", reports.Select(report => $"{report.RestoreId} ({report.Outcome.ToString().ToLowerInvariant()})"))}."));
    }

    /// <summary>All of them, the latest first.</summary>
    public async Task<IReadOnlyList<RestoreReport>> ListAsync(BackupId backup, CancellationToken cancellation)
    {
        var reports = new List<RestoreReport>();
        await foreach (var found in store.ListAsync(BackupKeys.RestoresPrefix(backup), cancellation))
        {
            if (found.Key.EndsWith(BackupKeys.RestoreReportSuffix, StringComparison.Ordinal) && await store.GetAsync(found.Key, cancellation) is { } stored)
            {
                reports.Add(RestoreReport.Read(stored.Content.Span, found.Key));
            }
        }

        return [.. reports.OrderByDescending(report => report.EndTime)];
    }

    private static BackupException Wrong(string sentence) => new(FailureKind.Configuration, sentence);
}
