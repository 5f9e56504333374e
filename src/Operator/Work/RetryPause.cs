namespace KafkaBackup.Operator.Work;

/// <summary>How long what has failed is left alone before it is tried again: 30 s, then twice as long each time, 10 minutes at most.</summary>
internal static class RetryPause
{
    private static readonly TimeSpan First = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(10);

    /// <summary>The pause after so many attempts.</summary>
    public static TimeSpan After(int attempts) =>
        TimeSpan.FromTicks((long)Math.Min(Longest.Ticks, First.Ticks * Math.Pow(2, Math.Clamp(attempts - 1, 0, 20))));
}
