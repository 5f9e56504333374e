using KafkaBackup.Coordinator.Catalogue;
using KafkaBackup.Shared;
using KafkaBackup.Shared.Protocol;
using Xunit;
using static KafkaBackup.Shared.Protocol.BackupProtocol;
using static KafkaBackup.Shared.Protocol.CatalogueProtocol;

namespace KafkaBackup.Coordinator.Tests.Catalogue;

public sealed class CatalogueRulesTests
{
    private static readonly BackupId Backup = new("nightly");
    private static readonly DateTimeOffset Noon = new(2026, 11, 28, 12, 0, 0, TimeSpan.Zero);
    private static readonly Fault Away = new(FailureKind.Source, "The broker is away.", IsRetryable: true);
    private int _runs;

    [Fact]
    public void A_backup_that_is_declared_runs_at_once()
    {
        var declared = Declare(null, "a");

        Assert.Equal(("run-1", "Running"), (declared.Current!.Id, declared.State));
    }

    [Fact]
    public void The_same_declaration_again_joins_the_run_under_way() => Assert.Equal("run-1", Declare(Declare(null, "a"), "a").Current!.Id);

    [Fact]
    public void Another_definition_ends_the_run_and_begins_one_by_the_new_one()
    {
        var changed = Declare(Declare(null, "a"), "b");
        Assert.Equal(("Stopping", "run-1"), (changed.State, changed.Current!.Id));

        var ended = End(changed, stopped: true)!;
        var next = CatalogueRules.Tick(ended, Noon, "run-9");

        Assert.Equal(("run-9", "b"), (next.Current!.Id, next.Definition));
        Assert.Null(next.NextAt);
    }

    [Fact]
    public void A_run_on_demand_leaves_the_schedule_and_its_pause_as_they_are()
    {
        var nightly = CatalogueRules.Declare(null, new DeclareBackup(Backup, "a", false) { Schedule = "0 3 * * *", TimeZone = "Europe/Berlin" }, Noon, "run-0");
        var paused = CatalogueRules.Change(nightly, CatalogueOrder.Pause, Noon, "run-0")!;

        var now = CatalogueRules.Declare(nightly, new DeclareBackup(Backup, "a", false), Noon, "run-1");
        var once = CatalogueRules.Declare(paused, new DeclareBackup(Backup, "a", false), Noon, "run-1");
        var none = CatalogueRules.Declare(nightly, new DeclareBackup(Backup, "a", false) { Schedule = NoSchedule }, Noon, "run-1");

        Assert.Equal(("run-1", "0 3 * * *", "Europe/Berlin", nightly.NextAt), (now.Current!.Id, now.Schedule, now.TimeZone, now.NextAt));
        Assert.Equal(("run-1", "0 3 * * *", true, null), (once.Current!.Id, once.Schedule, once.IsPaused, once.NextAt));
        Assert.Equal(((string?)null, (DateTimeOffset?)null), (none.Schedule, none.NextAt));
        Assert.Null(none.Current);
    }

    [Fact]
    public void A_new_definition_of_a_paused_schedule_ends_the_run_on_demand_and_runs_once()
    {
        var nightly = CatalogueRules.Declare(null, new DeclareBackup(Backup, "a", false) { Schedule = "0 3 * * *" }, Noon, "run-0");
        var paused = CatalogueRules.Change(nightly, CatalogueOrder.Pause, Noon, "run-0")!;
        var once = CatalogueRules.Declare(paused, new DeclareBackup(Backup, "a", false), Noon, "run-1");

        var changed = CatalogueRules.Declare(once, new DeclareBackup(Backup, "b", false), Noon, "run-2");
        var next = CatalogueRules.Tick(End(changed, stopped: true)!, Noon, "run-3");
        var done = CatalogueRules.End(next, new BackupFinished(Backup, new RunId("run-3")), Noon)!;

        Assert.Equal(("run-3", "b", true), (next.Current!.Id, next.Definition, next.IsPaused));
        Assert.Same(done, CatalogueRules.Tick(done, Noon.AddDays(2), "run-4"));
        Assert.Same(paused, CatalogueRules.Tick(paused, Noon.AddDays(2), "run-4"));
    }

    [Fact]
    public void Started_a_paused_schedule_goes_on()
    {
        var nightly = CatalogueRules.Declare(null, new DeclareBackup(Backup, "a", false) { Schedule = "0 3 * * *" }, Noon, "run-0");
        var paused = CatalogueRules.Change(nightly, CatalogueOrder.Pause, Noon, "run-0")!;

        var started = CatalogueRules.Change(paused, CatalogueOrder.Start, Noon, "run-1")!;

        Assert.Equal(("run-1", nightly.NextAt, false), (started.Current!.Id, started.NextAt, started.IsPaused));
    }

