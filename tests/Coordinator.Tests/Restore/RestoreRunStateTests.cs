using KafkaBackup.Coordinator.Restore;
using KafkaBackup.Shared;
using KafkaBackup.Shared.Configuration;
using KafkaBackup.Shared.Kafka;
using KafkaBackup.Shared.Protocol;
using Xunit;
using static KafkaBackup.Coordinator.Restore.RestoreEffects;
using static KafkaBackup.Coordinator.Restore.RestoreMessages;
using static KafkaBackup.Shared.Protocol.RestoreProtocol;

namespace KafkaBackup.Coordinator.Tests.Restore;

public sealed class RestoreRunStateTests
{
    private static readonly RestorePlan Plan = new()
    {
        Topics = [Topic("a"), Topic("b")],
        Orders = [Order("a", 0), Order("a", 1), Order("b", 0)],
        Notes = [],
    };

    [Fact]
    public void Topics_are_made_one_after_the_other_before_anything_is_restored()
    {
        var planned = Begun().On(new Planned(Plan));
        var first = planned.State.On(new TopicMade(Plan.Topics[0], []));
        var second = first.State.On(new TopicMade(Plan.Topics[1], []));

        Assert.Equal([new MakeTopic(Plan.Topics[0])], planned.Effects.OfType<MakeTopic>());
        Assert.Equal([new MakeTopic(Plan.Topics[1])], first.Effects);
        Assert.Equal([Plan.Orders[0], Plan.Orders[1]], Started(second));
    }

    [Fact]
    public void So_many_partitions_are_restored_at_a_time_and_all_of_them_counted_at_the_end()
    {
        var step = Restoring().On(Restored(0, 5));
        Assert.Equal([Plan.Orders[2]], Started(step));

        step = step.State.On(Restored(2, 5));
        Assert.Empty(step.Effects.OfType<Count>());
        step = step.State.On(Restored(1, 7));

        Assert.Equal([5L, 7, 5], Plan.Orders.Select(order => Assert.Single(step.Effects.OfType<Count>()).Ends[order.Target]));
        var end = Ended(step.State.On(Counted(5, 7, 5)));
        Assert.Equal((0, 17L, false), (end.Failures.Count, end.Partitions.Sum(partition => partition.Records), end.WasStopped));
    }

