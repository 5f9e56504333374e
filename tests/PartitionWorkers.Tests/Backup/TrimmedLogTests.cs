using KafkaBackup.PartitionWorkers.Backup;
using KafkaBackup.Shared.Kafka;
using KafkaBackup.Shared;
using Xunit;

namespace KafkaBackup.PartitionWorkers.Tests.Backup;

public sealed class TrimmedLogTests
{
    [Theory]
    [InlineData(11, 100, 11)]
    [InlineData(15, 100, 15)]
    [InlineData(20, 100, 20)]
    [InlineData(50, 100, 20)]
    [InlineData(50, 50, 20)]
    public void What_lies_before_the_log_start_is_gone_as_far_as_it_was_wanted(long logStart, long highWatermark, long next) =>
        Assert.Equal(new OffsetRange(10, next), TrimmedLog.Gap(new OffsetRange(10, 20), new PartitionBounds(logStart, highWatermark)));

    [Theory]
    [InlineData(0, 5)]
    [InlineData(0, 100)]
    [InlineData(10, 100)]
    [InlineData(10, 10)]
    [InlineData(0, 0)]
    public void A_log_that_starts_no_later_proves_nothing_gone(long logStart, long highWatermark) =>
        Assert.Null(TrimmedLog.Gap(new OffsetRange(10, 20), new PartitionBounds(logStart, highWatermark)));

    [Theory]
    [InlineData(50, true)]
    [InlineData(100, true)]
    [InlineData(101, false)]
    public void An_offset_that_the_log_has_after_all_is_worth_another_try(long wanted, bool isRetryable)
    {
        var failure = TrimmedLog.Failure(new PartitionId("orders", 3), wanted, new PartitionBounds(0, 100));

        Assert.Equal((FailureKind.Source, isRetryable), (failure.Kind, failure.IsRetryable));
        Assert.Contains($"offset {wanted}", failure.Message, StringComparison.Ordinal);
    }
}
