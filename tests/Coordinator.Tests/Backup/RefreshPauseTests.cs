using KafkaBackup.Coordinator.Backup;
using Xunit;

namespace KafkaBackup.Coordinator.Tests.Backup;

/// <summary>How often a continuous run looks at the source depends on what a look costs, and not on how long brokers take.</summary>
public sealed class RefreshPauseTests
{
    [Theory]
    [InlineData(0, 0, 1_000)]
    [InlineData(10, 20, 1_000)] // Of few partitions it costs nothing.
    [InlineData(800, 1_000, 40_000)]
    [InlineData(600, 9_000, 48_000)] // The process is busy with something else, too.
    [InlineData(20_000, 20, 1_000)] // A broker is slow.
    [InlineData(20_000, 20_000, 60_000)] // However much it costs.
    public void What_is_dear_is_done_less_often(int elapsed, int used, int pause)
    {
        var timer = new RunEffects.StartRefreshTimer(TimeSpan.FromSeconds(1));

        Assert.Equal(TimeSpan.FromMilliseconds(pause), timer.PauseAfter(TimeSpan.FromMilliseconds(elapsed), TimeSpan.FromMilliseconds(used)));
    }
}
