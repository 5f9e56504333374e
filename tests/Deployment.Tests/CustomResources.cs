using System.Text.Json.Nodes;

namespace KafkaBackup.Deployment.Tests;

/// <summary>Objects of our kinds, and what a real API server says of them.</summary>
internal static class CustomResources
{
    /// <summary>They are there for the whole cluster, so they are never taken away: other tests use them, too.</summary>
    private static readonly Lazy<Task> Definitions = new(DefineAsync);

    private static readonly string[] Apply = ["apply", "--server-side", "--validate=strict", "-f", "-"];

    /// <summary>An object with no more than it needs.</summary>
    public static JsonObject Minimal(string kind, string name = "minimal") => new()
    {
        ["apiVersion"] = "kafka.oso.sh/v1alpha1",
        ["kind"] = kind,
        ["metadata"] = new JsonObject { ["name"] = name },
        ["spec"] = JsonNode.Parse(kind switch
        {
            "KafkaBackup" => """{"kafkaCluster": {"bootstrapServers": ["kafka:9092"]}, "topics": ["orders"], "storage": {"pvc": {"claimName": "backups"}}}""",
            "KafkaBackupRun" => """{"backupRef": {"name": "production"}}""",
            "KafkaBackupValidation" => """{"backupRef": {"name": "production"}, "kafkaCluster": {"bootstrapServers": ["kafka:9092"]}, "checks": {"messageCount": {}}}""",
            "KafkaOffsetReset" => """{"kafkaCluster": {"bootstrapServers": ["kafka:9092"]}, "consumerGroups": ["billing"], "resetStrategy": "to-earliest"}""",
            "KafkaOffsetRollback" => """{"snapshotRef": {"name": "snap-1"}, "kafkaCluster": {"bootstrapServers": ["kafka:9092"]}}""",
            "KafkaRestore" => """{"backupRef": {"name": "production"}, "kafkaCluster": {"bootstrapServers": ["kafka:9092"]}}""",
            _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "No such kind."),
        }),
    };

    /// <summary>An object that is changed, as <c>kubectl patch --type=merge</c> does it.</summary>
    public static JsonObject With(this JsonObject target, string change)
    {
        Merge(target, JsonNode.Parse(change)!.AsObject());
        return target;
    }

    /// <summary>The API server knows our kinds.</summary>
    public static Task DefinedAsync() => Definitions.Value;

    /// <summary>Applies an object, and tells each complaint as kubectl prints it; none when it is taken.</summary>
    public static async Task<IReadOnlyList<string>> ApplyAsync(string manifest, params string[] options)
    {
        await Definitions.Value;
        var (exitCode, _, errors) = await Kubectl.TryAsync(manifest, [.. Apply, .. options]);

        return exitCode == 0
            ? []
            :
            [
                .. errors[(errors.IndexOf("is invalid: ", StringComparison.Ordinal) is var at and >= 0 ? at + "is invalid: ".Length : 0)..]
                    .Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.StartsWith("* ", StringComparison.Ordinal) ? line[2..] : line)
                    .Where(line => !line.Contains("some validation rules were not checked", StringComparison.Ordinal)),
            ];
    }

    private static async Task DefineAsync()
    {
        await Kubectl.RunAsync("apply", "--server-side", "--validate=strict", "-k", Path.Combine(KafkaBackup.Testing.Repository.Root, Manifests.Folder, Schema.Folder));
        await Kubectl.RunAsync(["wait", "--for=condition=Established", "--timeout=5m", .. Schema.Names.Select(name => $"crd/{name}")]);
    }

    private static void Merge(JsonObject target, JsonObject change)
    {
        foreach (var (name, value) in change)
        {
            if (value is null)
            {
                target.Remove(name);
            }
            else if (value is JsonObject below && target[name] is JsonObject there)
            {
                Merge(there, below);
            }
            else
            {
                target[name] = value.DeepClone();
            }
        }
    }
}
