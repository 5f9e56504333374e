namespace KafkaBackup.Benchmarks.Limits;

/// <summary>What the program takes beside the least that any could take, with what is aimed at: one run, one table.</summary>
internal static class LimitTables
{
    private static readonly IReadOnlyList<Quantity> Details =
        [Quantity.Wall, Quantity.Processor, Quantity.Peak, Quantity.PageFaults, Quantity.Stored, Quantity.Load];

    private static readonly IReadOnlyList<Quantity> Compared = [Quantity.Wall, Quantity.Processor, Quantity.Peak];

    /// <summary>Measures and prints.</summary>
    public static async Task RunAsync(Options options)
    {
        var rows = LimitRows.Selected(options);
        var found = new Measurements();
        await using var broker = SourceBroker.Start(options.IsQuick);
        await MeasureAsync(broker, options, rows, found);
        Console.WriteLine();
        Console.WriteLine(
            $"## Limits: {options.Megabytes:N0} MB of values, of 100 B half as much; rounds: {options.Rounds}; broker: {broker.Name}");
        Console.WriteLine();
        Console.WriteLine(
            $"""
            Program    {string.Join(' ', options.Program.First.Prepend(options.Program.File))}, source.client {options.Client ?? "by default"}
            Many       {ManyPartitions.TenThousand(options)}; {ManyPartitions.HundredThousand(options)}
            """);
        Console.WriteLine();
        PrintLimits(options, rows, found);
        PrintPeer(options, found);
        PrintRuns(found);
    }

    private static async Task MeasureAsync(SourceBroker broker, Options options, IReadOnlyList<LimitRow> rows, Measurements found)
    {
        var forPeer = LimitRows.ForPeer(options);
        foreach (var group in rows.GroupBy(row => row.Workload))
        {
            if (group.Key == Workload.Many)
            {
                await ManyPartitions.TenThousand(options).MeasureAsync(broker, options, found);
            }
            else if (group.Key == Workload.Most)
            {
                await ManyPartitions.HundredThousand(options).MeasureNewsAsync(options, found);
            }
            else if (group.Key == Workload.Start)
            {
                await StartTimes.MeasureAsync(options, found);
            }
            else
            {
                var kinds = group.SelectMany(row => row.Runs).ToHashSet();
                if (forPeer.Contains(group.Key))
                {
                    kinds.Add(RunKind.Peer);
                }

                await new WorkloadRuns(broker, options, group.Key, kinds, found).MeasureAsync();
            }
        }
    }

    private static void PrintLimits(Options options, IReadOnlyList<LimitRow> rows, Measurements found)
    {
        Console.WriteLine("| what | ours (least / median) | limit (least / median) | ratio | aim | held? |");
        Console.WriteLine("|---|---:|---:|---:|---:|---|");
        foreach (var row in rows)
        {
            Console.WriteLine(row.Show(found, isJudged: !options.IsQuick));
        }

        Console.WriteLine();
        Console.WriteLine("Of rates and of memory the most stands in place of the least. Aims are compared with the first number, or with the first ratio;");
        Console.WriteLine("the second ratio is that of the medians.");
        foreach (var number in LimitRows.Numbers.Intersect(options.Rows).Where(number => LimitRows.Missing(options, number) is not null))
        {
            Console.WriteLine($"Row {number} is left out: {LimitRows.Missing(options, number)}.");
        }
    }

    private static void PrintPeer(Options options, Measurements found)
    {
        if (LimitRows.ForPeer(options) is not { Count: > 0 } workloads)
        {
            return;
        }

        Console.WriteLine();
        Console.WriteLine($"Beside {options.Peer!.File}, which is 1 (least / median; of memory most / median):");
        Console.WriteLine();
        Console.WriteLine("| what | wall | CPU | peak RSS |");
        Console.WriteLine("|---|---:|---:|---:|");
        foreach (var workload in workloads)
        {
            var (ours, peer) = (found.Of(workload, RunKind.Backup), found.Of(workload, RunKind.Peer));
            var ratios = Compared.Select(quantity => LimitRow.Show(LimitRow.Ratio(quantity, ours, peer)));
            Console.WriteLine($"| {workload.Name} | {string.Join(" | ", ratios)} |");
        }
    }

    private static void PrintRuns(Measurements found)
    {
        Console.WriteLine();
        Console.WriteLine("Each process that was measured (least / median; of memory and load most / median). Of compressing and sending alone only what counts");
        Console.WriteLine("is in the times, and no memory is told; the times of all others are those of the whole process:");
        Console.WriteLine();
        Console.WriteLine("| records | process | wall s | CPU s | peak RSS MB | page faults | stored MB | load |");
        Console.WriteLine("|---|---|---:|---:|---:|---:|---:|---:|");
        foreach (var (workload, kind) in found.All)
        {
            var runs = found.Of(workload, kind);
            var cells = Details.Select(quantity => IsTold(quantity, kind, runs) ? quantity.Show(runs) : "");
            Console.WriteLine($"| {workload.Name} | {kind.Name()} | {string.Join(" | ", cells)} |");
        }
    }

    private static bool IsTold(Quantity quantity, RunKind kind, IReadOnlyList<Measured> runs) => quantity == Quantity.Stored
        ? runs.Any(run => run.StoredBytes > 0)
        : !kind.IsPart() || (quantity != Quantity.Peak && quantity != Quantity.PageFaults);
}
