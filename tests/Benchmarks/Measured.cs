namespace KafkaBackup.Benchmarks;

/// <summary>What a process took.</summary>
/// <param name="Wall">From its start to its end.</param>
/// <param name="Processor">User and system time.</param>
/// <param name="PeakBytes">The most memory that was resident at once.</param>
/// <param name="PageFaults">How often a page was missing that needed no disk.</param>
/// <param name="Output">What it wrote to standard output.</param>
internal sealed record Measured(TimeSpan Wall, TimeSpan Processor, long PeakBytes, long PageFaults, string Output)
{
    /// <summary>When it was started, as <see cref="System.Diagnostics.Stopwatch.GetTimestamp"/> counts.</summary>
    public long Began { get; init; }

    /// <summary>The load average at that time.</summary>
    public double Load { get; init; }

    /// <summary>How many bytes of values it went over.</summary>
    public long Bytes { get; init; }

    /// <summary>How many bytes it left in a directory; 0 where it left none or elsewhere.</summary>
    public long StoredBytes { get; init; }

    /// <summary>The same with the seconds of wall and processor time that it printed before all else: only a part of it counts.</summary>
    public Measured PartOnly()
    {
        var printed = Output.Split(' ');
        return this with { Wall = TimeSpan.FromSeconds(double.Parse(printed[0])), Processor = TimeSpan.FromSeconds(double.Parse(printed[1])) };
    }
}
