using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Diagnosers;
using BenchmarkDotNet.Exporters;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Loggers;
using BenchmarkDotNet.Reports;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using KafkaBackup.Kafka.Wire.Records;
using Perfolizer.Horology;

namespace KafkaBackup.Benchmarks;

/// <summary>Runs BenchmarkDotNet on the record batches and prints its table only.</summary>
internal static class WireBenchmarks
{
    /// <summary>Measures and prints.</summary>
    /// <returns>False when a benchmark failed; its log is then printed.</returns>
    public static bool Run()
    {
        Console.WriteLine();
        Console.WriteLine($"## Record batches of {TestBatches.Records:N0} records; Mean, Error and Min are of one record");
        Console.WriteLine();
        foreach (var size in new[] { 100, 1024 })
        {
            Console.WriteLine($"Batch of {size} B records: {string.Join(", ", new[] { BatchCodec.None, BatchCodec.Lz4, BatchCodec.Zstd }
                .Select(codec => $"{codec} {TestBatches.Build(codec, size).Length:N0} bytes"))}");
        }

        var log = new AccumulationLogger();
        var summary = BenchmarkRunner.Run<RecordBatchBenchmarks>(Config(log));
        if (summary.HasCriticalValidationErrors || summary.Reports.Any(report => !report.Success))
        {
            Console.WriteLine(log.GetLog());
            return false;
        }

        MarkdownExporter.Console.ExportToLog(summary, ConsoleLogger.Default);
        return true;
    }

    private static ManualConfig Config(ILogger log)
    {
        // In this process: the generated project of the usual toolchain would have to pass this repository's analyzers.
        var job = Job.Default
            .WithToolchain(InProcessEmitToolchain.Instance)
            .WithWarmupCount(4)
            .WithIterationCount(12)
            .WithIterationTime(TimeInterval.FromMilliseconds(250));
        return ManualConfig.CreateEmpty()
            .AddJob(job)
            .AddLogger(log)
            .AddDiagnoser(MemoryDiagnoser.Default)
            .AddColumnProvider(
                DefaultColumnProviders.Descriptor, DefaultColumnProviders.Params, DefaultColumnProviders.Statistics, DefaultColumnProviders.Metrics)
            // On a busy machine the best iteration says most about the code.
            .AddColumn(StatisticColumn.Min, BatchColumn.Rate, BatchColumn.AllocatedPerRecord, BatchColumn.AllocatedPerBatch)
            .HideColumns("Gen0", "Gen1", "Gen2", "Alloc Ratio", "Median", "StdDev", "RatioSD")
            .WithSummaryStyle(SummaryStyle.Default.WithTimeUnit(TimeUnit.Nanosecond))
            .WithArtifactsPath(Path.Combine(AppContext.BaseDirectory, "BenchmarkDotNet"));
    }
}
