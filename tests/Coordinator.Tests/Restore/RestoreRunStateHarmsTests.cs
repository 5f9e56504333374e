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

/// <summary>What the target would do to records, as a dry run tells it.</summary>
public sealed class RestoreRunStateHarmsTests
{
    private static readonly PartitionId Partition = new("a", 0);

    [Theory]
    [InlineData(0, 0, 0, 3, true, RetentionPolicy.Hold, "3 record(s) for topic 'a' are each larger than its max.message.bytes, which is 1,048,588")]
    [InlineData(0, 0, 0, 3, false, RetentionPolicy.Refuse, null)] // What the brokers take is not known: that is told.
    [InlineData(0, 2, 1, 0, true, RetentionPolicy.Ignore, "would refuse 3 record(s), 2 for their time and 1 as they have no key")]
    [InlineData(0, 2, 1, 0, true, RetentionPolicy.Refuse, "would refuse 3 record(s)")]
    [InlineData(5, 0, 0, 0, true, RetentionPolicy.Refuse, "would delete 5 record(s) for their age")]
    [InlineData(5, 0, 0, 0, true, RetentionPolicy.Ignore, null)] // It is let pass.
    [InlineData(5, 2, 1, 0, true, RetentionPolicy.Skip, null)] // They are left out.
    [InlineData(5, 2, 1, 0, true, RetentionPolicy.Hold, null)] // They are kept.
    [InlineData(5, 2, 1, 0, false, RetentionPolicy.Refuse, null)] // The restore makes the topic, and holds it.
    public void What_would_make_the_restore_fail_makes_a_dry_run_fail(long tooOld, long outOfTime, long withoutKey, long tooLarge, bool exists, RetentionPolicy policy, string? fault)
    {
        var end = DryRun(exists, policy, new RecordHarms(tooOld, outOfTime, withoutKey, tooLarge));

        Assert.Equal(fault is null ? 0 : 1, end.Failures.Count);
        Assert.Contains(fault ?? "", string.Concat(end.Failures.Select(failure => failure.Message)), StringComparison.Ordinal);
        Assert.All(end.Failures, failure => Assert.Equal(FailureKind.Source, failure.Kind));
    }

    [Fact]
    public void What_stands_in_its_way_from_the_start_is_told_with_what_was_counted()
    {
        var refusal = new Fault(FailureKind.Configuration, "It holds records.", IsRetryable: false);

        var end = DryRun(exists: true, RetentionPolicy.Hold, default, refusal);

        Assert.Equal([refusal], end.Failures);
        Assert.Equal(7, Assert.Single(end.Partitions).Records);
    }

    private static RestoreFinished DryRun(bool exists, RetentionPolicy policy, RecordHarms harms, params Fault[] refusals)
    {
        var topic = new RestoreTopic("a", new NewTopic("a", 1, null, new Dictionary<string, string>()), new Dictionary<string, string?>()) { Exists = exists };
        var order = new RestorePartition(Partition, Partition, []) { Rules = new RecordRules { LeavesOut = policy == RetentionPolicy.Skip } };
        var plan = new RestorePlan { Topics = [topic], Orders = [order], Notes = [], Refusals = refusals };
        var state = (new RestoreRunState(MaxConcurrentPartitions: 2, IsDryRun: true) with { Policy = policy }).Begin().State;

        var step = state.On(new Planned(plan)).State.On(new PartitionRestored(order) { Records = 7, Harms = harms });

        Assert.Equal(harms != default, step.Effects.OfType<Say>().Count() > 2); // Beside the end of the partition and of all.
        return Assert.Single(step.Effects.OfType<TellEnd>()).Message;
    }
}
