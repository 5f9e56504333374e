using System.Text.Json.Nodes;
using KafkaBackup.Operator.Api;
using KafkaBackup.Operator.Operations;
using KafkaBackup.Operator.Resources;
using KafkaBackup.Operator.Tests.Support;
using KafkaBackup.Shared.Operations;

namespace KafkaBackup.Operator.Tests.Operations;

/// <summary>Offset rollbacks at a real API server, step by step.</summary>
public sealed class OffsetRollbackReconcilerTests : IAsyncLifetime
{
    private readonly FakeOperations _cluster = new();
    private ApiServer? _server;
    private OperationObjects _rollbacks = null!;

    private ApiServer Server => _server!;

    public async Task InitializeAsync()
    {
        if (ApiServer.WhyNot is null)
        {
            _server = await ApiServer.ConnectAsync();
            _rollbacks = new OperationObjects(_server, ResourceKind.KafkaOffsetRollback, """{ "kafkaCluster": { "bootstrapServers": ["kafka:9092"] }, "snapshotRef": { "name": "reset-1" } }""");
        }
    }

    [SkippableTheory]
    [InlineData("{}", "rollback:\n  snapshot_id: \"reset-1\"\n  verify: true\n  dry_run: false\n")]
    [InlineData("""{ "consumerGroups": ["billing"], "dryRun": true, "verifyAfterRollback": false }""",
        "rollback:\n  snapshot_id: \"reset-1\"\n  consumer_groups:\n    - \"billing\"\n  verify: false\n  dry_run: true\n")]
    [InlineData("""{ "snapshotRef": { "name": "snap-1", "pvcName": "kept", "path": "offsets" } }""",
        "storage:\n  backend: \"filesystem\"\n  path: \"/data/kept/offsets\"\nrollback:\n  snapshot_id: \"snap-1\"\n  verify: true\n  dry_run: false\n")]
    public async Task Its_definition_says_what_the_spec_says(string spec, string expected)
    {
        await ApplyAsync(spec);
        await StepAsync();

        Assert.EndsWith(expected, Assert.Single(_cluster.Definitions), StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task The_snapshot_may_be_that_of_a_KafkaOffsetReset()
    {
        await ApplyAsync("""{ "snapshotRef": { "name": "", "offsetResetRef": "early" } }""");
        await StepAsync();
        Assert.Equal(("Pending", "ValidationFailed"), ((await StatusAsync()).Phase, (await StatusAsync()).Conditions[0].Reason));

        var resets = new OperationObjects(Server, ResourceKind.KafkaOffsetReset, """{ "kafkaCluster": { "bootstrapServers": ["kafka:9092"] }, "consumerGroups": ["billing"], "resetStrategy": "to-earliest" }""");
        await resets.ApplyAsync(name: "early");
        await Server.Api.MergeAsync($"{ResourceKind.KafkaOffsetReset.PathOf(Server.Key("early"))}/status",
            JsonNode.Parse("""{ "status": { "phase": "Completed", "snapshotId": "reset-of-early" } }""")!.AsObject(), CancellationToken.None);
        await StepAsync();

        Assert.Contains("snapshot_id: \"reset-of-early\"", Assert.Single(_cluster.Definitions), StringComparison.Ordinal);
    }

    [SkippableTheory]
    [InlineData(0, 2, "Completed", "RollbackSucceeded")]
    [InlineData(1, 2, "PartiallyCompleted", "RollbackFailed")]
    [InlineData(0, 1, "Failed", "RollbackFailed")]
    public async Task It_tells_what_came_of_groups_and_of_reading_them_again(int failed, int matched, string phase, string reason)
    {
        await ApplyAsync();
        await StepAsync();
        _cluster.End(status => status with
        {
            Groups = GroupsReport.Of([new GroupOutcome("billing", 1, failed > 0 ? "It has members." : null), new GroupOutcome("mailer", 1)]) with { SnapshotId = "reset-1", Matched = matched, Mismatched = matched < 2 ? ["mailer"] : [] },
        });

        await StepAsync();

        var status = await StatusAsync();
        Assert.Equal((phase, reason, 2 - failed, failed, "reset-1"), (status.Phase, status.Conditions[0].Reason, status.GroupsRolledBack, status.GroupsFailed, status.SnapshotId));
        Assert.Equal((matched == 2, 2, matched), (status.Verification!.AllMatched, status.Verification.TotalGroups, status.Verification.MatchedGroups));
    }

    public async Task DisposeAsync()
    {
        if (_server is not null)
        {
            await _server.DisposeAsync();
        }
    }

    private Task ApplyAsync(string spec = "{}")
    {
        Skip.IfNot(ApiServer.WhyNot is null, ApiServer.WhyNot);
        return _rollbacks.ApplyAsync(spec);
    }

    private Task<TimeSpan?> StepAsync() => new OffsetRollbackReconciler(Server.Api, _cluster, new EventRecorder(Server.Api, TimeProvider.System), TimeProvider.System)
        .ReconcileAsync(Server.Key("one"), CancellationToken.None);

    private async Task<KafkaOffsetRollbackStatus> StatusAsync() => (await _rollbacks.ReadAsync<KafkaOffsetRollbackResource>()).Status!;
}
