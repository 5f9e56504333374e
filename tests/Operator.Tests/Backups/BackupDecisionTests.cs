using System.Text.Json.Nodes;
using KafkaBackup.Operator.Backups;
using KafkaBackup.Operator.Definitions;
using KafkaBackup.Operator.Resources;
using KafkaBackup.Operator.Tests.Support;
using KafkaBackup.Shared;
using KafkaBackup.Shared.Protocol;
using Microsoft.Extensions.Time.Testing;

namespace KafkaBackup.Operator.Tests.Backups;

public sealed class BackupDecisionTests
{
    private const string Name = "orders";

    private static readonly Fault Away = new(FailureKind.Source, "The broker is away.", IsRetryable: true);

    private static readonly Fault Wrong = new(FailureKind.Configuration, "There is no such topic.", IsRetryable: false);

    private readonly FakeTimeProvider _clock = new(new DateTimeOffset(2026, 11, 28, 12, 0, 30, TimeSpan.Zero));
    private readonly FakeCluster _cluster;
    private KafkaBackupStatus? _status;
    private JsonObject _object = Objects.Json();

    public BackupDecisionTests() => _cluster = new FakeCluster(_clock);

    [Fact]
    public async Task What_runs_once_runs_once()
    {
        await SettleAsync();
        _cluster.End(Name);
        await SettleAsync();
        await SettleAsync();

        Assert.Single(_cluster.Began);
        Assert.Equal("Completed", _status!.Phase);
    }

    [Fact]
    public async Task A_schedule_begins_runs_and_the_operator_none()
    {
        Set("""{ "schedule": "0 * * * * *" }""");
        await SettleAsync();
        Assert.Empty(_cluster.Began);

        _clock.Advance(TimeSpan.FromMinutes(1));
        _cluster.Tick(Name);
        _cluster.End(Name);
        await SettleAsync();

        Assert.Single(_cluster.Began);
        Assert.Equal("Ready", _status!.Phase);
    }

    [Fact]
    public async Task What_is_suspended_from_the_start_is_not_declared()
    {
        Set("""{ "suspend": true }""");
        await SettleAsync();
        Assert.Null(_cluster[Name]);
        Assert.Equal("Suspended", _status!.Phase);

        Set("""{ "suspend": false }""");
        await SettleAsync();

        Assert.Single(_cluster.Began);
    }

    [Fact]
    public async Task Suspending_ends_the_run_and_resuming_goes_on()
    {
        await SettleAsync();
        Set("""{ "suspend": true }""");
        await SettleAsync();
        Assert.True(_cluster[Name]!.IsStopping);
        _cluster.End(Name);
        await SettleAsync();
        Assert.Equal(("Suspended", 1), (_status!.Phase, _cluster.Began.Count));

        Set("""{ "suspend": false }""");
        await SettleAsync();
        _cluster.End(Name);
        await SettleAsync();

        Assert.Equal(("Completed", 2), (_status.Phase, _cluster.Began.Count));
    }

    [Theory]
    [InlineData("""{ "schedule": "0 * * * * *" }""")]
    [InlineData("""{ "continuous": true }""")]
    public async Task What_was_paused_by_hand_goes_on_as_its_object_says(string spec)
    {
        Set(spec);
        await SettleAsync();
        await _cluster.OrderAsync(BackupReconciler.SubjectOf(ResourceJson.ReadBackup(_object)), CatalogueProtocol.CatalogueOrder.Pause, CancellationToken.None);
        EndIfRunning();

        await SettleAsync();

        Assert.False(_cluster[Name]!.IsPaused);
    }

    [Fact]
    public async Task A_change_ends_the_run_of_what_runs_once_and_begins_another()
    {
        await SettleAsync();
        Set("""{ "topics": ["others"] }""");
        await SettleAsync();
        Assert.Single(_cluster.Began);

        _cluster.End(Name);
        await SettleAsync();
        Assert.Contains("others", _cluster[Name]!.Definition, StringComparison.Ordinal);
        _cluster.End(Name);
        await SettleAsync();

        Assert.Equal(2, _cluster.Began.Count);
    }

