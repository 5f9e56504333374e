using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using KafkaBackup.Operator.Api;
using KafkaBackup.Operator.Resources;

namespace KafkaBackup.Operator.Backups;

/// <summary>Writes Events of Kubernetes: one for each transition, under a name made of it, so that it is told once whoever tells it.</summary>
/// <param name="api">The API server.</param>
/// <param name="clock">The time.</param>
internal sealed class EventRecorder(KubernetesApi api, TimeProvider clock)
{
    /// <summary>The longest note of an Event, in characters.</summary>
    private const int MaxMessage = 1024;

    private const int MaxName = 253;

    /// <summary>Tells what is new in <paramref name="status"/>.</summary>
    public async Task RecordChangesAsync(KafkaBackupResource resource, KafkaBackupStatus status, CancellationToken cancellation)
    {
        var before = resource.Status ?? new KafkaBackupStatus();
        foreach (var run in status.Runs.Where(run => before.Runs.All(known => known.Id != run.Id)).Reverse())
        {
            var message = run.Message ?? $"Run {run.Id} saved {run.Records.ToString("N0", CultureInfo.InvariantCulture)} records.";
            await RecordAsync(resource, $"Run{run.Outcome}", isWarning: run.Outcome is "Failed" or "Incomplete", message, run.Id, cancellation);
        }

        if (status.CurrentRun is { } current && current != before.CurrentRun)
        {
            await RecordAsync(resource, "RunStarted", isWarning: false, $"Run {current} has begun.", current, cancellation);
        }

        var ready = status.Conditions.FirstOrDefault(condition => condition.Type == "Ready");
        var was = before.Conditions.FirstOrDefault(condition => condition.Type == "Ready");
        if (ready is not null && (ready.Status, ready.Reason) != (was?.Status, was?.Reason))
        {
            await RecordAsync(resource, ready.Reason, isWarning: ready.Status != "True", ready.Message, $"{resource.Metadata.Generation} {ready.LastTransitionTime:O}", cancellation);
        }
    }

    /// <summary>Tells one thing.</summary>
    /// <param name="resource">Of which object.</param>
    /// <param name="reason">What, in one word.</param>
    /// <param name="isWarning">Whether somebody should look.</param>
    /// <param name="message">What, in a sentence.</param>
    /// <param name="occasion">Tells this time from others; the same again is not told again.</param>
    /// <param name="cancellation">Gives up.</param>
    public async Task RecordAsync(KafkaBackupResource resource, string reason, bool isWarning, string message, string occasion, CancellationToken cancellation)
    {
        var hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{resource.Metadata.Uid} {reason} {occasion}")).AsSpan(0, 8));
        var name = resource.Metadata.Name.Length > MaxName - hash.Length - 1 ? resource.Metadata.Name[..(MaxName - hash.Length - 1)] : resource.Metadata.Name;
        var now = clock.GetUtcNow().ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
        try
        {
            await api.CreateAsync(new ResourceKind("", "v1", "events", "Event").ListPath(resource.Metadata.Namespace), new JsonObject
            {
                ["apiVersion"] = "v1",
                ["kind"] = "Event",
                ["metadata"] = new JsonObject { ["name"] = $"{name}.{hash}", ["namespace"] = resource.Metadata.Namespace },
                ["involvedObject"] = new JsonObject
                {
                    ["apiVersion"] = ResourceKind.KafkaBackup.ApiVersion,
                    ["kind"] = ResourceKind.KafkaBackup.Kind,
                    ["namespace"] = resource.Metadata.Namespace,
                    ["name"] = resource.Metadata.Name,
                    ["uid"] = resource.Metadata.Uid,
                },
                ["reason"] = reason,
                ["message"] = message.Length <= MaxMessage ? message : message[..(MaxMessage - 1)] + "…",
                ["type"] = isWarning ? "Warning" : "Normal",
                ["firstTimestamp"] = now,
                ["lastTimestamp"] = now,
                ["count"] = 1,
                ["source"] = new JsonObject { ["component"] = KubernetesApi.FieldManager },
                ["reportingComponent"] = KubernetesApi.FieldManager,
            }, cancellation);
        }
        catch (KubernetesException e) when (e.IsConflict)
        {
            // It was told already: by this operator before it was killed, or by another.
        }
    }
}
