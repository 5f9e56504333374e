using KafkaBackup.Coordinator.Backup;
using KafkaBackup.Shared;
using KafkaBackup.Shared.Protocol;
using KafkaBackup.Shared.Storage;

namespace KafkaBackup.Coordinator.Manifest;

/// <summary>What fails of the views and of housekeeping at the moment: told once for each sentence, and no reason to end a run.</summary>
/// <remarks>The head is neither: a run that can no longer swap it cannot commit, and ends.</remarks>
internal sealed class ViewFailures(BackupId backup, RunLog log)
{
    private readonly Dictionary<LedgerView, Fault> _failures = [];

    /// <summary>One that still fails, in the order of <see cref="LedgerView"/>; null when none does.</summary>
    public Fault? First => _failures.OrderBy(failure => failure.Key).Select(failure => failure.Value).FirstOrDefault();

    /// <summary>Whether one of <paramref name="views"/> failed the last time it was tried.</summary>
    public bool Has(params ReadOnlySpan<LedgerView> views)
    {
        foreach (var view in views)
        {
            if (_failures.ContainsKey(view))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Does <paramref name="work"/> on <paramref name="view"/>.</summary>
    /// <returns>Whether it went through.</returns>
    public async Task<bool> TryAsync(LedgerView view, Func<Task> work)
    {
        try
        {
            await work();
            _failures.Remove(view);
            return true;
        }
        catch (StorageException e) when (e.Key != BackupKeys.Head(backup))
        {
            var fault = new Fault(e.Kind, Prefix(view) + e.Message, e.IsRetryable);
            if (_failures.GetValueOrDefault(view)?.Message != fault.Message)
            {
                log.Warning($"{fault.Message} {Consequence(view)}");
            }

            _failures[view] = fault;
            return false;
        }
    }

    private static string Prefix(LedgerView view) => view switch
    {
        LedgerView.Parts => "Parts of the ledger could not be merged: ",
        LedgerView.Orphans => "Objects that nothing names any more could not be deleted: ",
        LedgerView.Probe => "The throw-away object that the store was tried with could not be deleted: ",
        _ => "",
    };

    private static string Consequence(LedgerView view) => view is LedgerView.Orphans
        ? "A later run tries again."
        : "Records go on being saved, and this is tried again.";
}
