namespace KafkaBackup.Benchmarks.Limits;

/// <summary>The lines of the table of limits, and what is aimed at.</summary>
internal static class LimitRows
{
    /// <summary>The row in which an earlier version runs in turn with us.</summary>
    public const int BesideBeforeRow = 3;

    /// <summary>The row that goes to S3.</summary>
    private const int BucketRow = 7;

    private const double MostBesideBefore = 0.5;
    private const double MostBesideSending = 1.5;
    private const double MostMegabytes = 350;
    private const double MostTightMegabytes = 200;

    /// <summary>All lines, in their order.</summary>
    public static IReadOnlyList<LimitRow> All { get; } =
    [
        Compressing(1, Workload.Kilobyte, 1.35),
        Compressing(2, Workload.Small, 1.6),
        Compressing(2, Workload.Large, 1.3),
        .. BesideBefore(Workload.Kilobyte),
        .. BesideBefore(Workload.Small),
        .. BesideBefore(Workload.Large),
        new(4, Workload.Kilobyte, Quantity.Rate, RunKind.PlainBackup, RunKind.Read, 0.8),
        new(5, Workload.Single, Quantity.Wall, RunKind.Backup, RunKind.Compress, 0.65),
        .. Memory(Workload.Kilobyte, RunKind.Backup, RunKind.TightBackup),
        .. Memory(Workload.Small, RunKind.Backup, RunKind.TightBackup),
        .. Memory(Workload.Large, RunKind.Backup, RunKind.TightBackup),
        .. Memory(Workload.Kilobyte, RunKind.PlainBackup, RunKind.TightPlainBackup),
        .. Memory(Workload.Single, RunKind.Backup, RunKind.TightBackup),
        new(BucketRow, Workload.Kilobyte, Quantity.Wall, RunKind.BucketBackup, RunKind.Backup, 1.15),
        .. Restoring(Workload.Kilobyte),
        .. Restoring(Workload.Small),
        new(9, Workload.Many, Quantity.Wall, RunKind.FirstOfMany, null, 6),
        new(9, Workload.Many, Quantity.Processor, RunKind.FirstOfMany, null, 10),
        new(9, Workload.Many, Quantity.Peak, RunKind.FirstOfMany, null, 300),
        new(9, Workload.Many, Quantity.Wall, RunKind.NothingNew, null, 1.5),
        new(9, Workload.Many, Quantity.Peak, RunKind.NothingNew, null, 300),
        new(10, Workload.Most, Quantity.Wall, RunKind.LittleNew, null, 15),
        new(10, Workload.Most, Quantity.Peak, RunKind.LittleNew, null, 800),
        new(10, Workload.Most, Quantity.Busy, RunKind.Idle, null, 5),
        new(12, Workload.Start, Quantity.Wall, RunKind.Help, null, 0.15),
        new(12, Workload.Start, Quantity.Wall, RunKind.FirstFetch, null, 0.8),
    ];

    /// <summary>The rows in which a peer runs in turn with us.</summary>
    public static IReadOnlySet<int> BesidePeer { get; } = new HashSet<int> { 1, 2, 5 };

    /// <summary>The numbers of all rows.</summary>
    public static IReadOnlySet<int> Numbers { get; } = All.Select(row => row.Number).ToHashSet();

    /// <summary>The lines that are measured, which is what is asked for and can be had.</summary>
    /// <remarks>When all is to be quick, of lines that differ by their workload only the first.</remarks>
    public static IReadOnlyList<LimitRow> Selected(Options options)
    {
        var rows = All.Where(row => options.Rows.Contains(row.Number) && Missing(options, row.Number) is null);
        return [.. options.IsQuick ? rows.DistinctBy(row => row with { Workload = Workload.Kilobyte }) : rows];
    }

    /// <summary>The workloads that a peer runs on, too.</summary>
    public static IReadOnlyList<Workload> ForPeer(Options options) => options.Peer is null
        ? []
        : [.. Selected(options).Where(row => BesidePeer.Contains(row.Number)).Select(row => row.Workload).Distinct()];

    /// <summary>What a row lacks; null when nothing.</summary>
    public static string? Missing(Options options, int row) => row switch
    {
        BesideBeforeRow when options.Before is null => "no --before",
        BucketRow when !BucketFolder.IsThere => "KAFKA_BACKUP_TEST_S3 names no server",
        _ => null,
    };

    private static LimitRow Compressing(int number, Workload workload, double aim) =>
        new(number, workload, Quantity.Processor, RunKind.Backup, RunKind.Compress, aim);

    private static IEnumerable<LimitRow> BesideBefore(Workload workload) =>
    [
        new(BesideBeforeRow, workload, Quantity.Processor, RunKind.Backup, RunKind.Before, MostBesideBefore),
        new(BesideBeforeRow, workload, Quantity.Wall, RunKind.Backup, RunKind.Before, MostBesideBefore),
    ];

    private static IEnumerable<LimitRow> Restoring(Workload workload) =>
    [
        new(8, workload, Quantity.Processor, RunKind.Restore, RunKind.Send, MostBesideSending),
        new(8, workload, Quantity.Processor, RunKind.Restore, RunKind.PackAndSend, MostBesideSending),
    ];

    private static IEnumerable<LimitRow> Memory(Workload workload, RunKind byDefault, RunKind tight) =>
    [
        new(6, workload, Quantity.Peak, byDefault, null, MostMegabytes),
        new(6, workload, Quantity.Peak, tight, null, MostTightMegabytes),
    ];
}
