using System.Text.Json.Nodes;
using KafkaBackup.Operator.Backups;
using KafkaBackup.Operator.Definitions;

namespace KafkaBackup.Operator.Jobs;

/// <summary>The pod of one run: the program, its definition, the Secrets that this names, and the claim that it is stored in.</summary>
internal static class JobPod
{
    /// <summary>The container, by whose exit code a Job decides.</summary>
    public const string Container = "backup";

    /// <summary>The key of the definition in its ConfigMap.</summary>
    public const string DefinitionKey = "backup.yaml";

    private const string SecretsFolder = "/run/kafka-backup/secrets";

    private const string DefinitionFolder = "/etc/kafka-backup";

    /// <summary>Where the program writes how the run ended, and where Kubernetes takes it from.</summary>
    private const string Summary = "/dev/termination-log";

    /// <summary>The user of the image.</summary>
    private const int User = 1654;

    /// <summary>The template of the pod.</summary>
    /// <param name="settings">How pods are made.</param>
    /// <param name="subject">The backup.</param>
    /// <param name="definition">Its definition.</param>
    /// <param name="map">The ConfigMap that has it.</param>
    /// <param name="labels">What the pod is found by.</param>
    /// <param name="restarts">Whether a pod that ends is started again, as one without an end is.</param>
    public static JsonObject Template(JobSettings settings, BackupSubject subject, string definition, string map, JsonObject labels, bool restarts)
    {
        var (volumes, mounts) = Volumes(subject, definition, map);
        var podLabels = (JsonObject)labels.DeepClone();
        if (subject.UsesWorkloadIdentity)
        {
            podLabels["azure.workload.identity/use"] = "true";
        }

        var pod = new JsonObject
        {
            ["restartPolicy"] = restarts ? "Always" : "Never",
            ["automountServiceAccountToken"] = false, // A run asks nothing of the Kubernetes API.
            ["enableServiceLinks"] = false,
            ["terminationGracePeriodSeconds"] = 45, // What is uploaded is committed first.
            ["securityContext"] = new JsonObject
            {
                ["runAsNonRoot"] = true,
                ["runAsUser"] = User,
                ["runAsGroup"] = User,
                ["fsGroup"] = User,
                ["seccompProfile"] = new JsonObject { ["type"] = "RuntimeDefault" },
            },
            ["containers"] = new JsonArray(new JsonObject
            {
                ["name"] = Container,
                ["image"] = settings.Image,
                ["args"] = new JsonArray("backup", "-c", $"{DefinitionFolder}/{DefinitionKey}", "--summary", Summary),
                ["env"] = new JsonArray(new JsonObject { ["name"] = SecretPath.Variable, ["value"] = SecretsFolder }),
                ["terminationMessagePath"] = Summary,
                ["terminationMessagePolicy"] = "FallbackToLogsOnError", // What went wrong before there was a run.
                ["resources"] = new JsonObject
                {
                    ["requests"] = new JsonObject { ["cpu"] = "500m", ["memory"] = settings.Memory },
                    ["limits"] = new JsonObject { ["memory"] = settings.Memory },
                },
                ["securityContext"] = new JsonObject
                {
                    ["allowPrivilegeEscalation"] = false,
                    ["readOnlyRootFilesystem"] = true,
                    ["capabilities"] = new JsonObject { ["drop"] = new JsonArray("ALL") },
                },
                ["volumeMounts"] = mounts,
            }),
            ["volumes"] = volumes,
        };
        if (settings.ServiceAccount is { } account)
        {
            pod["serviceAccountName"] = account;
        }

        return new JsonObject { ["metadata"] = new JsonObject { ["labels"] = podLabels }, ["spec"] = pod };
    }

    private static (JsonArray Volumes, JsonArray Mounts) Volumes(BackupSubject subject, string definition, string map)
    {
        var (volumes, mounts) = (new JsonArray(), new JsonArray());
        Add("definition", new JsonObject { ["configMap"] = new JsonObject { ["name"] = map } }, DefinitionFolder, isReadOnly: true);
        Add("data", new JsonObject { ["emptyDir"] = new JsonObject() }, "/var/lib/kafka-backup", isReadOnly: false);
        Add("tmp", new JsonObject { ["emptyDir"] = new JsonObject() }, "/tmp", isReadOnly: false);
        if (subject.Claim is { } claim)
        {
            Add("backups", new JsonObject { ["persistentVolumeClaim"] = new JsonObject { ["claimName"] = claim } }, $"{StorageSections.ClaimsFolder}/{claim}", isReadOnly: false);
        }

        foreach (var (number, secret) in SecretPath.In(definition).Select(key => (key.Namespace, key.Name)).Distinct().Order().Index())
        {
            var source = new JsonObject { ["secret"] = new JsonObject { ["secretName"] = secret.Name, ["defaultMode"] = 0b100_100_000 } }; // 0440
            Add($"secret-{number}", source, $"{SecretsFolder}/{secret.Namespace}/{secret.Name}", isReadOnly: true);
        }

        return (volumes, mounts);

        void Add(string name, JsonObject source, string path, bool isReadOnly)
        {
            source["name"] = name;
            volumes.Add(source);
            var mount = new JsonObject { ["name"] = name, ["mountPath"] = path };
            if (isReadOnly)
            {
                mount["readOnly"] = true;
            }

            mounts.Add(mount);
        }
    }
}
