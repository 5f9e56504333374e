using KafkaBackup.Operator.Backups;
using KafkaBackup.Operator.Resources;
using KafkaBackup.Operator.Tests.Support;
using KafkaBackup.Shared;
using KafkaBackup.Shared.Protocol;
using static KafkaBackup.Shared.Protocol.BackupProtocol;

namespace KafkaBackup.Operator.Tests.Backups;

public sealed class BackupViewTests
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 28, 12, 0, 0, TimeSpan.Zero);

    private static readonly BackupId Id = new("orders");

    [Fact]
    public void A_condition_tells_since_when_it_is_so()
    {
        var first = BackupView.Of(Objects.Backup(), Known(), null, Noon);
        var later = BackupView.Of(Objects.Backup() with { Status = first }, Known(), null, Noon.AddHours(1));
        var running = BackupView.Of(Objects.Backup() with { Status = later }, Running(new DeclaredRun("r", Noon)), null, Noon.AddHours(2));

        Assert.Equal(Noon, Of(later, "Progressing").LastTransitionTime);
        Assert.Equal(("True", Noon.AddHours(2)), (Of(running, "Progressing").Status, Of(running, "Progressing").LastTransitionTime));
    }

    [Fact]
    public void All_up_to_the_beginning_of_a_run_that_saved_all_can_be_restored()
    {
        var status = BackupView.Of(Objects.Backup(), Known(Ended("b", 2, failed: 1), Ended("a", 1)), null, Noon);

        Assert.Equal((Noon.AddHours(1), Noon.AddHours(1).AddMinutes(5)), (status.RestorableUntil, status.LastSuccessTime));
        Assert.Equal((Noon.AddHours(2).AddMinutes(5), "Incomplete"), (status.LastFailureTime, status.Phase));
    }

    [Fact]
    public void What_is_forgotten_of_successes_is_not_forgotten_here()
    {
        var first = BackupView.Of(Objects.Backup(), Known(Ended("a", 1)), null, Noon);
        var later = BackupView.Of(Objects.Backup() with { Status = first }, Known(Ended("b", 2, failed: 1)), null, Noon);

        Assert.Equal(Noon.AddHours(1), later.RestorableUntil);
    }

    [Fact]
    public void A_continuous_one_that_lacks_nothing_can_be_restored_until_a_minute_ago()
    {
        var found = new ClusterBackup(Running(new DeclaredRun("r", Noon)).Declared, new BackupStatus(Id, "Waiting", 1, 1) { Lag = 0, Records = 7 });

        var status = BackupView.Of(Objects.Backup("""{ "continuous": true }"""), found, null, Noon);

        Assert.Equal((Noon.AddMinutes(-1), 0L, 7L), (status.RestorableUntil, status.Lag, status.RecordsProcessed));
    }

    [Fact]
    public void A_cluster_that_does_not_answer_leaves_what_it_said_last()
    {
        var before = BackupView.Of(Objects.Backup(), Known(Ended("a", 1)), null, Noon);

        var status = BackupView.Of(Objects.Backup() with { Status = before }, null, new BackupProblem("ClusterAway", "No node answers.", IsTemporary: true), Noon);

        Assert.Equal(("Completed", "No node answers.", before.RestorableUntil), (status.Phase, status.Message, status.RestorableUntil));
        Assert.Equal(("False", "ClusterAway", "True"), (Of(status, "Ready").Status, Of(status, "Ready").Reason, Of(status, "LastBackupSucceeded").Status));
    }

    [Fact]
    public void What_was_said_before_is_not_said_of_another_generation()
    {
        var status = BackupView.Of(Objects.Backup() with { Metadata = Objects.Backup().Metadata with { Generation = 5 } }, Known(), null, Noon);

        Assert.All(status.Conditions, condition => Assert.Equal(5, condition.ObservedGeneration));
    }

    [Fact]
    public void Ten_runs_are_told_of() =>
        Assert.Equal(10, BackupView.Of(Objects.Backup(), Known([.. Enumerable.Range(0, 20).Select(i => Ended($"r{i}", 20 - i))]), null, Noon).Runs.Count);

    [Fact]
    public void A_status_is_the_same_after_it_was_stored()
    {
        var status = BackupView.Of(Objects.Backup(), Known(Ended("a", 1)), null, Noon);
        var json = Objects.Json();
        json["status"] = ResourceJson.Write(status);

        Assert.Equal(ResourceJson.Write(status).ToJsonString(), ResourceJson.Write(ResourceJson.ReadBackup(json).Status!).ToJsonString());
    }

    private static ClusterBackup Known(params DeclaredRun[] runs) => new(new DeclaredBackup(Id, "", false) { Runs = runs }, null);

    private static ClusterBackup Running(DeclaredRun current) => new(new DeclaredBackup(Id, "", false) { Current = current }, null);

    private static DeclaredRun Ended(string id, int hour, int failed = 0) => new(id, Noon.AddHours(hour))
    {
        EndedAt = Noon.AddHours(hour).AddMinutes(5),
        FailedPartitions = failed,
        Failures = failed == 0 ? [] : [new Fault(FailureKind.Source, "It was refused.", false)],
    };

    private static Condition Of(KafkaBackupStatus status, string type) => status.Conditions.Single(condition => condition.Type == type);
}
