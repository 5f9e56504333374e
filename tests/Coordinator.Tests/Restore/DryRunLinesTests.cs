using KafkaBackup.Coordinator.Restore;
using KafkaBackup.Shared;
using KafkaBackup.Shared.Kafka;
using KafkaBackup.Shared.Protocol;
using Xunit;
using static KafkaBackup.Coordinator.Restore.RestoreMessages;
using static KafkaBackup.Shared.Protocol.RestoreProtocol;

namespace KafkaBackup.Coordinator.Tests.Restore;

/// <summary>What a user reads of a dry run.</summary>
public sealed class DryRunLinesTests
{
    private static readonly Fault InTheWay = new(FailureKind.Configuration, "It is in the way.", IsRetryable: false);

    [Fact]
    public void Of_a_restore_that_goes_on_it_is_told_what_is_left()
    {
        var topics = new[] { Topic("a") with { IsBegun = true }, Topic("b") };
        RestorePartition[] orders = [Order("a") with { There = 20 }, Order("b")];

        var lines = Run(new RestorePlan { Topics = topics, Orders = orders, Notes = [] }, new(orders[0]) { Records = 30, Bytes = 700 }, new(orders[1]) { Records = 5, Bytes = 50 });

        Assert.Equal(
            [
                "Information: Topic 'a' is there and is this restore's own, with 20 records of it: it would be gone on with",
                "Information: Topic 'b' would be made: 1 partition(s), replicas as the target gives by default",
                "Information: Restoring 2 partition(s) of 2 topic(s): 0 records in the backup",
                "Information: a:0: 10 records (700 bytes) would be restored from a:0, behind 20 that are there",
                "Information: b:0: 5 records (50 bytes) would be restored from b:0",
                "Information: 15 records (750 bytes) of 2 partition(s) would be restored, behind 20 that are there; nothing was written",
            ],
            lines);
    }

    [Fact]
    public void Of_a_topic_that_is_in_the_way_no_numbers_are_told_as_if_they_came_into_it()
    {
        var topics = new[] { Topic("a") with { Exists = true, IsRefused = true }, Topic("b"), Topic("c") with { IsRefused = true } };
        RestorePartition[] orders = [Order("a"), Order("b"), Order("c")];
        var group = new RestoreGroup("mailer", [new GroupMark(orders[0].Target, 3), new GroupMark(orders[1].Target, 4)]);

        var lines = Run(
            new RestorePlan { Topics = topics, Orders = orders, Groups = [group], Refusals = [InTheWay], Notes = [] },
            [.. orders.Select(order => new PartitionRestored(order) { Records = 5, Bytes = 50, Marked = new Dictionary<long, long> { [3] = 13, [4] = 14 } })]);

        Assert.Equal(
            [
                "Information: Topic 'a' is there, with 1 partition(s)",
                "Information: Topic 'b' would be made: 1 partition(s), replicas as the target gives by default",
                "Information: Restoring 3 partition(s) of 3 topic(s): 0 records in the backup",
                "Error: It is in the way.",
                "Information: b:0: 5 records (50 bytes) would be restored from b:0",
                "Information: Consumer group 'mailer' would be set to offset 14 of b:0, at the source 4",
                "Warning: Consumer group 'mailer' would not be set in a:0, which would not be restored whole",
                "Information: Nothing was written, and the restore would fail as things are",
            ],
            lines);
    }

    [Fact]
    public void Where_nothing_is_chosen_it_is_told()
    {
        var order = Order("a");

        var lines = Run(new RestorePlan { Topics = [Topic("a")], Orders = [order], Notes = [], NothingChosen = "None lies there." }, new PartitionRestored(order));

        Assert.Equal(["Warning: None lies there.", "Information: 0 records (0 bytes) of 1 partition(s) would be restored; nothing was written"], lines.TakeLast(2));
    }

    [Fact]
    public void One_that_could_not_be_planned_counts_nothing() => Assert.Equal(
        ["Information: Nothing was written, and the restore would fail as things are"], SpokenLines.Of(Begun().On(new StepFailed(InTheWay)).Effects));

    private static RestoreRunState Begun() => new RestoreRunState(MaxConcurrentPartitions: 4, IsDryRun: true).Begin().State;

    private static IReadOnlyList<string> Run(RestorePlan plan, params PartitionRestored[] restored)
    {
        var step = Begun().On(new Planned(plan));
        var effects = step.Effects.ToList();
        foreach (var partition in restored)
        {
            step = step.State.On(partition);
            effects.AddRange(step.Effects);
        }

        return SpokenLines.Of(effects);
    }

    private static RestoreTopic Topic(string name) => new(name, new NewTopic(name, 1, null, new Dictionary<string, string>()), new Dictionary<string, string?>());

    private static RestorePartition Order(string topic) => new(new PartitionId(topic, 0), new PartitionId(topic, 0), []);
}
