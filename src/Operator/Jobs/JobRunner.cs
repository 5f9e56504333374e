using System.Net;
using System.Text.Json.Nodes;
using KafkaBackup.Operator.Api;
using KafkaBackup.Operator.Backups;
using KafkaBackup.Shared;
using KafkaBackup.Shared.Protocol;

namespace KafkaBackup.Operator.Jobs;

/// <summary>Runs backups without a cluster of nodes: each run is a Job, those of a schedule are begun by a CronJob, and one without an end is a Deployment.</summary>
/// <remarks>What is declared stands in a ConfigMap, which is written last: what is not there yet is declared again.</remarks>
/// <param name="api">The API server.</param>
/// <param name="settings">How pods are made.</param>
/// <param name="clock">The time.</param>
public sealed class JobRunner(KubernetesApi api, JobSettings settings, TimeProvider clock) : IBackupRunner
{
    /// <summary>How many ended Jobs that we began are kept, beside the last one of what runs once.</summary>
    private const int MaxEnded = 8;

    /// <summary>What it does at the API server.</summary>
    internal static IReadOnlyList<AccessRule> Rules { get; } =
    [
        new("get", "", "configmaps"),
        new("patch", "", "configmaps"),
        new("delete", "", "configmaps"),
        new("get", "batch", "cronjobs"),
        new("patch", "batch", "cronjobs"),
        new("delete", "batch", "cronjobs"),
        new("list", "batch", "jobs"),
        new("create", "batch", "jobs"),
        new("delete", "batch", "jobs"),
        new("patch", "apps", "deployments"),
        new("get", "apps", "deployments"),
        new("delete", "apps", "deployments"),
        new("list", "", "pods"),
    ];

    /// <inheritdoc />
    public async Task<ClusterBackup?> FindAsync(BackupSubject subject, CancellationToken cancellation)
    {
        var objects = new JobObjects(settings, subject);
        if (await api.GetAsync(JobObjects.ConfigMaps.PathOf(objects.Key), cancellation) is not { } map)
        {
            return null;
        }

        var definition = (string?)map["data"]?[JobPod.DefinitionKey] ?? "";
        var (schedule, timeZone) = ScheduleIn(map);
        var isPaused = (string?)map["metadata"]?["annotations"]?[JobObjects.PausedAnnotation] == "true";
        var pods = new JobPods(await ListAsync(JobObjects.Pods, objects, cancellation));
        var jobs = await ListAsync(JobObjects.JobsKind, objects, cancellation);
        var runs = jobs.Select(job => JobRun.Of(job, pods)).OrderByDescending(run => run.Run.StartedAt).ToList();
        var current = IsContinuous(definition) ? await ContinuousAsync(objects, pods, cancellation) : runs.FirstOrDefault(run => run.Run.EndedAt is null);
        var ended = runs.Where(run => run.Run.EndedAt is not null).Select(run => run.Run).ToList();
        return new ClusterBackup(
            new DeclaredBackup(subject.Backup, definition, IsContinuous(definition))
            {
                Schedule = schedule,
                TimeZone = timeZone,
                NextAt = schedule is null || isPaused ? null : NextOf(schedule, timeZone),
                IsPaused = isPaused,
                Current = current?.Run,
                IsStopping = current is { IsEnding: true } || (current is not null && subject.DeadlineSecs is { } deadline && clock.GetUtcNow() - current.Run.StartedAt > TimeSpan.FromSeconds(deadline)),
                FailedRuns = ended.TakeWhile(run => run.Outcome == "Failed").Count(),
                Runs = ended,
            },
            null);
    }

    /// <inheritdoc />
    public async Task DeclareAsync(BackupSubject subject, string definition, string? schedule, string? timeZone, CancellationToken cancellation)
    {
        var objects = new JobObjects(settings, subject);
        foreach (var kind in (ResourceKind[])[JobObjects.ConfigMaps, JobObjects.CronJobs, JobObjects.Deployments])
        {
            if (await api.GetAsync(kind.PathOf(objects.Key), cancellation) is { } there && (string?)there["metadata"]?["labels"]?[JobObjects.Label] != objects.LabelValue)
            {
                throw new BackupException(FailureKind.Configuration, $"There is a {kind.Kind} {objects.Key} already, which is not of this KafkaBackup. Remove it, or give the KafkaBackup another name.");
            }
        }

        await WriteAsync(objects, definition, schedule, timeZone, isPaused: false, cancellation);
    }

    /// <inheritdoc />
    public async Task StartAsync(BackupSubject subject, string run, CancellationToken cancellation)
    {
        var objects = new JobObjects(settings, subject);
        var map = await api.GetAsync(JobObjects.ConfigMaps.PathOf(objects.Key), cancellation);
        var definition = (string?)map?["data"]?[JobPod.DefinitionKey] ?? throw new BackupException(FailureKind.Internal, $"The ConfigMap {objects.Key} went meanwhile.");
        if ((string?)map!["metadata"]?["annotations"]?[JobObjects.PausedAnnotation] == "true")
        {
            await SetPausedAsync(objects, map, isPaused: false, cancellation);
        }

        try
        {
            await api.CreateAsync(JobObjects.JobsKind.ListPath(objects.Key.Namespace), objects.Job(definition, run), cancellation);
        }
        catch (KubernetesException e) when (e.IsConflict)
        {
            return; // It was begun already, and nobody heard of it.
        }

        await ForgetAsync(objects, cancellation);
    }

