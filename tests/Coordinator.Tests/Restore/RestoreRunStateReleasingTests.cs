using KafkaBackup.Coordinator.Restore;
using KafkaBackup.Shared;
using KafkaBackup.Shared.Kafka;
using KafkaBackup.Shared.Protocol;
using Xunit;
using static KafkaBackup.Coordinator.Restore.RestoreEffects;
using static KafkaBackup.Coordinator.Restore.RestoreMessages;
using static KafkaBackup.Shared.Protocol.RestoreProtocol;

namespace KafkaBackup.Coordinator.Tests.Restore;

/// <summary>At the end of a restore topics get back what is held of them, where all is there.</summary>
public sealed class RestoreRunStateReleasingTests
{
    private static readonly RestorePlan Plan = new()
    {
        Topics = [Topic("a", "retention.ms"), Topic("b"), Topic("c", "retention.ms")],
        Orders = [Order("a", 0), Order("a", 1), Order("b", 0)],
        Notes = [],
    };

    [Fact]
    public void The_oldest_record_of_each_topic_decides_once_all_is_counted()
    {
        var step = Counted(Restored(0, new RestoredSpan(0, 4, 900, 950)), Restored(1, new RestoredSpan(0, 4, 700, 2_000)), Restored(2, new RestoredSpan(0, 4, 1, 1)));

        Assert.Equal(RestorePhase.Releasing, step.State.Phase);
        Assert.Equal([("a", 700L), ("c", (long?)null)], Assert.Single(step.Effects.OfType<ReleaseHolds>()).Topics.Select(topic => (topic.Topic.Made.Name, topic.Oldest)));
        Assert.Empty(step.Effects.OfType<TellEnd>());
    }

    [Fact]
    public void It_ends_once_they_have_it_and_a_stop_does_not_break_that_off()
    {
        var releasing = Counted(Restored(0, new RestoredSpan(0, 4, 900, 950)), Restored(1), Restored(2)).State;
        Assert.Empty(releasing.On(StopRestore.Instance).Effects);

        var end = releasing.On(new Released(["a"]));

        Assert.Equal(RestorePhase.Ended, end.State.Phase);
        Assert.Equal((0, false), (Assert.Single(end.Effects.OfType<TellEnd>()).Message.Failures.Count, end.Effects.OfType<TellEnd>().Single().Message.WasStopped));
    }

    [Fact]
    public void Where_records_are_lacking_all_is_held_on()
    {
        var step = Counted(Restored(0), Restored(1) with { Failure = new Fault(FailureKind.Source, "It is away.", IsRetryable: true) }, Restored(2));

        Assert.Empty(step.Effects.OfType<ReleaseHolds>());
        Assert.Single(step.Effects.OfType<TellEnd>());
    }

    [Fact]
    public void Where_nothing_is_held_it_ends_at_once()
    {
        var step = Counted(Plan with { Topics = [Topic("a"), Topic("b")] }, Restored(0), Restored(1), Restored(2));

        Assert.Empty(step.Effects.OfType<ReleaseHolds>());
        Assert.Single(step.Effects.OfType<TellEnd>());
    }

    private static RestoreStep Counted(params PartitionRestored[] restored) => Counted(Plan, restored);

    private static RestoreStep Counted(RestorePlan plan, params PartitionRestored[] restored)
    {
        var state = new RestoreRunState(MaxConcurrentPartitions: 4).Begin().State.On(new Planned(plan)).State;
        state = plan.Topics.Aggregate(state, (before, topic) => before.On(new TopicMade(topic, [])).State);
        state = restored.Aggregate(state, (before, partition) => before.On(partition).State);
        return state.On(new RestoreMessages.Counted(restored.ToDictionary(partition => partition.Order.Target, partition => new PartitionBounds(0, partition.Records))));
    }

    private static PartitionRestored Restored(int order, RestoredSpan? span = null) => new(Plan.Orders[order]) { Records = 5, Span = span };

    private static RestoreTopic Topic(string name, params string[] held) =>
        new(name, new NewTopic(name, 2, null, new Dictionary<string, string>()), held.ToDictionary(setting => setting, string? (_) => "5"));

    private static RestorePartition Order(string topic, int number) => new(new PartitionId(topic, number), new PartitionId(topic, number), []);
}