    [Fact]
    public void A_continuous_backup_whose_schedule_is_taken_away_begins_at_once()
    {
        var nightly = CatalogueRules.Declare(null, new DeclareBackup(Backup, "a", true) { Schedule = "0 3 * * *" }, Noon, "run-0");

        var endless = CatalogueRules.Declare(nightly, new DeclareBackup(Backup, "a", true) { Schedule = NoSchedule }, Noon, "run-1");

        Assert.Equal(("run-1", null), (endless.Current!.Id, endless.Schedule));
    }

    [Fact]
    public void What_waited_for_a_run_that_is_cancelled_waits_for_its_next_tick()
    {
        var nightly = CatalogueRules.Declare(null, new DeclareBackup(Backup, "a", false) { Schedule = "0 3 * * *" }, Noon, "run-0");
        var changed = CatalogueRules.Declare(
            CatalogueRules.Declare(nightly, new DeclareBackup(Backup, "a", false), Noon, "run-1"), new DeclareBackup(Backup, "b", false), Noon, "run-2");

        var cancelled = End(CatalogueRules.Change(changed, CatalogueOrder.Cancel, Noon, "run-3")!, stopped: true)!;

        Assert.Null(CatalogueRules.Tick(cancelled, Noon, "run-4").Current);
        Assert.Equal(nightly.NextAt, cancelled.NextAt);
    }

    [Fact]
    public void A_run_that_a_node_refuses_is_conducted_in_the_next_shard()
    {
        var known = Declare(null, "a");

        var once = Refuse(known, "node-0", placement: 0);
        var twice = Refuse(once, "node-0", placement: 1);

        Assert.Equal((1, 2, "run-1"), (once.Current!.Placement, twice.Current!.Placement, twice.Current.Id));
        Assert.Same(once, Refuse(once, "node-0", placement: 0)); // Said twice.
        Assert.Equal(("Completed", 2), (End(twice)!.State, End(twice)!.Runs[0].Placement));
        Assert.Empty(End(twice)!.Runs[0].Failures);
    }

    [Fact]
    public void A_run_that_all_nodes_refuse_fails_with_what_each_of_them_says()
    {
        var known = Refuse(Refuse(Refuse(Declare(null, "a"), "node-0", 0), "node-0", 1), "node-1", 2);

        var failed = Refuse(known, "node-2", 3);

        Assert.Equal(("Running", "Failed"), (known.State, failed.State));
        Assert.Equal(["node-0 lacks it.", "node-1 lacks it.", "node-2 lacks it."], failed.Runs[0].Failures.Select(failure => failure.Message));
    }

    [Fact]
    public void Where_no_shard_is_left_a_refused_run_fails()
    {
        var known = Enumerable.Range(0, 9).Aggregate(Declare(null, "a"), (before, placement) => Refuse(before, "node-0", placement));

        Assert.Equal(("Running", "Failed"), (known.State, Refuse(known, "node-0", 9).State));
    }

    private static DeclaredBackup Refuse(DeclaredBackup known, string node, int placement) => CatalogueRules.Refuse(
        known,
        new BackupFinished(Backup, new RunId("run-1"))
        {
            Failures = [new Fault(FailureKind.Configuration, $"{node} lacks it.", IsRetryable: false)],
            Refusal = new Refusal(node, 3),
            Placement = placement,
        },
        places: 10,
        Noon)!;

    [Fact]
    public void A_run_that_ends_is_remembered_and_none_follows_it()
    {
        var ended = End(Declare(null, "a"))!;

        Assert.Equal(("Completed", 10L), (ended.State, ended.Runs[0].Records));
        Assert.Same(ended, CatalogueRules.Tick(ended, Noon.AddDays(1), "run-9"));
    }

    [Fact]
    public void No_more_ended_runs_are_remembered_than_are_told()
    {
        var known = Declare(null, "a");
        for (var i = 0; i < 30; i++)
        {
            known = CatalogueRules.Change(End(known)!, CatalogueOrder.Start, Noon, $"again-{i}")!;
        }

        Assert.Equal(DeclaredBackup.MaxRuns, known.Runs.Count);
        Assert.Equal("again-28", known.Runs[0].Id);
    }

    [Fact]
    public void The_end_of_another_run_changes_nothing()
    {
        var known = Declare(null, "a");

        Assert.Same(known, CatalogueRules.End(known, new BackupFinished(Backup, new RunId("run-0")), Noon));
    }

    [Fact]
    public void A_run_without_an_end_that_fails_is_begun_again_later_and_later()
    {
        var known = Declare(null, "a", continuous: true);
        var pauses = new List<double>();
        for (var i = 0; i < 9; i++)
        {
            var ended = End(known, Away)!;
            pauses.Add((ended.NextAt! - Noon).Value.TotalSeconds);
            Assert.Same(ended, CatalogueRules.Tick(ended, ended.NextAt!.Value.AddMilliseconds(-1), "early"));
            known = CatalogueRules.Tick(ended, ended.NextAt.Value, $"again-{i}");
            Assert.Equal($"again-{i}", known.Current!.Id);
        }

        Assert.Equal([5, 10, 20, 40, 80, 160, 300, 300, 300], pauses);
    }

