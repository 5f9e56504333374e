using System.Buffers;
using KafkaBackup.Shared.Storage;
using static KafkaBackup.Shared.Protocol.RestoreProtocol;

namespace KafkaBackup.Coordinator.Restore;

/// <summary>Makes the report of a restore, and writes it beside the backup. A restore is none the worse without it: what goes wrong is logged.</summary>
/// <param name="services">What the restore needs.</param>
internal sealed class RestoreReporter(RestoreServices services)
{
    private readonly DateTimeOffset _began = services.Clock.GetUtcNow();

    /// <summary>The report as JSON, of a dry run the plan; empty where it could not be made.</summary>
    /// <param name="plan">What was planned; null when it did not come to that.</param>
    /// <param name="document">What is written down of it; null: nothing.</param>
    /// <param name="finished">How it ended.</param>
    public ReadOnlyMemory<byte> Make(RestorePlan? plan, RestoreDocument? document, RestoreFinished finished)
    {
        try
        {
            var reports = new RestoreReports(services.Configuration, plan, document, finished);
            return services.Configuration.Restore.IsDryRun ? reports.OfPlan().ToJson() : reports.Of(_began, services.Clock.GetUtcNow()).ToJson();
        }
        catch (Exception e)
        {
            services.Log.NoReport($"{e.GetType().Name}: {e.Message}"); // A fault here must not keep anybody from hearing that the restore is over.
            return default;
        }
    }

    /// <summary>Writes it.</summary>
    public async Task WriteAsync(RestorePlan plan, ReadOnlyMemory<byte> report)
    {
        try
        {
            var key = BackupKeys.RestoreReport(services.Configuration.BackupId, plan.Restore!);
            await services.Store.PutAsync(key, new ReadOnlySequence<byte>(report), PutCondition.Overwrite, CancellationToken.None);
        }
        catch (StorageException e)
        {
            services.Log.NoReport(e.Message);
        }
    }
}
