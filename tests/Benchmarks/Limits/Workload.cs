namespace KafkaBackup.Benchmarks.Limits;

/// <summary>Records that are measured with.</summary>
/// <param name="Name">What they are, in the words of a table.</param>
/// <param name="RecordBytes">How long the value of each is.</param>
/// <param name="Partitions">How many partitions they are spread over.</param>
/// <param name="Share">How much of what is asked for by <c>--megabytes</c> they are.</param>
internal sealed record Workload(string Name, int RecordBytes, int Partitions, double Share = 1)
{
    /// <summary>Records of 1 KB.</summary>
    public static Workload Kilobyte { get; } = new("1 KB, 4 partitions", 1024, 4);

    /// <summary>Small records: of half the bytes, as they are five times as many.</summary>
    public static Workload Small { get; } = new("100 B, 4 partitions", 100, 4, 0.5);

    /// <summary>Large records.</summary>
    public static Workload Large { get; } = new("10 KB, 4 partitions", 10_240, 4);

    /// <summary>One partition.</summary>
    public static Workload Single { get; } = new("1 KB, 1 partition", 1024, 1);

    /// <summary>Next to nothing in many partitions. How many is not said here: it is less when all is to be quick.</summary>
    public static Workload Many { get; } = new("many partitions", 100, 0, 0);

    /// <summary>Ten times as many.</summary>
    public static Workload Most { get; } = new("100,000 partitions", 100, 0, 0);

    /// <summary>A few records, as the start of the program is looked at.</summary>
    public static Workload Start { get; } = new("start", 100, 1, 0);

    /// <summary>How many records a partition has.</summary>
    public long Each(Options options) => Math.Max(1, (long)(options.Megabytes * 1e6 * Share) / RecordBytes / Partitions);
}
