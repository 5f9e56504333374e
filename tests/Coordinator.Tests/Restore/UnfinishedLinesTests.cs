using KafkaBackup.Coordinator.Restore;
using KafkaBackup.Shared;
using KafkaBackup.Shared.Kafka;
using KafkaBackup.Shared.Protocol;
using Xunit;
using static KafkaBackup.Coordinator.Restore.RestoreMessages;
using static KafkaBackup.Shared.Protocol.RestoreProtocol;

namespace KafkaBackup.Coordinator.Tests.Restore;

/// <summary>What a user reads at the end of a restore that is not whole.</summary>
public sealed class UnfinishedLinesTests
{
    private static readonly Fault Passing = new(FailureKind.Storage, "A segment is missing.", IsRetryable: false);
    private static readonly Fault Lasting = new(FailureKind.Source, "Somebody else has written to it.", IsRetryable: false) { BeginsAnew = true };

    [Fact]
    public void What_lacks_records_goes_on() => Assert.Equal(
        ["Warning: The restore is not whole: 'a' lacks records. Started again with the same configuration it goes on from what it holds"], Lines(Passing, null));

    [Fact]
    public void Several_go_on() => Assert.Equal(
        ["Warning: The restore is not whole: 'a', 'b' lack records. Started again with the same configuration it goes on from what they hold"], Lines(Passing, Passing));

    [Fact]
    public void What_has_to_begin_anew_is_not_said_to_go_on() => Assert.Equal(
        [
            "Warning: The restore is not whole: 'b' lacks records, and what is there cannot be gone on with",
            "Warning: The restore is not whole: 'a' lacks records. Started again with the same configuration it goes on from what it holds",
        ],
        Lines(Passing, Lasting));

    [Fact]
    public void What_is_counted_otherwise_has_to_begin_anew() => Assert.Equal(
        ["Warning: The restore is not whole: 'a' lacks records, and what is there cannot be gone on with"], Lines(null, null, end: 6));

    private static IEnumerable<string> Lines(Fault? a, Fault? b, long end = 5)
    {
        RestorePartition[] orders = [Order("a"), Order("b")];
        var plan = new RestorePlan { Topics = [Topic("a"), Topic("b")], Orders = orders, Notes = [], AlreadyMade = ["a", "b"], CanGoOn = true };
        var step = new RestoreRunState(MaxConcurrentPartitions: 2).Begin().State.On(new Planned(plan));
        step = step.State.On(new PartitionRestored(orders[0]) { Records = 5, Failure = a }).State.On(new PartitionRestored(orders[1]) { Records = 5, Failure = b });
        step = step.State.On(new Counted(orders.ToDictionary(order => order.Target, order => new PartitionBounds(0, order == orders[0] ? end : 5))));

        return SpokenLines.Of(step.Effects).Where(line => line.Contains("not whole", StringComparison.Ordinal));
    }

    private static RestoreTopic Topic(string name) => new(name, new NewTopic(name, 1, null, new Dictionary<string, string>()), new Dictionary<string, string?>());

    private static RestorePartition Order(string topic) => new(new PartitionId(topic, 0), new PartitionId(topic, 0), []);
}
