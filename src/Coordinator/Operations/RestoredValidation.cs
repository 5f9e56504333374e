using System.Buffers;
using KafkaBackup.Shared;
using KafkaBackup.Shared.Operations;
using KafkaBackup.Shared.Storage;

namespace KafkaBackup.Coordinator.Operations;

/// <summary>Compares what a Kafka cluster holds with a backup: whether what was restored is there still.</summary>
/// <param name="name">The operation, by which its report is called.</param>
/// <param name="ports">The cluster, and where the backup lies.</param>
/// <param name="clock">The time.</param>
internal sealed class RestoredValidation(string name, OperationPorts ports, TimeProvider clock)
{
    /// <summary>Makes all checks that the definition names.</summary>
    /// <exception cref="BackupException">Backup or cluster cannot be read; another try may help if it says so.</exception>
    public async Task<ChecksReport> ExecuteAsync(ValidationConfiguration validation, CancellationToken cancellation)
    {
        var (store, backup) = (ports.Store!, validation.BackupId!.Value);
        var expected = validation.AsksTarget ? await ExpectedTopics.ReadAsync(store, ports.Catalog!, backup, cancellation) : null;
        var checks = new List<(string Name, Func<Task<CheckOutcome>> Check)>();
        if (validation.CountsMessages)
        {
            checks.Add((MessageCount.Name, () => new MessageCount(ports.Catalog!, ports.Records!).CheckAsync(expected!, validation, cancellation)));
        }

        if (validation.ChecksRanges)
        {
            checks.Add((LogRanges.Name, () => new LogRanges(ports.Catalog!).CheckAsync(expected!, cancellation)));
        }

        if (validation.ChecksGroups)
        {
            checks.Add((GroupPlaces.Name, () => new GroupPlaces(store, ports.Catalog!).CheckAsync(expected!, validation, cancellation)));
        }

        checks.AddRange(validation.Webhooks.Select(hook => (hook.Name, (Func<Task<CheckOutcome>>)(() => new WebhookCheck(ports.Http!).CheckAsync(hook, validation, cancellation)))));
        var outcomes = new List<CheckOutcome>();
        foreach (var (called, check) in checks)
        {
            outcomes.Add(await RunAsync(called, check));
        }

        var report = new ChecksReport(outcomes);
        return validation.StoresReport ? report with { EvidencePath = await StoreAsync(store, $"validation-{name}", validation, report, cancellation) } : report;
    }

    private async Task<CheckOutcome> RunAsync(string called, Func<Task<CheckOutcome>> check)
    {
        var began = clock.GetTimestamp();
        CheckOutcome outcome;
        try
        {
            outcome = await check();
        }
        catch (BackupException e) when (!e.IsRetryable)
        {
            outcome = new CheckOutcome(called, CheckVerdict.Failed, e.Message);
        }

        return outcome with { DurationMs = (long)clock.GetElapsedTime(began).TotalMilliseconds };
    }

    /// <summary>Stores the report where OSO's tool looks for such: <c>evidence-reports/{id}/{year}/{month}/{id}.json</c>.</summary>
    private async Task<string> StoreAsync(IObjectStore store, string id, ValidationConfiguration validation, ChecksReport report, CancellationToken cancellation)
    {
        var now = clock.GetUtcNow();
        var key = $"evidence-reports/{id}/{now:yyyy}/{now:MM}/{id}.json";
        await store.PutAsync(key, new ReadOnlySequence<byte>(EvidenceReport.Of(id, now, validation, report).ToJson()), PutCondition.Overwrite, cancellation);
        return key;
    }
}
