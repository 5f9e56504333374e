using System.Text.Json.Nodes;

namespace KafkaBackup.Operator.Jobs;

/// <summary>How the pods of one backup ended.</summary>
/// <param name="pods">The pods.</param>
internal sealed class JobPods(IReadOnlyList<JsonObject> pods)
{
    /// <summary>The last end of a container of a Job; null when there was none, or its pod is gone.</summary>
    public JsonObject? LastEndOf(string job) => LastEnd(pods.Where(pod => (string?)pod["metadata"]?["labels"]?["batch.kubernetes.io/job-name"] == job));

    /// <summary>Why no pod of a Deployment goes on; null when one does, or none has ended yet.</summary>
    public JsonObject? WhyHindered() => pods.Any(pod => States(pod).Any(state => state["running"] is not null)) ? null : LastEnd(pods);

    private static JsonObject? LastEnd(IEnumerable<JsonObject> pods) => pods.SelectMany(States).Select(state => state["terminated"] as JsonObject).OfType<JsonObject>()
        .MaxBy(end => (string?)end["finishedAt"], StringComparer.Ordinal);

    private static IEnumerable<JsonObject> States(JsonObject pod) => (pod["status"]?["containerStatuses"] as JsonArray ?? []).OfType<JsonObject>()
        .SelectMany(status => new[] { status["state"], status["lastState"] }).OfType<JsonObject>();
}
