using KafkaBackup.PartitionWorkers.Restore;
using KafkaBackup.Shared;
using KafkaBackup.Shared.Kafka;
using KafkaBackup.Testing;
using KafkaBackup.Testing.Kafka;
using Xunit;

namespace KafkaBackup.PartitionWorkers.Tests.Restore;

/// <summary>What is at the target is compared however often it cannot be read for a while.</summary>
public sealed class RestoredTailTests
{
    private const int Records = 30;

    private static readonly PartitionId Target = new("restored", 3);

    private readonly FakeCluster _cluster = new FakeCluster().WithTopic("restored", partitions: 4);
    private readonly LeapingClock _clock = new() { LeapsAtOnce = TimeSpan.FromMinutes(1) };

    public RestoredTailTests()
    {
        for (var number = 0; number < Records; number++)
        {
            _cluster.Log(Target).Append(new TestRecord(number, 1_000 + number, null, [(byte)number], []));
        }
    }

    [Fact]
    public async Task A_target_that_cannot_be_read_for_a_while_is_waited_for()
    {
        var source = new FailingSource(_cluster.Source, failures: 20);
        await using var tail = new RestoredTail(source, Target, new OffsetRange(0, Records), _clock);

        for (var number = 0; number < Records; number++)
        {
            await tail.CompareAsync(Expected(number), CancellationToken.None);
        }

        Assert.Equal(0, source.Failures);
    }

    [Fact]
    public async Task One_that_stays_so_is_given_up_with_the_reason()
    {
        await using var tail = new RestoredTail(new FailingSource(_cluster.Source, failures: int.MaxValue), Target, new OffsetRange(0, Records), _clock);

        var failure = await Assert.ThrowsAsync<BackupException>(async () => await tail.CompareAsync(Expected(0), CancellationToken.None));

        Assert.Equal("It has no leader.", failure.Message);
    }

    [Fact]
    public async Task A_time_that_differs_is_told_also_from_0()
    {
        await using var tail = new RestoredTail(_cluster.Source, Target, new OffsetRange(0, Records), _clock);

        var failure = await Assert.ThrowsAsync<BackupException>(async () => await tail.CompareAsync(Expected(0, timestamp: 0), CancellationToken.None));

        Assert.Contains("its offset 0 should hold the record of offset 0 at the source, and holds another", failure.Message, StringComparison.Ordinal);
    }

    private static RecordCopy Expected(int number, long? timestamp = null) => new(number, timestamp ?? 1_000 + number, null, [(byte)number]);

    private sealed class FailingSource(IRecordSource source, int failures) : IRecordSource
    {
        public int Failures { get; private set; } = failures;

        public IRecordStream Open(PartitionId partition, OffsetRange range, int? leaderEpoch = null)
        {
            if (Failures == 0)
            {
                return source.Open(partition, range, leaderEpoch);
            }

            Failures--;
            throw new BackupException(FailureKind.Source, "It has no leader.") { IsRetryable = true };
        }

        public void Dispose()
        {
        }
    }
}
