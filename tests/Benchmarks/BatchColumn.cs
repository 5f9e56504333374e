using System.Globalization;
using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Reports;
using BenchmarkDotNet.Running;

namespace KafkaBackup.Benchmarks;

/// <summary>A column computed from what was measured of one benchmark.</summary>
internal sealed class BatchColumn(string name, string legend, Func<BenchmarkReport, double> value, string format) : IColumn
{
    /// <summary>How many bytes of keys and values go through in a second.</summary>
    public static BatchColumn Rate { get; } = new(
        "MB/s", "Keys and values, 1,000,000 bytes a second", report => RecordBytes(report.BenchmarkCase) * 1e3 / report.ResultStatistics!.Mean, "N0");

    /// <summary>Bytes allocated for a record, with the fractions that BenchmarkDotNet's own column rounds away.</summary>
    public static BatchColumn AllocatedPerRecord { get; } = new(
        "B/record", "Bytes allocated per record", Allocated, "N3");

    /// <summary>Bytes allocated for a batch of 1,000 records.</summary>
    public static BatchColumn AllocatedPerBatch { get; } = new(
        "B/batch", "Bytes allocated per batch", report => Allocated(report) * TestBatches.Records, "N0");

    public string Id => name;

    public string ColumnName => name;

    public bool AlwaysShow => true;

    public ColumnCategory Category => ColumnCategory.Custom;

    public int PriorityInCategory => 0;

    public bool IsNumeric => true;

    public UnitType UnitType => UnitType.Dimensionless;

    public string Legend => legend;

    public string GetValue(Summary summary, BenchmarkCase benchmarkCase) =>
        summary[benchmarkCase] is { ResultStatistics: not null } report ? value(report).ToString(format, CultureInfo.InvariantCulture) : "?";

    public string GetValue(Summary summary, BenchmarkCase benchmarkCase, SummaryStyle style) => GetValue(summary, benchmarkCase);

    public bool IsDefault(Summary summary, BenchmarkCase benchmarkCase) => false;

    public bool IsAvailable(Summary summary) => true;

    private static int RecordBytes(BenchmarkCase measured) => (int)measured.Parameters[nameof(RecordBatchBenchmarks.RecordBytes)];

    private static double Allocated(BenchmarkReport report) =>
        (report.GcStats.GetTotalAllocatedBytes(excludeAllocationQuantumSideEffects: false) ?? double.NaN) / report.GcStats.TotalOperations;
}