    /// <inheritdoc />
    public async Task OrderAsync(BackupSubject subject, CatalogueProtocol.CatalogueOrder order, CancellationToken cancellation)
    {
        var objects = new JobObjects(settings, subject);
        if (await api.GetAsync(JobObjects.ConfigMaps.PathOf(objects.Key), cancellation) is not { } map)
        {
            return;
        }

        switch (order)
        {
            case CatalogueProtocol.CatalogueOrder.Pause:
                await SetPausedAsync(objects, map, isPaused: true, cancellation);
                await EndAsync(objects, cancellation);
                break;
            case CatalogueProtocol.CatalogueOrder.Resume:
                await SetPausedAsync(objects, map, isPaused: false, cancellation);
                break;
            case CatalogueProtocol.CatalogueOrder.Remove:
                await EndAsync(objects, cancellation);
                await DeleteAsync(JobObjects.CronJobs, objects.Key, cancellation);
                await DeleteAsync(JobObjects.Deployments, objects.Key, cancellation);
                await DeleteAsync(JobObjects.ConfigMaps, objects.Key, cancellation);
                break;
            default:
                break; // A Job ends by its own deadline.
        }
    }

    private Task SetPausedAsync(JobObjects objects, JsonObject map, bool isPaused, CancellationToken cancellation)
    {
        var (schedule, timeZone) = ScheduleIn(map);
        return WriteAsync(objects, (string)map["data"]![JobPod.DefinitionKey]!, schedule, timeZone, isPaused, cancellation);
    }

    private async Task WriteAsync(JobObjects objects, string definition, string? schedule, string? timeZone, bool isPaused, CancellationToken cancellation)
    {
        await (schedule is null
            ? DeleteAsync(JobObjects.CronJobs, objects.Key, cancellation)
            : api.ApplyAsync(JobObjects.CronJobs.PathOf(objects.Key), objects.CronJob(definition, schedule, timeZone, isPaused), cancellation));
        await (IsContinuous(definition)
            ? api.ApplyAsync(JobObjects.Deployments.PathOf(objects.Key), objects.Deployment(definition, isPaused), cancellation)
            : DeleteAsync(JobObjects.Deployments, objects.Key, cancellation));
        await api.ApplyAsync(JobObjects.ConfigMaps.PathOf(objects.Key), objects.ConfigMap(definition, schedule, timeZone, isPaused), cancellation);
    }

    /// <summary>Ends Jobs under way: their pods commit what they have uploaded, and the Jobs go when the pods have.</summary>
    private async Task EndAsync(JobObjects objects, CancellationToken cancellation)
    {
        foreach (var job in (await ListAsync(JobObjects.JobsKind, objects, cancellation)).Where(job => JobRun.EndOf(job) is null))
        {
            await DeleteAsync(JobObjects.JobsKind, new ObjectKey(objects.Key.Namespace, (string)job["metadata"]!["name"]!), cancellation);
        }
    }

    /// <summary>Deletes Jobs that ended long ago. The last one of what runs once stays: without it, it would run once more.</summary>
    private async Task ForgetAsync(JobObjects objects, CancellationToken cancellation)
    {
        var ended = (await ListAsync(JobObjects.JobsKind, objects, cancellation))
            .Where(job => JobRun.EndOf(job) is not null && JobRun.NameOf(job) is not null)
            .OrderByDescending(job => JobRun.EndOf(job)).ToList();
        var once = ended.FirstOrDefault(job => JobRun.NameOf(job)!.StartsWith("once-", StringComparison.Ordinal));
        foreach (var job in ended.Where(job => job != once).Skip(MaxEnded))
        {
            await DeleteAsync(JobObjects.JobsKind, new ObjectKey(objects.Key.Namespace, (string)job["metadata"]!["name"]!), cancellation);
        }
    }

    private async Task<JobRun?> ContinuousAsync(JobObjects objects, JobPods pods, CancellationToken cancellation) =>
        await api.GetAsync(JobObjects.Deployments.PathOf(objects.Key), cancellation) is { } deployment && (int?)deployment["spec"]?["replicas"] > 0 ? JobRun.OfDeployment(deployment, pods) : null;

    private async Task<IReadOnlyList<JsonObject>> ListAsync(ResourceKind kind, JobObjects objects, CancellationToken cancellation) =>
        (await api.ListAsync(kind.ListPath(objects.Key.Namespace), $"{JobObjects.Label}={objects.LabelValue}", cancellation)).Items;

    private async Task DeleteAsync(ResourceKind kind, ObjectKey key, CancellationToken cancellation)
    {
        try
        {
            await api.DeleteAsync(kind.PathOf(key), cancellation);
        }
        catch (KubernetesException e) when (e.Status == HttpStatusCode.NotFound)
        {
            // It is gone already.
        }
    }

    private DateTimeOffset? NextOf(string schedule, string? timeZone)
    {
        try
        {
            return CronSchedule.Next(CronJobSchedule.Of(schedule), timeZone, clock.GetUtcNow());
        }
        catch (BackupException)
        {
            return null; // The CronJob knows; this is only told.
        }
    }

    /// <summary>What is declared of the schedule, and its time zone.</summary>
    private static (string? Schedule, string? TimeZone) ScheduleIn(JsonObject map) =>
        ((string?)map["metadata"]?["annotations"]?[JobObjects.ScheduleAnnotation])?.Split('|') is [{ Length: > 0 } schedule, var zone]
            ? (schedule, zone.Length == 0 ? null : zone)
            : (null, null);

    private static bool IsContinuous(string definition) => definition.Contains("\n  continuous: true\n", StringComparison.Ordinal);
}
