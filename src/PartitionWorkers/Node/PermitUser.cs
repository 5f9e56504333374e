using KafkaBackup.Shared;

namespace KafkaBackup.PartitionWorkers.Node;

/// <summary>On whose account permits go: a backup, or one attempt of a restore, which may be of the same backup and is counted apart from it.</summary>
public readonly record struct PermitUser
{
    private PermitUser(BackupId? backup, string? attempt) => (Backup, Attempt) = (backup, attempt);

    private BackupId? Backup { get; }

    private string? Attempt { get; }

    /// <summary>Whether it is a restore.</summary>
    public bool IsRestore => Attempt is not null;

    /// <summary>All workers of a backup.</summary>
    public static PermitUser Of(BackupId backup) => new(backup, null);

    /// <summary>All workers of an attempt of a restore.</summary>
    /// <param name="attempt">The attempt's name, which no other has.</param>
    public static PermitUser OfRestore(string attempt) => new(null, attempt);
}