    [Fact]
    public void Paused_it_ends_its_run_and_begins_none_until_it_is_resumed()
    {
        var paused = End(Change(Declare(null, "a", continuous: true), CatalogueOrder.Pause)!, stopped: true)!;
        Assert.Equal("Paused", paused.State);
        Assert.Same(paused, CatalogueRules.Tick(paused, Noon.AddDays(1), "run-9"));

        Assert.Equal("Running", Change(paused, CatalogueOrder.Resume)!.State);
    }

    [Fact]
    public void Removed_it_is_forgotten_once_its_run_has_ended()
    {
        var removed = Change(Declare(null, "a"), CatalogueOrder.Remove)!;
        Assert.Equal("Stopping", removed.State);

        Assert.Null(End(removed, stopped: true));
        Assert.Null(Change(End(Declare(null, "a"))!, CatalogueOrder.Remove));
    }

    [Fact]
    public void To_cancel_a_run_without_an_end_is_to_pause_it()
    {
        var cancelled = End(Change(Declare(null, "a", continuous: true), CatalogueOrder.Cancel)!, stopped: true)!;

        Assert.Equal("Paused", cancelled.State);
    }

    [Fact]
    public void A_schedule_begins_one_run_a_tick_and_never_two_at_a_time()
    {
        var known = Declare(null, "a", schedule: "*/5 * * * *");
        Assert.Equal((Noon.AddMinutes(5), null), (known.NextAt, known.Current));

        var running = CatalogueRules.Tick(known, Noon.AddMinutes(5), "first");
        Assert.Equal(("first", Noon.AddMinutes(10)), (running.Current!.Id, running.NextAt!.Value));
        Assert.Same(running, CatalogueRules.Tick(running, Noon.AddMinutes(10), "second"));

        var late = CatalogueRules.Tick(End(running)!, Noon.AddMinutes(11), "second");
        Assert.Equal(("second", Noon.AddMinutes(15)), (late.Current!.Id, late.NextAt!.Value));
    }

    [Fact]
    public void Ticks_that_nobody_was_there_for_are_one_run()
    {
        var known = Declare(null, "a", schedule: "* * * * *");

        var late = CatalogueRules.Tick(known, Noon.AddHours(3), "one");

        Assert.Equal(Noon.AddHours(3).AddMinutes(1), late.NextAt);
        Assert.Null(CatalogueRules.Tick(End(late)!, Noon.AddHours(3).AddSeconds(30), "two").Current);
    }

    [Fact]
    public void A_schedule_goes_by_its_time_zone()
    {
        var known = CatalogueRules.Declare(null, new DeclareBackup(Backup, "a", false) { Schedule = "30 3 * * *", TimeZone = "Europe/Berlin" }, Noon, "run");

        Assert.Equal(new DateTimeOffset(2026, 11, 29, 2, 30, 0, TimeSpan.Zero), known.NextAt!.Value.ToUniversalTime());
    }

    [Fact]
    public void A_run_that_was_asked_for_by_its_name_is_not_begun_twice()
    {
        var started = CatalogueRules.Change(End(Declare(null, "a"))!, CatalogueOrder.Start, Noon, "mine")!;

        var again = CatalogueRules.Change(End(started)!, CatalogueOrder.Start, Noon, "mine")!;

        Assert.Equal(("mine", null), (started.Current!.Id, again.Current));
    }

    [Theory]
    [InlineData("every day", null, "no cron expression")]
    [InlineData("61 * * * *", null, "no cron expression")]
    [InlineData("0 0 2 1 1 * 1969", null, "'1969' is no year from 1970 to 2100")]
    [InlineData("0 0 2 1 1 * 2030-2020", null, "'2030-2020' is no year")]
    [InlineData("* * * * *", "Europe/Bonn", "no time zone")]
    public void What_is_no_schedule_is_refused_with_the_reason(string schedule, string? zone, string reason)
    {
        var failure = Assert.Throws<BackupException>(() => CatalogueRules.Declare(
            null, new DeclareBackup(Backup, "a", false) { Schedule = schedule, TimeZone = zone }, Noon, "run"));

        Assert.Equal(FailureKind.Configuration, failure.Kind);
        Assert.Contains(reason, failure.Message, StringComparison.Ordinal);
    }

    private DeclaredBackup Declare(DeclaredBackup? known, string definition, bool continuous = false, string? schedule = null) =>
        CatalogueRules.Declare(known, new DeclareBackup(Backup, definition, continuous) { Schedule = schedule }, Noon, $"run-{++_runs}");

    private DeclaredBackup? Change(DeclaredBackup known, CatalogueOrder order) => CatalogueRules.Change(known, order, Noon, $"run-{++_runs}");

    private static DeclaredBackup? End(DeclaredBackup known, Fault? failure = null, bool stopped = false) => CatalogueRules.End(
        known,
        new BackupFinished(Backup, new RunId(known.Current!.Id)) { Records = 10, WasStopped = stopped, Failures = failure is null ? [] : [failure] },
        Noon);
}
