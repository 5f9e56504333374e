using KafkaBackup.Operator.Api;
using KafkaBackup.Operator.Operations;
using KafkaBackup.Operator.Resources;
using KafkaBackup.Operator.Tests.Support;
using KafkaBackup.Shared;
using KafkaBackup.Shared.Operations;
using KafkaBackup.Shared.Protocol;
using Microsoft.Extensions.Time.Testing;

namespace KafkaBackup.Operator.Tests.Operations;

/// <summary>Offset resets at a real API server, step by step.</summary>
public sealed class OffsetResetReconcilerTests : IAsyncLifetime
{
    private static readonly GroupsReport Whole = GroupsReport.Of([new GroupOutcome("billing", 2), new GroupOutcome("mailer", 1)]) with { SnapshotId = "reset-1", SnapshotPath = "s3://catalogue/offset-snapshots/reset-1/" };

    private readonly FakeTimeProvider _clock = new(TimeProvider.System.GetUtcNow());
    private readonly FakeOperations _cluster = new();
    private ApiServer? _server;
    private OperationObjects _resets = null!;

    private ApiServer Server => _server!;

    public async Task InitializeAsync()
    {
        if (ApiServer.WhyNot is null)
        {
            _server = await ApiServer.ConnectAsync();
            _resets = new OperationObjects(_server, ResourceKind.KafkaOffsetReset,
                """{ "kafkaCluster": { "bootstrapServers": ["kafka:9092"] }, "consumerGroups": ["billing", "mailer"], "resetStrategy": "to-earliest" }""");
        }
    }

    [SkippableFact]
    public async Task A_reset_tells_how_it_goes_and_what_came_of_it()
    {
        await ApplyAsync();
        await StepAsync();
        Assert.Equal(("Running", 1), ((await StatusAsync()).Phase, (await StatusAsync()).Attempts));
        _clock.Advance(TimeSpan.FromSeconds(3));

        _cluster.End(status => status with { Groups = Whole });
        await StepAsync();

        var ended = await StatusAsync();
        Assert.Equal(("Completed", 2, 2, 0, "reset-1"), (ended.Phase, ended.GroupsTotal, ended.GroupsReset, ended.GroupsFailed, ended.SnapshotId));
        Assert.Equal(("True", "ResetSucceeded"), (ended.Conditions[0].Status, ended.Conditions[0].Reason));
        Assert.Equal([new GroupResult("billing", true) { PartitionsReset = 2 }, new GroupResult("mailer", true) { PartitionsReset = 1 }], ended.GroupResults);
        Assert.Matches(@"^[34]\.\d\ds$", ended.Duration);
    }

    [SkippableFact]
    public async Task One_that_is_over_is_let_go_and_never_begun_again()
    {
        await ApplyAsync();
        await StepAsync();
        _cluster.End(status => status with { Groups = Whole });
        await StepAsync();
        await StepAsync();
        await StepAsync();
        await StepAsync();

        Assert.Single(_cluster.Began);
        Assert.Empty(_cluster.Forgotten); // Another operator may have seen less, and ask for it once more.
        Assert.Null((await _resets.GetAsync())!["metadata"]!["finalizers"]);
        Assert.Equal("Completed", (await StatusAsync()).Phase);
    }

    [SkippableFact]
    public async Task Its_definition_says_what_the_spec_says()
    {
        await ApplyAsync("""{ "resetStrategy": "to-timestamp", "resetTimestamp": 7, "topics": ["orders"], "parallelism": 3, "continueOnError": true }""");
        await StepAsync();

        var uid = (await _resets.ReadAsync<KafkaOffsetResetResource>()).Metadata.Uid;
        Assert.EndsWith($"reset:\n  strategy: \"to-timestamp\"\n  timestamp: 7\n  consumer_groups:\n    - \"billing\"\n    - \"mailer\"\n  topics:\n    - \"orders\"\n"
            + $"  snapshot_id: \"reset-{uid}\"\n  max_concurrent: 3\n  continue_on_error: true\n  dry_run: false\n", _cluster.Definitions[0], StringComparison.Ordinal);
    }

    [SkippableTheory]
    [InlineData("{}", 1, 1, "PartiallyCompleted", "PartialFailure")]
    [InlineData("{}", 0, 2, "Failed", "ResetFailed")]
    [InlineData("""{ "dryRun": true }""", 2, 0, "Completed", "DryRunPassed")]
    [InlineData("""{ "dryRun": true }""", 1, 1, "Failed", "DryRunFailed")]
    public async Task What_is_not_whole_says_so(string spec, int set, int failed, string phase, string reason)
    {
        await ApplyAsync(spec);
        await StepAsync();
        _cluster.End(status => status with
        {
            Groups = GroupsReport.Of([.. Enumerable.Range(0, set).Select(number => new GroupOutcome($"set-{number}", 1)), .. Enumerable.Range(0, failed).Select(number => new GroupOutcome($"unset-{number}", 0, "It has members."))]),
        });

        await StepAsync();

        var status = await StatusAsync();
        Assert.Equal((phase, reason, failed), (status.Phase, status.Conditions[0].Reason, status.GroupsFailed));
        Assert.Equal(phase == "Completed" ? "False" : "True", status.Conditions.Single(condition => condition.Type == "Degraded").Status);
    }

