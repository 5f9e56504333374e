using KafkaBackup.PartitionWorkers.Backup;
using Xunit;

namespace KafkaBackup.PartitionWorkers.Tests.Backup;

public sealed class PartitionWorkerSettingsTests
{
    [Theory]
    [InlineData(1, 500)]
    [InlineData(2, 1000)]
    [InlineData(3, 2000)]
    [InlineData(6, 16_000)]
    [InlineData(7, 20_000)]
    [InlineData(60, 20_000)]
    [InlineData(5000, 20_000)]
    public void Each_failure_doubles_the_pause_up_to_the_longest(int failures, int milliseconds) =>
        Assert.Equal(TimeSpan.FromMilliseconds(milliseconds), new PartitionWorkerSettings().Backoff(failures));
}
