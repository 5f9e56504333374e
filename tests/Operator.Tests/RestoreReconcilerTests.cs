using System.Text.Json.Nodes;
using KafkaBackup.Operator.Api;
using KafkaBackup.Operator.Resources;
using KafkaBackup.Operator.Restores;
using KafkaBackup.Operator.Tests.Support;
using KafkaBackup.Shared;
using KafkaBackup.Shared.Protocol;
using Microsoft.Extensions.Time.Testing;

namespace KafkaBackup.Operator.Tests;

/// <summary>Restores at a real API server, step by step.</summary>
public sealed class RestoreReconcilerTests : IAsyncLifetime
{
    private static readonly RestoreVerdict Whole = new(false, true, 0, 0, null);

    private readonly FakeTimeProvider _clock = new(TimeProvider.System.GetUtcNow());
    private readonly FakeRestores _cluster = new();
    private ApiServer? _server;

    private ApiServer Server => _server!;

    public async Task InitializeAsync()
    {
        if (ApiServer.WhyNot is null)
        {
            _server = await ApiServer.ConnectAsync();
            await _server.ApplyAsync();
        }
    }

    [SkippableFact]
    public async Task A_restore_tells_how_it_goes_and_what_its_report_says()
    {
        await ApplyAsync();
        await StepAsync();
        var running = await StatusAsync();
        Assert.Equal(("Running", 50.0, 5L), (running.Phase, running.ProgressPercent, running.RecordsRestored));

        _cluster.End(Whole);
        await StepAsync();

        var ended = await StatusAsync();
        Assert.Equal(("Completed", 7L, 70L, 2L, 100.0), (ended.Phase, ended.RecordsRestored, ended.BytesRestored, ended.SegmentsProcessed, ended.ProgressPercent));
        Assert.Equal("orders/_cluster/restores/r1.report.json", ended.ReportPath);
        Assert.Equal(("True", "RestoreSucceeded"), (ended.Conditions[0].Status, ended.Conditions[0].Reason));
    }

    [SkippableFact]
    public async Task One_that_is_over_is_not_begun_again()
    {
        await ApplyAsync();
        await StepAsync();
        _cluster.End(Whole);
        await StepAsync();
        _cluster.Lose();

        await StepAsync();

        Assert.Single(_cluster.Began);
        Assert.Null((await GetAsync())!["metadata"]!["finalizers"]);
    }

    [SkippableFact]
    public async Task Whose_backup_goes_meanwhile_comes_to_its_end()
    {
        await ApplyAsync();
        await StepAsync();
        await Server.DeleteAsync();
        await Server.WaitForAsync(item => item is null);
        await StepAsync();
        Assert.Equal("Running", (await StatusAsync()).Phase);

        _cluster.End(Whole);
        await StepAsync();

        Assert.Equal("Completed", (await StatusAsync()).Phase);
        Assert.Single(_cluster.Began);
    }

    [SkippableFact]
    public async Task What_was_taken_is_not_over_because_of_a_refusal()
    {
        await ApplyAsync();
        await StepAsync();
        _cluster.Failure = new BackupException(FailureKind.Configuration, "The token is not the node's.");
        await StepAsync();
        var refused = await StatusAsync();
        Assert.Equal(("Running", "Refused"), (refused.Phase, refused.Conditions[0].Reason));

        _cluster.Failure = null;
        _cluster.End(Whole);
        await StepAsync();

        Assert.Equal("Completed", (await StatusAsync()).Phase);
    }

    [SkippableFact]
    public async Task Whose_conductor_is_gone_goes_on_under_the_same_name()
    {
        await ApplyAsync();
        await StepAsync();
        _cluster.Lose();

        await StepAsync();

        Assert.Equal(2, _cluster.Began.Count);
        Assert.Single(_cluster.Began.Distinct());
        Assert.Single(_cluster.Definitions);
    }

    [SkippableFact]
    public async Task A_failure_that_may_pass_is_followed_by_another_attempt_after_a_pause()
    {
        await ApplyAsync();
        await StepAsync();
        _cluster.End(new RestoreVerdict(false, false, 1, 0, new Fault(FailureKind.Source, "The target is away.", IsRetryable: true)));
        await StepAsync();
        await StepAsync();
        Assert.Equal((1, "It is tried again: The target is away."), (_cluster.Began.Count, (await StatusAsync()).Message));

        _clock.Advance(TimeSpan.FromSeconds(31));
        await StepAsync();
        _cluster.End(Whole);
        await StepAsync();

        Assert.Equal(2, _cluster.Began.Distinct().Count());
        Assert.Equal(("Completed", 2), ((await StatusAsync()).Phase, (await StatusAsync()).Attempts));
    }

    [SkippableFact]
    public async Task Each_attempt_that_fails_at_once_is_followed_by_a_pause_of_its_own()
    {
        var away = new RestoreVerdict(false, false, 1, 0, new Fault(FailureKind.Source, "The target is away.", IsRetryable: true));
        await ApplyAsync();
        for (var attempt = 1; attempt <= 4; attempt++)
        {
            await StepAsync();
            _cluster.End(away);
            await StepAsync();
            await StepAsync();
            Assert.Equal(attempt, _cluster.Began.Count);
            _clock.Advance(TimeSpan.FromSeconds(15 * Math.Pow(2, attempt)) - TimeSpan.FromSeconds(2));
            await StepAsync();
            Assert.Equal(attempt, _cluster.Began.Count);
            _clock.Advance(TimeSpan.FromSeconds(4));
        }
    }

