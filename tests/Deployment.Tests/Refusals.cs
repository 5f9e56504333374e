namespace KafkaBackup.Deployment.Tests;

/// <summary>What the API server refuses of each kind.</summary>
internal static class Refusals
{
    /// <summary>Rows of a kind of its own, and those of a backup: cluster, storage, schedule and circuit breaker are the same wherever a kind has them.</summary>
    public static IEnumerable<(string Path, string Sentence)> Of(string kind)
    {
        var storage = kind == "KafkaOffsetRollback" ? "spec.snapshotRef.storage" : "spec.backupRef.storage";
        var shared = kind == "KafkaBackup" ? [] : BackupRefusals.All.Select(row => (((string)row[1]).Replace("spec.storage", storage, StringComparison.Ordinal), (string)row[2]));
        return OwnOf(kind).Select(row => ((string)row[1], (string)row[2])).Concat(shared);
    }

    private static TheoryData<string, string, string> OwnOf(string kind) => kind switch
    {
        "KafkaBackup" => BackupRefusals.All,
        "KafkaBackupRun" => RunRefusals.All,
        "KafkaBackupValidation" => ValidationRefusals.All,
        "KafkaOffsetReset" => ResetRefusals.All,
        "KafkaOffsetRollback" => RollbackRefusals.All,
        "KafkaRestore" => RestoreRefusals.All,
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "No such kind."),
    };
}
