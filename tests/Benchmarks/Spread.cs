namespace KafkaBackup.Benchmarks;

/// <summary>The same measured some times: the best says most about the program, the median most about the machine.</summary>
internal sealed class Spread(IEnumerable<double> values)
{
    private readonly double[] _values = values.Order().ToArray();

    /// <summary>What runs took, in seconds.</summary>
    public static Spread Walls(IEnumerable<Measured> runs) => new(runs.Select(run => run.Wall.TotalSeconds));

    /// <summary>What they took of the processor, in seconds.</summary>
    public static Spread Cpus(IEnumerable<Measured> runs) => new(runs.Select(run => run.Processor.TotalSeconds));

    /// <summary>The most memory that they held, in MB.</summary>
    public static Spread Peaks(IEnumerable<Measured> runs) => new(runs.Select(run => run.PeakBytes / 1e6));

    /// <summary>The smallest.</summary>
    public double Min => _values[0];

    /// <summary>The largest.</summary>
    public double Max => _values[^1];

    /// <summary>The one in the middle; of two the smaller.</summary>
    public double Median => _values[(_values.Length - 1) / 2];

    /// <summary>Smallest and median.</summary>
    public string Show(string format) => $"{Min.ToString(format)} / {Median.ToString(format)}";
}
