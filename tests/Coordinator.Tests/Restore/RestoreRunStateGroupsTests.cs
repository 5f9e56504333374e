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

/// <summary>Consumer groups, once what they read is restored.</summary>
public sealed class RestoreRunStateGroupsTests
{
    private static readonly PartitionId First = new("a", 0), Second = new("a", 1);
    private static readonly Fault Refused = new(FailureKind.Source, "It has members.", IsRetryable: false);

    private static readonly RestorePlan Plan = new()
    {
        Topics = [new("a", new NewTopic("a", 2, null, new Dictionary<string, string>()), new Dictionary<string, string?>())],
        Orders = [new(First, First, []) { Marks = [10, 12] }, new(Second, Second, []) { Marks = [30] }],
        Notes = [],
        Groups = [new("billing", [new(First, 12), new(Second, 30)]), new("mailer", [new(First, 10)])],
    };

    [Fact]
    public void Groups_are_set_once_all_is_counted_and_not_before()
    {
        var counting = Counting();
        Assert.Empty(counting.Effects.OfType<SetGroup>());

        var step = counting.State.On(Counted(2, 3));

        Assert.Equal(RestorePhase.SettingGroups, step.State.Phase);
        Assert.Empty(step.Effects.OfType<TellEnd>());
        var (billing, mailer) = (Sent(step)[0], Sent(step)[1]);
        Assert.Equal([new GroupPlace(First, 12, 1), new GroupPlace(Second, 30, 3)], billing.Places);
        Assert.Equal([new GroupPlace(First, 10, 0)], mailer.Places);

        step = step.State.On(new GroupSet(mailer, null)).State.On(new GroupSet(billing, null));
        Assert.Equal((0, 0, false), (Ended(step).Failures.Count, Ended(step).UnsetGroups.Count, Ended(step).WasStopped));
    }

    [Fact]
    public void A_group_that_cannot_be_set_keeps_no_other_from_it_and_is_a_failure()
    {
        var setting = Counting().State.On(Counted(2, 3));

        var step = setting.State.On(new GroupSet(Sent(setting)[0], Refused));
        Assert.Empty(step.Effects.OfType<TellEnd>());
        Assert.Single(step.Effects.OfType<Say>());
        step = step.State.On(new GroupSet(Sent(setting)[1], null));

        Assert.Equal((Refused, "billing"), (Assert.Single(Ended(step).Failures), Assert.Single(Ended(step).UnsetGroups)));
        Assert.False(Ended(step).WasStopped);
    }

    [Fact]
    public void By_hand_means_that_it_is_told_how_and_that_none_is_set()
    {
        var step = (Counting().State with { Strategy = GroupStrategy.Manual }).On(Counted(2, 3));

        Assert.Empty(Sent(step));
        Assert.Equal((0, 0, false), (Ended(step).Failures.Count, Ended(step).UnsetGroups.Count, Ended(step).WasStopped));
        Assert.Equal(2 + 1, step.Effects.OfType<Say>().Count()); // Of each group, and the end.
    }

