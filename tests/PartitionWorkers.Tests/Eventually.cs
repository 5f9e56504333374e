namespace KafkaBackup.PartitionWorkers.Tests;

/// <summary>Waits for what has to happen, for seconds; and for what must not happen, for an instant.</summary>
internal static class Eventually
{
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private static readonly TimeSpan Instant = TimeSpan.FromMilliseconds(50);

    public static async Task IsTrueAsync(Func<bool> condition)
    {
        using var deadline = new CancellationTokenSource(Patience);
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
