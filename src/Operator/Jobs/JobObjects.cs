using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using KafkaBackup.Operator.Api;
using KafkaBackup.Operator.Backups;

namespace KafkaBackup.Operator.Jobs;

/// <summary>The objects that one KafkaBackup becomes: a ConfigMap with its definition, and a CronJob, Jobs or a Deployment of its pod. All go with it.</summary>
internal sealed class JobObjects
{
    /// <summary>What all objects of one KafkaBackup are found by.</summary>
    public const string Label = "kafka.oso.sh/backup";

    /// <summary>The name of the run, of a Job that we began.</summary>
    public const string RunAnnotation = "kafka.oso.sh/run";

    /// <summary>The schedule as the object has it, at the ConfigMap: a CronJob has it in its own words.</summary>
    public const string ScheduleAnnotation = "kafka.oso.sh/schedule";

    /// <summary>Whether no run is to begin, at the ConfigMap.</summary>
    public const string PausedAnnotation = "kafka.oso.sh/paused";

    /// <summary>The longest name of a CronJob, whose Jobs have eleven letters more.</summary>
    private const int MaxName = 52;

    private readonly JobSettings _settings;
    private readonly BackupSubject _subject;

    /// <summary>Those of one backup.</summary>
    public JobObjects(JobSettings settings, BackupSubject subject) => (_settings, _subject, Name) = (settings, subject, NameOf(subject));

    public static ResourceKind ConfigMaps { get; } = new("", "v1", "configmaps", "ConfigMap");

    public static ResourceKind CronJobs { get; } = new("batch", "v1", "cronjobs", "CronJob");

    public static ResourceKind JobsKind { get; } = new("batch", "v1", "jobs", "Job");

    public static ResourceKind Deployments { get; } = new("apps", "v1", "deployments", "Deployment");

    public static ResourceKind Pods { get; } = new("", "v1", "pods", "Pod");

    /// <summary>What they are called.</summary>
    public string Name { get; }

    /// <summary>What <see cref="Label"/> says of them: a name may be too long for a label.</summary>
    public string LabelValue => Name;

    public ObjectKey Key => new(_subject.Object.Namespace, Name);

    public JsonObject ConfigMap(string definition, string? schedule, string? timeZone, bool isPaused)
    {
        var map = Object(ConfigMaps, Name);
        map["metadata"]!["annotations"] = new JsonObject
        {
            [ScheduleAnnotation] = schedule is null ? "" : $"{schedule}|{timeZone}",
            [PausedAnnotation] = isPaused ? "true" : "false",
        };
        map["data"] = new JsonObject { [JobPod.DefinitionKey] = definition };
        return map;
    }

    public JsonObject CronJob(string definition, string schedule, string? timeZone, bool isPaused)
    {
        var cron = Object(CronJobs, Name);
        cron["spec"] = new JsonObject
        {
            ["schedule"] = CronJobSchedule.Of(schedule),
            ["timeZone"] = timeZone ?? "Etc/UTC",
            ["suspend"] = isPaused,
            ["concurrencyPolicy"] = "Forbid", // A second run beside the first would do nothing that the first does not do.
            ["startingDeadlineSeconds"] = 300,
            ["successfulJobsHistoryLimit"] = 3,
            ["failedJobsHistoryLimit"] = 5,
            ["jobTemplate"] = new JsonObject { ["metadata"] = new JsonObject { ["labels"] = Labels() }, ["spec"] = JobSpec(definition) },
        };
        return cron;
    }

    /// <summary>The Job of a run that is begun by its name.</summary>
    public JsonObject Job(string definition, string run)
    {
        var job = Object(JobsKind, $"{Name}-{Hash(run)[..8]}");
        job["metadata"]!["annotations"] = new JsonObject { [RunAnnotation] = run };
        job["spec"] = JobSpec(definition);
        return job;
    }

    public JsonObject Deployment(string definition, bool isPaused)
    {
        var deployment = Object(Deployments, Name);
        deployment["spec"] = new JsonObject
        {
            ["replicas"] = isPaused ? 0 : 1,
            ["strategy"] = new JsonObject { ["type"] = "Recreate" },
            ["selector"] = new JsonObject { ["matchLabels"] = Labels() },
            ["template"] = JobPod.Template(_settings, _subject, definition, Name, Labels(), restarts: true),
        };
        // Another definition is another pod: the program reads its definition when it starts.
        deployment["spec"]!["template"]!["metadata"]!["annotations"] = new JsonObject { ["kafka.oso.sh/definition"] = Hash(definition) };
        return deployment;
    }

    private JsonObject JobSpec(string definition)
    {
        var spec = new JsonObject
        {
            ["backoffLimit"] = 2,
            ["podFailurePolicy"] = new JsonObject
            {
                ["rules"] = new JsonArray(
                    // A machine that was drained is no failure of the backup.
                    new JsonObject { ["action"] = "Ignore", ["onPodConditions"] = new JsonArray(new JsonObject { ["type"] = "DisruptionTarget", ["status"] = "True" }) },
                    // A wrong configuration stays wrong. And after 3 another try would end with 0, and hide that something was left out.
                    new JsonObject
                    {
                        ["action"] = "FailJob",
                        ["onExitCodes"] = new JsonObject { ["containerName"] = JobPod.Container, ["operator"] = "In", ["values"] = new JsonArray(2, 3) },
                    }),
            },
            ["template"] = JobPod.Template(_settings, _subject, definition, Name, Labels(), restarts: false),
        };
        if (_subject.DeadlineSecs is { } deadline)
        {
            spec["activeDeadlineSeconds"] = deadline;
        }

        return spec;
    }

    private JsonObject Object(ResourceKind kind, string name) => new()
    {
        ["apiVersion"] = kind.ApiVersion,
        ["kind"] = kind.Kind,
        ["metadata"] = new JsonObject
        {
            ["name"] = name,
            ["namespace"] = _subject.Object.Namespace,
            ["labels"] = Labels(),
            ["ownerReferences"] = new JsonArray(new JsonObject
            {
                ["apiVersion"] = ResourceKind.KafkaBackup.ApiVersion,
                ["kind"] = ResourceKind.KafkaBackup.Kind,
                ["name"] = _subject.Object.Name,
                ["uid"] = _subject.Uid,
                ["controller"] = true,
            }),
        },
    };

    private JsonObject Labels() => new()
    {
        ["app.kubernetes.io/name"] = "kafka-backup",
        ["app.kubernetes.io/managed-by"] = KubernetesApi.FieldManager,
        [Label] = LabelValue,
    };

    /// <summary>As the object, as far as that fits; what is cut off is told by a hash. A Job's name has nine letters more.</summary>
    private static string NameOf(BackupSubject subject)
    {
        var name = $"kb-{subject.Object.Name.Replace('.', '-')}";
        return name.Length <= MaxName - 9 && !subject.Object.Name.Contains('.', StringComparison.Ordinal) ? name : $"{name[..Math.Min(name.Length, MaxName - 18)]}-{Hash(subject.Object.Name)[..8]}";
    }

    private static string Hash(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)).AsSpan(0, 8));
}
