using System.Text.Json;
using KafkaBackup.Operator.Backups;
using KafkaBackup.Operator.Operations;
using KafkaBackup.Operator.Restores;
using KafkaBackup.Shared;
using KafkaBackup.Shared.Protocol;

namespace KafkaBackup.Deployment.Tests;

/// <summary>A cluster of nodes that does not answer, as pods of a test do not run.</summary>
internal sealed class AbsentCluster : IBackupRunner, IRestoreCluster, IOperationCluster
{
    public Task<ClusterBackup?> FindAsync(BackupSubject subject, CancellationToken cancellation) => throw Away();

    public Task DeclareAsync(BackupSubject subject, string definition, string? schedule, string? timeZone, CancellationToken cancellation) => throw Away();

    public Task StartAsync(BackupSubject subject, string run, CancellationToken cancellation) => throw Away();

    public Task OrderAsync(BackupSubject subject, CatalogueProtocol.CatalogueOrder order, CancellationToken cancellation) => throw Away();

    public Task<RestoreRunProtocol.RestoreRunStatus> BeginAsync(string definition, string run, CancellationToken cancellation) => throw Away();

    public Task<RestoreRunProtocol.RestoreRunStatus> FindAsync(string restore, CancellationToken cancellation) => throw Away();

    public Task StopAsync(string restore, CancellationToken cancellation) => throw Away();

    public Task<JsonElement> ReadReportAsync(string restore, CancellationToken cancellation) => throw Away();

    public Task<OperationProtocol.OperationStatus> BeginOperationAsync(string operation, string definition, CancellationToken cancellation) => throw Away();

    public Task<OperationProtocol.OperationStatus> FindOperationAsync(string operation, CancellationToken cancellation) => throw Away();

    public Task<OperationProtocol.OperationStatus> ForgetOperationAsync(string operation, bool leavesMark, CancellationToken cancellation) => throw Away();

    private static BackupException Away() => new(FailureKind.Internal, "No node answers.");
}
