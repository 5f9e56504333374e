using System.Text.Json;
using KafkaBackup.Shared;
using static KafkaBackup.Shared.Protocol.RestoreRunProtocol;

namespace KafkaBackup.Operator.Restores;

/// <summary>The cluster of nodes, as far as it restores.</summary>
/// <remarks>All calls throw a <see cref="BackupException"/>: of kind <see cref="FailureKind.Configuration"/> when what is asked is refused, of another when
/// nobody answers. All may be repeated.</remarks>
public interface IRestoreCluster
{
    /// <summary>Begins a restore, or joins the one under way of the same text. One that ended early goes on.</summary>
    /// <param name="definition">The definition, secrets by the names of their files.</param>
    /// <param name="run">The name of this attempt: asked for again, it begins only once.</param>
    /// <param name="cancellation">Gives up.</param>
    Task<RestoreRunStatus> BeginAsync(string definition, string run, CancellationToken cancellation);

    /// <summary>How far a restore is; its run is null when nobody conducts it.</summary>
    Task<RestoreRunStatus> FindAsync(string restore, CancellationToken cancellation);

    /// <summary>Ends a restore early, in good order.</summary>
    Task StopAsync(string restore, CancellationToken cancellation);

    /// <summary>The report of a restore that has ended, as OSO's <c>RestoreReport</c> or, of a dry run, <c>DryRunReport</c>.</summary>
    Task<JsonElement> ReadReportAsync(string restore, CancellationToken cancellation);
}