    [SkippableFact]
    public async Task A_failure_that_may_pass_is_followed_by_another_attempt_after_a_pause()
    {
        await ApplyAsync();
        await StepAsync();
        _cluster.End(status => status with { Failure = new Fault(FailureKind.Source, "The cluster is away.", IsRetryable: true) });
        await StepAsync();
        await StepAsync();
        Assert.Equal((1, "It is tried again: The cluster is away."), (_cluster.Began.Count, (await StatusAsync()).Message));

        _clock.Advance(TimeSpan.FromSeconds(31));
        await StepAsync();
        _cluster.End(status => status with { Groups = Whole });
        await StepAsync();

        Assert.Equal(2, _cluster.Began.Distinct().Count());
        Assert.Equal(("Completed", 2), ((await StatusAsync()).Phase, (await StatusAsync()).Attempts));
    }

    [SkippableFact]
    public async Task A_failure_that_does_not_pass_is_the_end()
    {
        await ApplyAsync();
        await StepAsync();
        _cluster.End(status => status with { Failure = new Fault(FailureKind.Configuration, "The user may not.", IsRetryable: false) });

        await StepAsync();

        Assert.Equal(("Failed", "The user may not."), ((await StatusAsync()).Phase, (await StatusAsync()).Message));
    }

    [SkippableFact]
    public async Task Whose_node_is_gone_is_asked_for_again_under_the_same_name()
    {
        await ApplyAsync();
        await StepAsync();
        _cluster.Lose();

        await StepAsync();

        Assert.Equal(2, _cluster.Began.Count);
        Assert.Single(_cluster.Began.Distinct());
    }

    [SkippableFact]
    public async Task A_mapping_is_that_of_the_restore_that_is_named()
    {
        await ApplyAsync("""{ "resetStrategy": "from-mapping", "offsetMappingRef": { "restoreName": "back" } }""");
        await StepAsync();
        Assert.Equal(("Pending", "ValidationFailed"), ((await StatusAsync()).Phase, (await StatusAsync()).Conditions[0].Reason));

        await Server.ApplyAsync();
        var restores = new OperationObjects(Server, ResourceKind.KafkaRestore, """{ "backupRef": { "name": "orders" }, "kafkaCluster": { "bootstrapServers": ["kafka:9092"] } }""");
        await restores.ApplyAsync(name: "back");
        await Server.Api.MergeAsync($"{ResourceKind.KafkaRestore.PathOf(Server.Key("back"))}/status", System.Text.Json.Nodes.JsonNode.Parse(
            """{ "status": { "phase": "Completed", "backupId": "orders", "reportPath": "orders/_cluster/restores/0f.report.json" } }""")!.AsObject(), CancellationToken.None);
        await StepAsync();

        Assert.Contains("\nbackup_id: \"orders\"\n", Assert.Single(_cluster.Definitions), StringComparison.Ordinal);
        Assert.Contains("\n  restore_id: \"0f\"\n", _cluster.Definitions[0], StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task A_refusal_is_told_in_its_words_and_a_cluster_that_is_away_is_waited_for()
    {
        _cluster.Failure = new BackupException(FailureKind.Internal, "No node answers.");
        await ApplyAsync();
        await StepAsync();
        Assert.Equal(("Pending", "ClusterAway"), ((await StatusAsync()).Phase, (await StatusAsync()).Conditions[0].Reason));

        _cluster.Failure = new BackupException(FailureKind.Configuration, "reset.strategy is wrong.");
        await StepAsync();

        Assert.Equal(("Failed", "The cluster refuses it: reset.strategy is wrong."), ((await StatusAsync()).Phase, (await StatusAsync()).Message));
    }

    [SkippableFact]
    public async Task One_that_is_deleted_is_given_up()
    {
        await ApplyAsync();
        await StepAsync();
        await _resets.DeleteAsync();

        await StepAsync();

        Assert.Equal([$"{_cluster.Began[0]} for good"], _cluster.Forgotten);
        Assert.Null(await _resets.GetAsync());
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
        return _resets.ApplyAsync(spec);
    }

    /// <summary>Another operator each time: nothing is kept between two steps but what the API server and the cluster have.</summary>
    private Task<TimeSpan?> StepAsync() =>
        new OffsetResetReconciler(Server.Api, _cluster, new EventRecorder(Server.Api, _clock), _clock).ReconcileAsync(Server.Key("one"), CancellationToken.None);

    private async Task<KafkaOffsetResetStatus> StatusAsync() => (await _resets.ReadAsync<KafkaOffsetResetResource>()).Status!;
}