    [Theory]
    [InlineData(0, 6, ProduceAcks.All, "or something was deleted. Delete topic 'a' and restore it again.")] // Somebody else writes.
    [InlineData(0, 4, ProduceAcks.None, "or was lost or came twice, as restore.produce_acks lets it. Start the restore again, which goes on where only the last records are missing; else delete the topic before.")]
    [InlineData(1, 5, ProduceAcks.All, "or something was deleted. Delete topic 'a' and restore it again.")] // Something was deleted.
    public void What_is_counted_otherwise_than_it_was_acknowledged_is_a_failure(long start, long end, ProduceAcks acks, string advice)
    {
        var counting = (Restoring() with { Acks = acks }).On(Restored(0, 5)).State.On(Restored(1, 7)).State.On(Restored(2, 5)).State;
        var bounds = Counted(5, 7, 5).Bounds.ToDictionary();
        bounds[Plan.Orders[0].Target] = new PartitionBounds(start, end);

        var step = counting.On(new Counted(bounds));

        var failure = Assert.Single(Ended(step).Failures);
        Assert.Single(step.Effects.OfType<Say>().SkipLast(1)); // Told for its partition.
        Assert.Equal(failure, Ended(step).Partitions.Single(partition => partition.Failure is not null).Failure);

        Assert.StartsWith($"a:0 holds offsets {start} to {end}, and 5 records were restored into it from 0 on", failure.Message, StringComparison.Ordinal);
        Assert.EndsWith(advice, failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_partition_that_fails_keeps_no_other_from_being_restored()
    {
        var lost = new Fault(FailureKind.Storage, "A segment is missing.", IsRetryable: false);

        var step = Restoring().On(Restored(0, 0) with { Failure = lost });
        step = step.State.On(Restored(1, 7)).State.On(Restored(2, 5));

        Assert.Equal([lost], Ended(step.State.On(Counted(3, 7, 5))).Failures);
    }

    [Fact]
    public void When_it_is_stopped_what_is_in_work_comes_to_its_end_and_nothing_more_is_begun()
    {
        var stopping = Restoring().On(StopRestore.Instance);
        Assert.Equal([new StopWorkers()], stopping.Effects);
        Assert.Empty(stopping.State.On(StopRestore.Instance).Effects);

        var step = stopping.State.On(Restored(0, 2) with { WasStopped = true }).State.On(Restored(1, 3) with { WasStopped = true });

        Assert.Empty(Started(step));
        Assert.True(Ended(step.State.On(Counted(2, 3, 0))).WasStopped);
    }

    [Fact]
    public void When_it_is_stopped_and_all_was_restored_by_then_it_is_whole()
    {
        var counting = Restoring().On(Restored(0, 5)).State.On(Restored(1, 7)).State.On(Restored(2, 5)).State.On(StopRestore.Instance).State;

        Assert.False(Ended(counting.On(Counted(5, 7, 5))).WasStopped);
    }

    [Fact]
    public void When_it_is_stopped_while_a_topic_is_made_that_is_broken_off_and_no_failure()
    {
        var stopping = Begun().On(new Planned(Plan)).State.On(StopRestore.Instance);
        Assert.Equal([new BreakOff()], stopping.Effects);

        var end = Ended(stopping.State.On(new StepFailed(new Fault(FailureKind.Internal, "Cancelled.", IsRetryable: false))));

        Assert.Equal((true, 0), (end.WasStopped, end.Failures.Count));
    }

    [Fact]
    public void When_it_is_stopped_before_topics_are_made_none_is()
    {
        var step = Begun().On(StopRestore.Instance).State.On(new Planned(Plan));

        Assert.Empty(step.Effects.OfType<MakeTopic>());
        Assert.True(Ended(step).WasStopped);
    }

    [Fact]
    public void A_dry_run_makes_no_topic_and_counts_nothing_at_the_target()
    {
        var planned = new RestoreRunState(MaxConcurrentPartitions: 3, IsDryRun: true).Begin().State.On(new Planned(Plan));

        var end = planned.State.On(Restored(0, 5)).State.On(Restored(1, 7)).State.On(Restored(2, 5));

        Assert.Equal((0, 3), (planned.Effects.OfType<MakeTopic>().Count(), Started(planned).Count()));
        Assert.Equal(3, Ended(end).Partitions.Count);
    }

    [Fact]
    public void A_topic_that_cannot_be_made_ends_it()
    {
        var refused = new Fault(FailureKind.Source, "No right.", IsRetryable: false);

        var end = Begun().On(new Planned(Plan)).State.On(new TopicMade(Plan.Topics[0], [])).State.On(new StepFailed(refused));

        Assert.Equal([refused], Ended(end).Failures);
        Assert.Empty(end.State.On(new TopicMade(Plan.Topics[1], [])).Effects);
    }

    [Fact]
    public void What_an_earlier_attempt_made_is_not_made_again()
    {
        var planned = Begun().On(new Planned(Plan with { AlreadyMade = ["a"] }));
        Assert.Equal([new MakeTopic(Plan.Topics[1])], planned.Effects.OfType<MakeTopic>());
        Assert.Equal(2, Started(planned.State.On(new TopicMade(Plan.Topics[1], []))).Count());

        var all = Begun().On(new Planned(Plan with { AlreadyMade = ["a", "b"] }));

        Assert.Equal((0, 2), (all.Effects.OfType<MakeTopic>().Count(), Started(all).Count()));
    }

    [Fact]
    public void When_all_is_to_be_compared_every_partition_that_is_whole_is_read_back()
    {
        var lost = new Fault(FailureKind.Storage, "A segment is missing.", IsRetryable: false);
        var step = Restoring(comparesAll: true).On(Restored(0, 5)).State.On(Restored(1, 7) with { Failure = lost }).State.On(Restored(2, 5)).State.On(Counted(5, 7, 5));

        var orders = Started(step).ToList();
        Assert.Equal([(Plan.Orders[0].Target, 5L, true), (Plan.Orders[2].Target, 5L, true)], orders.Select(order => (order.Target, order.There, order.IsComparison)));
        var differs = new Fault(FailureKind.Source, "It holds another record.", IsRetryable: false);
        var end = Ended(step.State.On(new PartitionRestored(orders[0]) { Records = 5 }).State.On(new PartitionRestored(orders[1]) { Failure = differs }));

        Assert.Equal([lost, differs], end.Failures);
        Assert.Equal([null, lost, differs], end.Partitions.Select(partition => partition.Failure));
        Assert.Equal([false, false, true], end.Partitions.Select(partition => partition.IsOther));
    }

    [Fact]
    public void A_target_that_lacks_what_the_backup_has_is_told_when_all_is_compared()
    {
        var step = Restoring(comparesAll: true).On(Restored(0, 5)).State.On(Restored(1, 7)).State.On(Restored(2, 5)).State.On(Counted(5, 7, 5));
        var orders = Started(step).ToList();

        step = step.State.On(new PartitionRestored(orders[0]) { Records = 6 });
        step = step.State.On(new PartitionRestored(orders[1]) { Records = 7 });
        step = step.State.On(new PartitionRestored(Plan.Orders[2] with { There = 5, IsComparison = true }) { Records = 5 });

        Assert.Equal("a:0 holds 5 of 6 records that the backup has for it. Delete topic 'a' and restore it again.", Assert.Single(Ended(step).Failures).Message);
    }

    [Fact]
    public void When_it_is_stopped_before_it_compares_it_is_not_whole()
    {
        var counting = Restoring(comparesAll: true).On(Restored(0, 5)).State.On(Restored(1, 7)).State.On(Restored(2, 5)).State.On(StopRestore.Instance).State;

        Assert.True(Ended(counting.On(Counted(5, 7, 5))).WasStopped);
    }

    [Fact]
    public void When_it_is_stopped_while_it_compares_it_is_not_whole()
    {
        var step = Restoring(comparesAll: true).On(Restored(0, 5)).State.On(Restored(1, 7)).State.On(Restored(2, 5)).State.On(Counted(5, 7, 5)).State.On(StopRestore.Instance);
        Assert.Equal([new StopWorkers()], step.Effects);

        step = step.State.On(Compared(0) with { WasStopped = true }).State.On(Compared(1) with { WasStopped = true });

        Assert.Equal((true, 0), (Ended(step).WasStopped, Ended(step).Failures.Count));

        static PartitionRestored Compared(int order) => new(Plan.Orders[order] with { IsComparison = true });
    }

    [Fact]
    public void In_a_topic_of_others_it_begins_where_that_ends()
    {
        var step = Begun().On(new Planned(Plan)).State.On(new TopicMade(Plan.Topics[0], [], new Dictionary<int, long> { [0] = 30 })).State.On(new TopicMade(Plan.Topics[1], []));

        Assert.Equal([30L, 0], Started(step).Select(order => order.Base));
    }

    [Fact]
    public void Partitions_that_share_what_is_read_are_begun_together_however_many_they_are()
    {
        var share = new RestoredShare([], new Repartitioning(RepartitioningStrategy.Murmur2, 5));
        RestorePartition[] shared = [.. Enumerable.Range(0, 5).Select(number => RestorePartition.Of("a", new PartitionId("a", number), share))];
        var plan = Plan with { Topics = [Topic("a")], Orders = [shared[0], Order("b", 0), .. shared[1..], Order("b", 1)] };

        var step = Begun().On(new Planned(plan)).State.On(new TopicMade(plan.Topics[0], []));

        Assert.Equal(shared, Assert.Single(step.Effects.OfType<StartWorkers>()).Orders);
        List<PartitionId> others = [];
        foreach (var order in shared)
        {
            step = step.State.On(new PartitionRestored(order));
            others.AddRange(Started(step).Select(started => started.Target));
        }

        Assert.Equal([Order("b", 0).Target, Order("b", 1).Target], others); // The first when one of the five is left, as two are restored at a time.
    }

    [Fact]
    public void What_was_stopped_is_not_counted_as_it_is_not_whole_anyway()
    {
        var stopped = Restoring().On(StopRestore.Instance).State.On(Restored(0, 5) with { WasStopped = true }).State.On(Restored(1, 7)).State;

        Assert.Empty(Ended(stopped.On(Counted(900, 7, 0))).Failures);
    }

    [Theory]
    [InlineData(true, 2, 5)]
    [InlineData(false, 2, 5)]
    [InlineData(true, 0, 4)]
    public void What_a_topic_deletes_of_what_had_come_is_let_pass_only_where_that_was_said(bool mayLose, long start, long end)
    {
        var orders = Plan.Orders.Select(order => order with { MayLose = mayLose }).ToList();
        var step = Begun().On(new Planned(Plan with { Orders = orders })).State.On(new TopicMade(Plan.Topics[0], [])).State.On(new TopicMade(Plan.Topics[1], []));
        foreach (var order in orders)
        {
            step = step.State.On(new PartitionRestored(order) { Records = 5 });
        }

        var bounds = orders.ToDictionary(order => order.Target, order => order == orders[0] ? new PartitionBounds(start, end) : new PartitionBounds(0, 5));
        var finished = Ended(step.State.On(new Counted(bounds)));

        var isLetPass = mayLose && end == 5;
        Assert.Equal((isLetPass ? 0 : 1, false), (finished.Failures.Count, finished.Partitions.All(partition => partition.IsExact)));
    }

    [Fact]
    public void Who_loses_the_claim_writes_nothing_more()
    {
        var lost = new Fault(FailureKind.Fenced, "Another process took over.", IsRetryable: false);

        var step = Restoring().On(Restored(0, 5)).State.On(new ClaimLost(lost, IsTaken: true));

        Assert.Equal([new CutOff(), new BreakOff(), new StopWorkers()], step.Effects.Take(3));
        Assert.Equal([lost], Ended(step).Failures);
        Assert.Empty(step.State.On(Restored(1, 7)).Effects);
        Assert.Empty(step.State.On(new StepFailed(lost)).Effects);
        Assert.Empty(step.State.On(new ClaimLost(lost, IsTaken: true)).Effects);
        Assert.False(Ended(step).HasLapsed);
        Assert.True(Ended(Restoring().On(new ClaimLost(lost, IsTaken: false))).HasLapsed);
    }

    private static IEnumerable<RestorePartition> Started(RestoreStep step) => step.Effects.OfType<StartWorkers>().SelectMany(start => start.Orders);

    private static RestoreRunState Begun(bool comparesAll = false) => new RestoreRunState(MaxConcurrentPartitions: 2, ComparesAll: comparesAll).Begin().State;

    private static RestoreRunState Restoring(bool comparesAll = false) =>
        Begun(comparesAll).On(new Planned(Plan)).State.On(new TopicMade(Plan.Topics[0], [])).State.On(new TopicMade(Plan.Topics[1], [])).State;

    private static RestoreFinished Ended(RestoreStep step)
    {
        Assert.Equal(RestorePhase.Ended, step.State.Phase);
        return Assert.Single(step.Effects.OfType<TellEnd>()).Message;
    }

    private static PartitionRestored Restored(int order, long records) => new(Plan.Orders[order]) { Records = records };

    private static Counted Counted(params long[] ends) => new(Plan.Orders.Zip(ends).ToDictionary(pair => pair.Item1.Target, pair => new PartitionBounds(0, pair.Item2)));

    private static RestoreTopic Topic(string name) => new(name, new NewTopic(name, 2, null, new Dictionary<string, string>()), new Dictionary<string, string?>());

    private static RestorePartition Order(string topic, int number) => new(new PartitionId(topic, number), new PartitionId(topic, number), []);
}
