using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using KafkaBackup.Operator.Api;

namespace KafkaBackup.Operator.Resources;

/// <summary>Writes Events of Kubernetes: one for each transition, under a name made of it, so that it is told once whoever tells it.</summary>
/// <param name="api">The API server.</param>
/// <param name="clock">The time.</param>
internal sealed class EventRecorder(KubernetesApi api, TimeProvider clock)
{
    /// <summary>The longest note of an Event, in characters.</summary>
    private const int MaxMessage = 1024;

    private const int MaxName = 253;

    /// <summary>Tells one thing.</summary>
    /// <param name="kind">Of an object of which kind.</param>
    /// <param name="about">Of which object.</param>
    /// <param name="reason">What, in one word.</param>
    /// <param name="isWarning">Whether somebody should look.</param>
    /// <param name="message">What, in a sentence.</param>
    /// <param name="occasion">Tells this time from others; the same again is not told again.</param>
    /// <param name="cancellation">Gives up.</param>
    public async Task RecordAsync(ResourceKind kind, ObjectMeta about, string reason, bool isWarning, string message, string occasion, CancellationToken cancellation)
    {
        var hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{about.Uid} {reason} {occasion}")).AsSpan(0, 8));
        var name = about.Name.Length > MaxName - hash.Length - 1 ? about.Name[..(MaxName - hash.Length - 1)] : about.Name;
        var now = clock.GetUtcNow().ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
        try
        {
            await api.CreateAsync(new ResourceKind("", "v1", "events", "Event").ListPath(about.Namespace), new JsonObject
            {
                ["apiVersion"] = "v1",
                ["kind"] = "Event",
                ["metadata"] = new JsonObject { ["name"] = $"{name}.{hash}", ["namespace"] = about.Namespace },
                ["involvedObject"] = new JsonObject
                {
                    ["apiVersion"] = kind.ApiVersion,
                    ["kind"] = kind.Kind,
                    ["namespace"] = about.Namespace,
                    ["name"] = about.Name,
                    ["uid"] = about.Uid,
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
