namespace KafkaBackup.Testing;

/// <summary>How long tests wait.</summary>
public static class TestLimits
{
    /// <summary>For what surely comes: it only ends a hang, and no machine is so busy that it is met otherwise. Never a measurement.</summary>
    public static readonly TimeSpan Hang = TimeSpan.FromMinutes(5);

    /// <summary>The same in milliseconds, as requests have it.</summary>
    public static readonly int HangMs = (int)Hang.TotalMilliseconds;
}
