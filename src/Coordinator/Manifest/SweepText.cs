using KafkaBackup.Shared;
using KafkaBackup.Shared.Ledger;
using KafkaBackup.Shared.Ledger.Repair;
using KafkaBackup.Shared.Storage;

namespace KafkaBackup.Coordinator.Manifest;

/// <summary>What the operator reads of objects that nothing names.</summary>
internal static class SweepText
{
    /// <summary>The ledger was lost, or an older one was put back.</summary>
    public static string OfLoss(BackupId backup, IObjectStore store) =>
        $"The ledger of backup '{backup}' does not know all that was written: it was lost, or an older version was put back. "
        + $"Nothing is deleted before '{RepairAdvice.Command(backup.Value, store.Address)}', which finds again what the ledger no longer names.";

    /// <summary>What a sweep left, or was ordered to delete; nothing of a sweep in the ordinary course of things.</summary>
    public static IEnumerable<string> Of(SweepResult swept, bool isOrdered, BackupId backup, IObjectStore store)
    {
        if (isOrdered)
        {
            yield return $"Deleted {Objects(swept.Deleted.Count)} of backup '{backup}' that nothing named, as --sweep-orphans says.";
        }

        if (swept.Kept.Count > 0)
        {
            yield return $"{Objects(swept.Kept.Count)} of backup '{backup}' that nothing names may hold records that the backup lacks, "
                + $"and were not deleted; the first is {swept.Kept[0]}. "
                + $"Run '{RepairAdvice.Command(backup.Value, store.Address)}' to have them named again; "
                + "or 'kafka-backup backup --sweep-orphans' to delete them.";
        }
    }

    private static string Objects(int count) => count == 1 ? "1 object" : $"{count:N0} objects";
}