    [Fact]
    public async Task A_schedule_that_is_taken_away_leaves_one_run()
    {
        Set("""{ "schedule": "0 * * * * *" }""");
        await SettleAsync();
        Set("{}");
        await SettleAsync();

        Assert.Null(_cluster[Name]!.Schedule);
        Assert.Single(_cluster.Began);
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("""{ "schedule": "0 0 * * * *" }""")]
    public async Task Every_new_text_of_the_annotation_is_one_run(string spec)
    {
        Set(spec);
        await SettleAsync();
        EndIfRunning();
        var before = _cluster.Began.Count;

        foreach (var text in (string[])["first", "second"])
        {
            _object["metadata"]!["annotations"] = new JsonObject { [KafkaBackupResource.Trigger] = text };
            await SettleAsync();
            EndIfRunning();
            await SettleAsync();
            Assert.Equal(text, _status!.LastTrigger);
        }

        Assert.Equal(before + 2, _cluster.Began.Count);
    }

    [Fact]
    public async Task What_runs_once_does_not_run_again_when_the_cluster_has_forgotten_it()
    {
        await SettleAsync();
        _cluster.End(Name);
        for (var text = 0; text <= DeclaredBackup.MaxRuns; text++)
        {
            _object["metadata"]!["annotations"] = new JsonObject { [KafkaBackupResource.Trigger] = $"{text}" };
            await SettleAsync();
            _cluster.End(Name);
            await SettleAsync();
        }

        Assert.Equal(1, _cluster.Began.Count(run => run.StartsWith("once-", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_run_that_is_asked_for_waits_for_the_one_under_way()
    {
        await SettleAsync();
        _object["metadata"]!["annotations"] = new JsonObject { [KafkaBackupResource.Trigger] = "now" };
        await SettleAsync();
        Assert.Equal((1, null), (_cluster.Began.Count, _status!.LastTrigger));

        _cluster.End(Name);
        await SettleAsync();

        Assert.Equal((2, "now"), (_cluster.Began.Count, _status.LastTrigger));
    }

    [Fact]
    public async Task A_run_that_takes_too_long_is_ended_and_not_begun_again()
    {
        Set("""{ "runDeadlineSecs": 60 }""");
        await SettleAsync();
        _clock.Advance(TimeSpan.FromSeconds(61));
        await SettleAsync();
        Assert.True(_cluster[Name]!.IsStopping);

        _cluster.End(Name);
        await SettleAsync();

        Assert.Equal(("Stopped", 1), (_status!.Phase, _cluster.Began.Count));
    }

    [Fact]
    public async Task A_failure_that_may_pass_is_tried_again_later_and_one_that_does_not_is_not()
    {
        await SettleAsync();
        _cluster.End(Name, Away);
        await SettleAsync();
        Assert.Equal(("Failed", 1), (_status!.Phase, _cluster.Began.Count));

        _clock.Advance(TimeSpan.FromSeconds(31));
        await SettleAsync();
        Assert.Equal(2, _cluster.Began.Count);
        _cluster.End(Name, Wrong);
        _clock.Advance(TimeSpan.FromDays(1));
        await SettleAsync();

        Assert.Equal(2, _cluster.Began.Count);
        Assert.Equal(("True", Wrong.Message), (ConditionOf("Degraded").Status, ConditionOf("Degraded").Message));
        Assert.Equal("False", ConditionOf("LastBackupSucceeded").Status);
    }

    private async Task SettleAsync()
    {
        for (var orders = 0; orders < 10; orders++)
        {
            var resource = ResourceJson.ReadBackup(_object) with { Status = _status };
            var wanted = BackupDefinition.Of(resource);
            var found = await _cluster.FindAsync(BackupReconciler.SubjectOf(resource), CancellationToken.None);
            if (BackupDecision.Next(resource, wanted, found?.Declared, _clock.GetUtcNow()) is not { } order)
            {
                _status = BackupView.Of(resource, found, null, _clock.GetUtcNow());
                return;
            }

            await CarryOutAsync(_cluster, resource, order, wanted);
        }

        Assert.Fail("It never comes to rest.");
    }

    private static Task CarryOutAsync(FakeCluster cluster, KafkaBackupResource resource, BackupOrder order, BackupDefinition wanted) =>
        BackupReconciler.CarryOutAsync(cluster, BackupReconciler.SubjectOf(resource), order, wanted, CancellationToken.None);

    private void EndIfRunning()
    {
        if (_cluster[Name]!.Current is not null)
        {
            _cluster.End(Name);
        }
    }

    private void Set(string spec) => _object = Objects.Json(spec);

    private Condition ConditionOf(string type) => _status!.Conditions.Single(condition => condition.Type == type);
}
