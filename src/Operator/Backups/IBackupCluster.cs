using KafkaBackup.Shared;
using KafkaBackup.Shared.Protocol;

namespace KafkaBackup.Operator.Backups;

/// <summary>The cluster of nodes that runs backups: what is declared in its catalogue, and orders about it.</summary>
/// <remarks>All calls throw a <see cref="BackupException"/>: of kind <see cref="FailureKind.Configuration"/> when what is asked is refused, of another when
/// nobody answers, and it may have been done or not. All may be repeated.</remarks>
public interface IBackupCluster
{
    /// <summary>What is declared of a backup; null: nothing.</summary>
    Task<ClusterBackup?> FindAsync(BackupId backup, CancellationToken cancellation);

    /// <summary>Declares a backup, or changes what is declared. A run begins by it only if the definition has no end.</summary>
    /// <param name="backup">The backup.</param>
    /// <param name="definition">The definition, secrets by the names of their files.</param>
    /// <param name="schedule">When runs begin; null: on demand only.</param>
    /// <param name="timeZone">The time zone of that; null: UTC.</param>
    /// <param name="cancellation">Gives up.</param>
    Task DeclareAsync(BackupId backup, string definition, string? schedule, string? timeZone, CancellationToken cancellation);

    /// <summary>Begins the run of a given name, unless it was begun already, or another one is under way.</summary>
    Task StartAsync(BackupId backup, string run, CancellationToken cancellation);

    /// <summary>Carries out an order other than a start.</summary>
    Task OrderAsync(BackupId backup, CatalogueProtocol.CatalogueOrder order, CancellationToken cancellation);
}
