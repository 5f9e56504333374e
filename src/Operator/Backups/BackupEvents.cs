using System.Globalization;
using KafkaBackup.Operator.Api;
using KafkaBackup.Operator.Resources;

namespace KafkaBackup.Operator.Backups;

/// <summary>Tells as Events what is new in the status of a KafkaBackup.</summary>
/// <param name="events">Writes them.</param>
internal sealed class BackupEvents(EventRecorder events)
{
    /// <summary>Tells what is new.</summary>
    public async Task RecordAsync(KafkaBackupResource resource, KafkaBackupStatus status, CancellationToken cancellation)
    {
        var before = resource.Status ?? new KafkaBackupStatus();
        foreach (var run in status.Runs.Where(run => before.Runs.All(known => known.Id != run.Id)).Reverse())
        {
            var message = run.Message ?? $"Run {run.Id} saved {run.Records.ToString("N0", CultureInfo.InvariantCulture)} records.";
            await events.RecordAsync(ResourceKind.KafkaBackup, resource.Metadata, $"Run{run.Outcome}", isWarning: run.Outcome is "Failed" or "Incomplete", message, run.Id, cancellation);
        }

        if (status.CurrentRun is { } current && current != before.CurrentRun)
        {
            await events.RecordAsync(ResourceKind.KafkaBackup, resource.Metadata, "RunStarted", isWarning: false, $"Run {current} has begun.", current, cancellation);
        }

        var ready = status.Conditions.FirstOrDefault(condition => condition.Type == "Ready");
        var was = before.Conditions.FirstOrDefault(condition => condition.Type == "Ready");
        if (ready is not null && (ready.Status, ready.Reason) != (was?.Status, was?.Reason))
        {
            await events.RecordAsync(ResourceKind.KafkaBackup, resource.Metadata, ready.Reason, isWarning: ready.Status != "True", ready.Message,
                $"{resource.Metadata.Generation} {was?.LastTransitionTime:O}", cancellation); // By what was, which is the same to all operators; the time is not.
        }
    }
}
