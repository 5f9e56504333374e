using System.Text.Json;
using KafkaBackup.Shared;
using static KafkaBackup.Shared.Protocol.RestoreRunProtocol;

namespace KafkaBackup.Operator.Restores;

/// <summary>Where runs are Jobs, and there is no cluster of nodes that could restore: says so.</summary>
public sealed class NoRestores : IRestoreCluster
{
    /// <inheritdoc />
    public Task<RestoreRunStatus> BeginAsync(string definition, string run, CancellationToken cancellation) => Refuse<RestoreRunStatus>();

    /// <inheritdoc />
    public Task<RestoreRunStatus> FindAsync(string restore, CancellationToken cancellation) => Task.FromResult(new RestoreRunStatus(restore, null));

    /// <inheritdoc />
    public Task StopAsync(string restore, CancellationToken cancellation) => Task.CompletedTask;

    /// <inheritdoc />
    public Task<JsonElement> ReadReportAsync(string restore, CancellationToken cancellation) => Refuse<JsonElement>();

    private static Task<T> Refuse<T>() => Task.FromException<T>(new BackupException(FailureKind.Configuration,
        "This operator runs backups as Jobs and has no cluster of nodes, which restores are made by. Give the operator --cluster, or run 'kafka-backup restore' where the target and the storage can be reached."));
}
