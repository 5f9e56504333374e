using KafkaBackup.Testing;

namespace KafkaBackup.PartitionWorkers.Tests;

/// <summary>Waits for what has to happen, as long as it takes; and for what must not happen, for an instant.</summary>
internal static class Eventually
{
    private static readonly TimeSpan Instant = TimeSpan.FromMilliseconds(50);

    public static async Task IsTrueAsync(Func<bool> condition)
    {
        using var deadline = new CancellationTokenSource(TestLimits.Hang);
        while (!condition())
        {
            await Task.Delay(2, deadline.Token);
        }
    }

    public static async Task<bool> StaysAsync(Func<bool> condition)
    {
        await Task.Delay(Instant);
        return condition();
    }
}
