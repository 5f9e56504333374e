using KafkaBackup.Operator.Api;
using KafkaBackup.Shared;
using KafkaBackup.Shared.Protocol;

namespace KafkaBackup.Operator.Backups;

/// <summary>What runs backups, a cluster of nodes or Jobs: what is declared, and orders about it.</summary>
/// <remarks>All calls throw a <see cref="BackupException"/>: of kind <see cref="FailureKind.Configuration"/> when what is asked is refused, of another when
/// nobody answers, and it may have been done or not; where runs are Jobs also a <see cref="KubernetesException"/>. All may be repeated.</remarks>
public interface IBackupRunner
{
    /// <summary>What is declared of a backup; null: nothing.</summary>
    Task<ClusterBackup?> FindAsync(BackupSubject subject, CancellationToken cancellation);

    /// <summary>Declares a backup, or changes what is declared. A run begins by it only if the definition has no end.</summary>
    /// <param name="subject">The backup.</param>
    /// <param name="definition">The definition, secrets by the names of their files.</param>
    /// <param name="schedule">When runs begin; null: on demand only.</param>
    /// <param name="timeZone">The time zone of that; null: UTC.</param>
    /// <param name="cancellation">Gives up.</param>
    Task DeclareAsync(BackupSubject subject, string definition, string? schedule, string? timeZone, CancellationToken cancellation);

    /// <summary>Begins the run of a given name, unless it was begun already, or another one is under way.</summary>
    Task StartAsync(BackupSubject subject, string run, CancellationToken cancellation);

    /// <summary>Carries out an order other than a start.</summary>
    Task OrderAsync(BackupSubject subject, CatalogueProtocol.CatalogueOrder order, CancellationToken cancellation);
}
