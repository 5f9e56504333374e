using System.Text.Json;
using KafkaBackup.Management;
using KafkaBackup.Operator.Backups;
using KafkaBackup.Operator.Operations;
using KafkaBackup.Operator.Restores;
using KafkaBackup.Shared.Protocol;
using static KafkaBackup.Shared.Protocol.OperationProtocol;
using static KafkaBackup.Shared.Protocol.RestoreRunProtocol;

namespace KafkaBackup.Cli.Cluster;

/// <summary>The cluster as an operator reaches it from outside: through whichever of its nodes answers.</summary>
internal sealed class HttpCluster(ClusterClient client) : IBackupRunner, IRestoreCluster, IOperationCluster
{
    public async Task<ClusterBackup?> FindAsync(BackupSubject subject, CancellationToken cancellation)
    {
        try
        {
            var found = await client.GetAsync(subject.Backup.Value, cancellation);
            return new ClusterBackup(found.Backup, found.Status);
        }
        catch (NotThereException)
        {
            return null;
        }
    }

    public Task DeclareAsync(BackupSubject subject, string definition, string? schedule, string? timeZone, CancellationToken cancellation) =>
        client.SubmitAsync(null, new Submission(definition) { Schedule = schedule ?? CatalogueProtocol.NoSchedule, TimeZone = timeZone }, cancellation);

    public Task StartAsync(BackupSubject subject, string run, CancellationToken cancellation) => client.OrderAsync(subject.Backup.Value, $"start?run={run}", cancellation);

    public Task OrderAsync(BackupSubject subject, CatalogueProtocol.CatalogueOrder order, CancellationToken cancellation) => order == CatalogueProtocol.CatalogueOrder.Remove
        ? client.RemoveAsync(subject.Backup.Value, cancellation)
        : client.OrderAsync(subject.Backup.Value, order.ToString().ToLowerInvariant(), cancellation);

    public Task<RestoreRunStatus> BeginAsync(string definition, string run, CancellationToken cancellation) =>
        client.RestoreAsync(null, new RestoreSubmission(definition, run), cancellation);

    public Task<RestoreRunStatus> FindAsync(string restore, CancellationToken cancellation) => client.GetRestoreAsync(restore, int.MaxValue, cancellation);

    public Task StopAsync(string restore, CancellationToken cancellation) => client.StopRestoreAsync(restore, cancellation);

    public Task<JsonElement> ReadReportAsync(string restore, CancellationToken cancellation) => client.GetReportAsync(restore, cancellation);

    public Task<OperationStatus> BeginOperationAsync(string operation, string definition, CancellationToken cancellation) =>
        client.BeginOperationAsync(new OperationSubmission(operation, definition), cancellation);

    public Task<OperationStatus> FindOperationAsync(string operation, CancellationToken cancellation) => client.GetOperationAsync(operation, cancellation);

    public Task<OperationStatus> ForgetOperationAsync(string operation, bool leavesMark, CancellationToken cancellation) => client.ForgetOperationAsync(operation, leavesMark, cancellation);
}
