namespace KafkaBackup.Benchmarks.Limits;

/// <summary>All runs, by what they went over and what for.</summary>
internal sealed class Measurements
{
    private readonly OrderedDictionary<(Workload Workload, RunKind Kind), List<Measured>> _runs = [];

    /// <summary>What was run, in its order.</summary>
    public IEnumerable<(Workload Workload, RunKind Kind)> All => _runs.Keys;

    /// <summary>The runs of one kind.</summary>
    public IReadOnlyList<Measured> Of(Workload workload, RunKind kind) => _runs[(workload, kind)];

    /// <summary>Keeps a run, and tells of it whoever waits for the tables, or gets none as a later run fails.</summary>
    public void Add(Workload workload, RunKind kind, Measured run)
    {
        if (!_runs.TryGetValue((workload, kind), out var runs))
        {
            _runs.Add((workload, kind), runs = []);
        }

        runs.Add(run);
        Console.Error.WriteLine(
            $"{workload.Name}, {kind.Name()}: {run.Wall.TotalSeconds:N2} s, CPU {run.Processor.TotalSeconds:N2} s, {run.PeakBytes / 1e6:N0} MB");
    }
}
