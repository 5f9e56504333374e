using KafkaBackup.Operator.Api;
using KafkaBackup.Operator.Backups;
using KafkaBackup.Operator.Operations;
using KafkaBackup.Operator.Resources;
using KafkaBackup.Operator.Tests.Support;

namespace KafkaBackup.Operator.Tests.Operations;

/// <summary>Runs that are asked for, at a real API server, step by step.</summary>
public sealed class BackupRunReconcilerTests : IAsyncLifetime
{
    private readonly FakeCluster _cluster = new(TimeProvider.System);
    private ApiServer? _server;
    private OperationObjects _runs = null!;

    private ApiServer Server => _server!;

    public async Task InitializeAsync()
    {
        if (ApiServer.WhyNot is null)
        {
            _server = await ApiServer.ConnectAsync();
            _runs = new OperationObjects(_server, ResourceKind.KafkaBackupRun, """{ "backupRef": { "name": "orders" } }""");
        }
    }

    [SkippableFact]
    public async Task A_run_begins_now_and_tells_how_it_ends()
    {
        await DeclareAsync();
        await StepAsync();
        Assert.Equal(("Running", 1), ((await StatusAsync()).Phase, _cluster.Began.Count));

        _cluster.End("orders");
        await StepAsync();
        await StepAsync();

        var status = await StatusAsync();
        Assert.Equal(("Completed", 10L, _cluster.Began[0]), (status.Phase, status.RecordsProcessed, status.RunId));
        Assert.Single(_cluster.Began);
    }

    [SkippableFact]
    public async Task Behind_another_run_it_waits()
    {
        await DeclareAsync();
        await _cluster.StartAsync(BackupReconciler.SubjectOf(ResourceJson.ReadBackup((await Server.GetAsync())!)), "scheduled-1", CancellationToken.None);
        await StepAsync();
        Assert.Equal(("Pending", "BackupBusy"), ((await StatusAsync()).Phase, (await StatusAsync()).Conditions[0].Reason));

        _cluster.End("orders");
        await StepAsync();

        Assert.Equal("Running", (await StatusAsync()).Phase);
    }

    [SkippableFact]
    public async Task What_is_not_there_is_named()
    {
        Skip.IfNot(ApiServer.WhyNot is null, ApiServer.WhyNot);
        await _runs.ApplyAsync("""{ "backupRef": { "name": "absent" } }""");

        await StepAsync();

        Assert.Equal(("Pending", "BackupNotFound"), ((await StatusAsync()).Phase, (await StatusAsync()).Conditions[0].Reason));
    }

    public async Task DisposeAsync()
    {
        if (_server is not null)
        {
            await _server.DisposeAsync();
        }
    }

    /// <summary>A scheduled backup that the cluster knows, and a run that is asked for.</summary>
    private async Task DeclareAsync()
    {
        Skip.IfNot(ApiServer.WhyNot is null, ApiServer.WhyNot);
        await Server.ApplyAsync("""{ "schedule": "0 0 1 1 *" }""");
        await Reconcilers.OfBackups(Server.Api, _cluster, TimeProvider.System).ReconcileAsync(Server.Key("orders"), CancellationToken.None);
        await _runs.ApplyAsync();
    }

    private EventRecorder Events() => new(Server.Api, TimeProvider.System);

    private Task<TimeSpan?> StepAsync() => new BackupRunReconciler(Server.Api, _cluster, Events(), TimeProvider.System).ReconcileAsync(Server.Key("one"), CancellationToken.None);

    private async Task<KafkaBackupRunStatus> StatusAsync() => (await _runs.ReadAsync<KafkaBackupRunResource>()).Status!;
}