    [SkippableFact]
    public async Task Two_operators_tell_a_transition_once()
    {
        await ApplyAsync();
        await StepAsync();
        await Server.Api.MergeAsync($"{ResourceKind.KafkaRestore.PathOf(Server.Key("back"))}/status", new JsonObject { ["status"] = null }, CancellationToken.None);
        _clock.Advance(TimeSpan.FromSeconds(5));

        await StepAsync(); // Another one, which has read it before the first one told.

        Assert.Single((await Server.Api.ListAsync(new ResourceKind("", "v1", "events", "Event").ListPath(Server.Space), CancellationToken.None)).Items);
    }

    [SkippableFact]
    public async Task One_under_way_is_followed_as_it_was_begun_whatever_becomes_of_its_KafkaBackup()
    {
        await ApplyAsync();
        await StepAsync();
        await Server.ApplyAsync("""{ "storagePatienceSecs": 7 }""");
        await StepAsync();
        Assert.Single(_cluster.Began);

        _cluster.End(Whole);
        await StepAsync();

        Assert.Equal("Completed", (await StatusAsync()).Phase);
        Assert.Single(_cluster.Definitions);
    }

    [SkippableTheory]
    [InlineData(false, false, true, "Failed", "RestoreFailed")]
    [InlineData(true, false, false, "Stopped", "RestoreStopped")]
    [InlineData(false, false, false, "Incomplete", "RestoreIncomplete")]
    public async Task What_is_not_whole_says_so(bool wasStopped, bool isExact, bool isFailed, string phase, string reason)
    {
        await ApplyAsync();
        await StepAsync();
        _cluster.End(new RestoreVerdict(wasStopped, isExact, 0, 0, isFailed ? new Fault(FailureKind.Configuration, "The topic holds records.", IsRetryable: false) : null));

        await StepAsync();

        var status = await StatusAsync();
        Assert.Equal((phase, reason, "True"), (status.Phase, status.Conditions[0].Reason, status.Conditions.Single(condition => condition.Type == "Degraded").Status));
    }

    [SkippableFact]
    public async Task A_refusal_is_told_in_its_words()
    {
        _cluster.Failure = new BackupException(FailureKind.Configuration, "restore.topic_mapping is wrong.");
        await ApplyAsync();

        await StepAsync();

        Assert.Equal(("Failed", "The cluster refuses it: restore.topic_mapping is wrong."), ((await StatusAsync()).Phase, (await StatusAsync()).Message));
    }

    [SkippableFact]
    public async Task A_cluster_that_does_not_answer_is_waited_for()
    {
        _cluster.Failure = new BackupException(FailureKind.Internal, "No node answers.");
        await ApplyAsync();
        await StepAsync();
        Assert.Equal(("Pending", "ClusterAway"), ((await StatusAsync()).Phase, (await StatusAsync()).Conditions[0].Reason));

        _cluster.Failure = null;
        await StepAsync();

        Assert.Equal("Running", (await StatusAsync()).Phase);
    }

    [SkippableFact]
    public async Task A_KafkaBackup_that_comes_later_is_waited_for()
    {
        await ApplyAsync("""{ "backupRef": { "name": "later" } }""");
        await StepAsync();
        Assert.Equal(("Pending", "BackupNotFound"), ((await StatusAsync()).Phase, (await StatusAsync()).Conditions[0].Reason));

        await Server.ApplyAsync(name: "later");
        await StepAsync();

        Assert.Equal(("Running", "later"), ((await StatusAsync()).Phase, (await StatusAsync()).BackupId));
    }

    [SkippableFact]
    public async Task One_that_is_deleted_ends_first()
    {
        await ApplyAsync();
        await StepAsync();
        await ApiServer.KubectlAsync("delete", "kr", "back", "-n", Server.Space, "--wait=false");
        await StepAsync();
        Assert.NotNull(await GetAsync());

        await StepAsync();

        Assert.Null(await GetAsync());
    }

    public async Task DisposeAsync()
    {
        if (_server is not null)
        {
            await _server.DisposeAsync();
        }
    }

    private async Task ApplyAsync(string spec = "{}")
    {
        Skip.IfNot(ApiServer.WhyNot is null, ApiServer.WhyNot);
        var made = Objects.RestoreJson(spec, space: Server.Space);
        made["metadata"] = new JsonObject { ["name"] = "back", ["namespace"] = Server.Space };
        await Server.Api.ApplyAsync(ResourceKind.KafkaRestore.PathOf(Server.Key("back")), made, CancellationToken.None);
    }

    /// <summary>Another operator each time: nothing is kept between two steps but what the API server and the cluster have.</summary>
    private Task<TimeSpan?> StepAsync() =>
        new RestoreReconciler(Server.Api, _cluster, new EventRecorder(Server.Api, _clock), _clock).ReconcileAsync(Server.Key("back"), CancellationToken.None);

    private Task<JsonObject?> GetAsync() => Server.Api.GetAsync(ResourceKind.KafkaRestore.PathOf(Server.Key("back")), CancellationToken.None);

    private async Task<KafkaRestoreStatus> StatusAsync() => ResourceJson.ReadRestore((await GetAsync())!).Status!;
}
