using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using KafkaBackup.Shared;
using KafkaBackup.Shared.Protocol;

namespace KafkaBackup.Operator.Jobs;

/// <summary>A Job as a run of a backup.</summary>
/// <param name="Run">The run.</param>
/// <param name="IsEnding">Whether it is being ended.</param>
internal sealed record JobRun(DeclaredRun Run, bool IsEnding)
{
    private const int Interrupted = 130;
    private const int Incomplete = 3;

    /// <summary>The run of a Job.</summary>
    public static JobRun Of(JsonObject job, JobPods pods)
    {
        var name = (string)job["metadata"]!["name"]!;
        var run = new DeclaredRun(NameOf(job) ?? name, TimeIn(job["metadata"]?["creationTimestamp"]) ?? default) { EndedAt = EndOf(job) };
        var isEnding = job["metadata"]?["deletionTimestamp"] is not null;
        if (run.EndedAt is null)
        {
            return new JobRun(run, isEnding);
        }

        var failed = ConditionOf(job, "Failed");
        return new JobRun(pods.LastEndOf(name) is { } end ? Told(run, end, failed) : failed is null ? run : run with { Failures = [FailureOf(failed, null)] }, isEnding);
    }

    /// <summary>The run of a Deployment, which has no end.</summary>
    public static JobRun OfDeployment(JsonObject deployment, JobPods pods)
    {
        var about = deployment["metadata"]!;
        var run = new DeclaredRun((string)about["name"]!, TimeIn(about["creationTimestamp"]) ?? default);
        return new JobRun(pods.WhyHindered() is { } end ? run with { Failures = [FailureOf(null, end)] } : run, IsEnding: false);
    }

    /// <summary>When a Job ended; null: it has not.</summary>
    public static DateTimeOffset? EndOf(JsonObject job) =>
        TimeIn(ConditionOf(job, "Complete")?["lastTransitionTime"]) ?? TimeIn(ConditionOf(job, "Failed")?["lastTransitionTime"]);

    /// <summary>The name by which we began it; null: a CronJob did.</summary>
    public static string? NameOf(JsonObject job) => (string?)job["metadata"]?["annotations"]?[JobObjects.RunAnnotation];

    private static DeclaredRun Told(DeclaredRun run, JsonObject end, JsonObject? failed)
    {
        var code = (int?)end["exitCode"] ?? 0;
        if (ReadSummary((string?)end["message"]) is { } finished)
        {
            return run.End(finished, run.EndedAt!.Value);
        }

        return code switch
        {
            Interrupted => run with { WasStopped = true },
            Incomplete => run with { FailedPartitions = 1, Failures = [FailureOf(failed, end)] },
            0 when failed is null => run,
            _ => (string?)failed?["reason"] == "DeadlineExceeded" ? run with { WasStopped = true } : run with { Failures = [FailureOf(failed, end)] },
        };
    }

    private static BackupProtocol.BackupFinished? ReadSummary(string? message)
    {
        try
        {
            return message is { Length: > 0 } && message[0] == '{' ? JsonSerializer.Deserialize(message, WireJson.Default.BackupFinished) : null;
        }
        catch (JsonException)
        {
            return null; // The end of a log, which begins so.
        }
    }

    /// <summary>What went wrong: what the program said last, or what the Job says.</summary>
    private static Fault FailureOf(JsonObject? failed, JsonObject? end)
    {
        var code = (int?)end?["exitCode"];
        var said = ((string?)end?["message"])?.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).LastOrDefault();
        var kind = code switch
        {
            2 => FailureKind.Configuration,
            4 => FailureKind.Source,
            5 => FailureKind.Storage,
            _ => FailureKind.Internal,
        };
        return new Fault(kind, said ?? (string?)failed?["message"] ?? $"The container ended with {code} ({end?["reason"]}).", IsRetryable: kind is FailureKind.Source or FailureKind.Storage);
    }

    private static JsonObject? ConditionOf(JsonObject job, string type) => (job["status"]?["conditions"] as JsonArray ?? []).OfType<JsonObject>()
        .FirstOrDefault(condition => (string?)condition["type"] == type && (string?)condition["status"] == "True");

    private static DateTimeOffset? TimeIn(JsonNode? node) =>
        DateTimeOffset.TryParse((string?)node, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) ? time : null;
}
