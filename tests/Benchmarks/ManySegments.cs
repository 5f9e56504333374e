namespace KafkaBackup.Benchmarks;

/// <summary>A backup of very many segments: what a run's beginning, a commit, the manifest and a description take, and what memory.</summary>
internal static class ManySegments
{
    /// <summary>Measures and prints a table.</summary>
    public static async Task RunAsync(Options options)
    {
        Console.WriteLine();
        Console.WriteLine("## A ledger of many segments, of 10,000 partitions, in a directory");
        Console.WriteLine();
        Console.WriteLine("| segments | step | wall s, least / median | peak RSS MB | load |");
        Console.WriteLine("|---:|---|---:|---:|---:|");
        foreach (var segments in new[] { options.Segments / 100, options.Segments / 10, options.Segments })
        {
            var folder = Directory.CreateTempSubdirectory("many-segments-");
            try
            {
                foreach (var step in new[] { "fill", "begin", "commit", "render", "begin", "describe", "describe-topic", "describe-segments" })
                {
                    await Machine.SettleAsync(options.Patience);
                    var (times, peak, load) = (new List<double>(), 0L, Machine.Load);
                    for (var round = 0; round < (step is "fill" or "render" ? 1 : options.Rounds); round++)
                    {
                        var run = await ChildProcess.RunAsync(MeasuredProgram.Self, folder.FullName, "ledger", step, Path.Combine(folder.FullName, "store"), $"{segments}");
                        times.Add(double.Parse(run.Output) / 1000);
                        peak = Math.Max(peak, run.PeakBytes);
                    }

                    Console.WriteLine($"| {segments:N0} | {step} | {times.Min():N2} / {times.Order().ElementAt(times.Count / 2):N2} | {peak / 1e6:N0} | {load:N1} |");
                }
            }
            finally
            {
                folder.Delete(recursive: true);
            }
        }
    }
}
