namespace KafkaBackup.Benchmarks.Limits;

/// <summary>What is looked at of a run.</summary>
/// <param name="Unit">Its unit.</param>
/// <param name="Format">How it is written.</param>
/// <param name="Of">Takes it from what was measured.</param>
internal sealed record Quantity(string Unit, string Format, Func<Measured, double> Of)
{
    /// <summary>From start to end.</summary>
    public static Quantity Wall { get; } = new("s", "N2", run => run.Wall.TotalSeconds);

    /// <summary>User and system time.</summary>
    public static Quantity Processor { get; } = new("s", "N2", run => run.Processor.TotalSeconds);

    /// <summary>Resident memory. The most of all rounds counts: an aim of it is kept always or not at all.</summary>
    public static Quantity Peak { get; } = new("MB", "N0", run => run.PeakBytes / 1e6) { IsMostFirst = true };

    /// <summary>Values by time. The most is the best.</summary>
    public static Quantity Rate { get; } = new("MB/s", "N1", run => run.Bytes / 1e6 / run.Wall.TotalSeconds)
    {
        IsMostFirst = true,
        IsToBeReached = true,
    };

    /// <summary>How much of a core it takes.</summary>
    public static Quantity Busy { get; } = new("%", "N1", run => run.Processor / run.Wall * 100);

    /// <summary>Page faults without disk.</summary>
    public static Quantity PageFaults { get; } = new("", "N0", run => run.PageFaults);

    /// <summary>What is in the directory afterwards.</summary>
    public static Quantity Stored { get; } = new("MB", "N1", run => run.StoredBytes / 1e6);

    /// <summary>The load average when it began.</summary>
    public static Quantity Load { get; } = new("", "N1", run => run.Load) { IsMostFirst = true };

    /// <summary>Whether the most stands for all rounds, and not the least.</summary>
    public bool IsMostFirst { get; private init; }

    /// <summary>Whether an aim is the least that it may be, and not the most.</summary>
    public bool IsToBeReached { get; private init; }

    /// <summary>Of all rounds what stands for them, and the median.</summary>
    public (double First, double Median) Take(IEnumerable<Measured> runs)
    {
        var spread = new Spread(runs.Select(Of));
        return (IsMostFirst ? spread.Max : spread.Min, spread.Median);
    }

    /// <summary>Both as text.</summary>
    public string Show(IEnumerable<Measured> runs)
    {
        var (first, median) = Take(runs);
        return $"{first.ToString(Format)} / {median.ToString(Format)}";
    }
}
