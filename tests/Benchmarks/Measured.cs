namespace KafkaBackup.Benchmarks;

/// <summary>What a process took.</summary>
/// <param name="Wall">From its start to its end.</param>
/// <param name="Processor">User and system time.</param>
/// <param name="PeakBytes">The most memory that was resident at once.</param>
/// <param name="Output">What it wrote to standard output.</param>
internal sealed record Measured(TimeSpan Wall, TimeSpan Processor, long PeakBytes, string Output);