    [Fact]
    public void By_time_groups_are_set_where_their_times_are_found()
    {
        var finding = (Counting().State with { Strategy = GroupStrategy.Timestamps }).On(Counted(2, 3));
        Assert.Empty(Sent(finding));
        var counted = Assert.Single(finding.Effects.OfType<FindPlaces>()).Groups;

        var step = finding.State.On(new PlacesFound([counted[1] with { Places = [new GroupPlace(First, 10, 1)] }]));

        Assert.Equal(new GroupPlace(First, 10, 1), Assert.Single(Assert.Single(Sent(step)).Places));
        var end = Ended(step.State.On(new GroupSet(Sent(step)[0], null)));
        Assert.Equal(["mailer"], end.SetGroups);
        Assert.Equal(1, end.FoundPlaces["mailer"][First]); // The report tells what was set.
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Groups_whose_times_are_not_found_are_told(bool isStopped)
    {
        var finding = (Counting().State with { Strategy = GroupStrategy.Timestamps }).On(Counted(2, 3)).State;
        finding = isStopped ? finding.On(StopRestore.Instance).State : finding;

        var end = Ended(finding.On(new StepFailed(Refused)));

        Assert.Equal((isStopped ? 0 : 1, isStopped ? 0 : 2, isStopped), (end.Failures.Count, end.UnsetGroups.Count, end.WasStopped));
    }

    [Theory]
    [InlineData(true, false)]
    [InlineData(false, true)]
    public void Where_a_partition_is_not_whole_a_group_is_set_in_the_others_only(bool isCountedOtherwise, bool lacksRecords)
    {
        var counting = Counting(lacksRecords ? ["A segment has fewer records."] : []);

        var step = counting.State.On(Counted(2, isCountedOtherwise ? 4 : 3));

        Assert.Equal((First, Second), (Assert.Single(Sent(step)[0].Places).Target, Assert.Single(Sent(step)[0].Left)));
    }

    [Fact]
    public void A_group_whose_partitions_all_failed_is_not_set()
    {
        var lost = new Fault(FailureKind.Storage, "A segment is missing.", IsRetryable: false);
        var counting = Restoring().On(Restored(0, 0) with { Failure = lost }).State.On(Restored(1, 3));

        var step = counting.State.On(Counted(0, 3));

        Assert.Equal(["billing"], Sent(step).Select(group => group.Id));
        Assert.Equal([lost], Ended(step.State.On(new GroupSet(Sent(step)[0], null))).Failures);
    }

    [Fact]
    public void So_many_groups_are_set_at_a_time()
    {
        var many = Plan with { Groups = [.. Enumerable.Range(0, 40).Select(number => new RestoreGroup($"g{number}", [new GroupMark(First, 10)]))] };
        var step = Counting(plan: many).State.On(Counted(2, 3));

        Assert.Equal(16, Sent(step).Count);
        step = step.State.On(new GroupSet(Sent(step)[3], null));
        Assert.Equal("g16", Assert.Single(Sent(step)).Id);
    }

    [Fact]
    public void When_it_is_stopped_while_groups_are_set_what_waits_is_broken_off_and_told()
    {
        var setting = Counting().State.On(Counted(2, 3));
        var stopping = setting.State.On(StopRestore.Instance);
        Assert.Equal([new BreakOff()], stopping.Effects);

        var step = stopping.State.On(new GroupSet(Sent(setting)[0], new Fault(FailureKind.Internal, "Cancelled.", IsRetryable: false)))
            .State.On(new GroupSet(Sent(setting)[1], null));

        Assert.Equal((true, 0, 0), (Ended(step).WasStopped, Ended(step).Failures.Count, Ended(step).UnsetGroups.Count));
        Assert.Equal(3, step.Effects.OfType<Say>().Count()); // The one that is set, the one that is not, and the end.
    }

    [Fact]
    public void When_it_is_stopped_while_partitions_are_counted_no_group_is_set()
    {
        var stopping = Counting().State.On(StopRestore.Instance);
        Assert.Empty(stopping.Effects);

        var step = stopping.State.On(Counted(2, 3));

        Assert.Empty(step.Effects.OfType<SetGroup>());
        Assert.True(Ended(step).WasStopped);
    }

    [Fact]
    public void When_counting_fails_no_group_is_set() =>
        Assert.Equal([Refused], Ended(Counting().State.On(new StepFailed(Refused))).Failures);

    [Fact]
    public void A_dry_run_sets_no_group_and_tells_what_each_would_become()
    {
        var planned = new RestoreRunState(MaxConcurrentPartitions: 2, IsDryRun: true).Begin().State.On(new Planned(Plan));

        var step = planned.State.On(Restored(0, 2)).State.On(Restored(1, 3));

        Assert.Empty(step.Effects.OfType<SetGroup>());
        Assert.Equal(4, step.Effects.OfType<Say>().Count()); // The partition, two groups, the end.
        Assert.Equal((0, false), (Ended(step).UnsetGroups.Count, Ended(step).WasStopped));
    }

    private static RestoreRunState Restoring(RestorePlan? plan = null) =>
        new RestoreRunState(MaxConcurrentPartitions: 2).Begin().State.On(new Planned(plan ?? Plan)).State.On(new TopicMade(Plan.Topics[0], [])).State;

    private static RestoreStep Counting(IReadOnlyList<string>? differences = null, RestorePlan? plan = null) =>
        Restoring(plan).On(Restored(0, 2)).State.On(Restored(1, 3) with { Differences = differences ?? [] });

    private static IReadOnlyList<RestoredGroup> Sent(RestoreStep step) => [.. step.Effects.OfType<SetGroup>().Select(effect => effect.Group)];

    private static RestoreFinished Ended(RestoreStep step)
    {
        Assert.Equal(RestorePhase.Ended, step.State.Phase);
        return Assert.Single(step.Effects.OfType<TellEnd>()).Message;
    }

    private static PartitionRestored Restored(int order, long records) => new(Plan.Orders[order])
    {
        Records = records,
        Marked = order == 0 ? new Dictionary<long, long> { [10] = 0, [12] = 1 } : new Dictionary<long, long> { [30] = 3 },
    };

    private static Counted Counted(params long[] ends) => new(Plan.Orders.Zip(ends).ToDictionary(pair => pair.Item1.Target, pair => new PartitionBounds(0, pair.Item2)));
}
