namespace KafkaBackup.Coordinator.Backup;

/// <summary>Measures what looking at the source takes, from now on.</summary>
/// <param name="clock">The clock.</param>
internal sealed class LookCost(TimeProvider clock)
{
    private readonly long _began = clock.GetTimestamp();
    private readonly TimeSpan _used = Environment.CpuUsage.TotalTime;

    /// <summary>How long it has taken so far.</summary>
    public TimeSpan Elapsed => clock.GetElapsedTime(_began);

    /// <summary>The processor time that this process has used so far, for whatever it did.</summary>
    public TimeSpan Used => Environment.CpuUsage.TotalTime - _used;
}
