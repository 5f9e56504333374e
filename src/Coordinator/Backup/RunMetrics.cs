using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using KafkaBackup.Shared;
using KafkaBackup.Shared.Configuration;
using KafkaBackup.Shared.Ledger;
using static KafkaBackup.Shared.Protocol.BackupProtocol;

namespace KafkaBackup.Coordinator.Backup;

/// <summary>What the coordinators and ledger actors of a node measure. Any thread may write and read.</summary>
public sealed class RunMetrics
{
    private static readonly double[] Latencies = [.01, .05, .1, .25, .5, 1, 2.5, 5, 10];
    private static readonly double[] Durations = [1, 5, 15, 30, 60, 120, 300, 600, 1800, 3600];
    private static readonly string[] Outcomes = ["completed", "incomplete", "stopped", "failed"];

    private readonly ConcurrentDictionary<BackupId, RunMeter> _running = [];
    private readonly ConcurrentDictionary<BackupId, double> _committedAt = [];
    private readonly ConcurrentDictionary<BackupId, double> _completedAt = [];
    private readonly TimeProvider _clock;
    private readonly LagMetrics _lag;
    private readonly Counter<long> _commits;
    private readonly Histogram<double> _commitLatency;
    private readonly Counter<long> _gaps;
    private readonly Counter<long> _skipped;
    private readonly Counter<long> _runs;
    private readonly Histogram<double> _duration;
    private readonly Counter<long> _errors;

    /// <summary>Instruments of <paramref name="meter"/>.</summary>
    public RunMetrics(Meter meter, TimeProvider clock)
    {
        _clock = clock;
        _commits = meter.CreateCounter<long>("kafka_backup_commits_total", null,
            "Entries of the ledger committed: segments, gaps, and ranges without a record");
        _commitLatency = meter.CreateHistogram("kafka_backup_commit_latency_seconds", null,
            "How long a commit of the entries at hand took, the swap of the head included",
            null, new InstrumentAdvice<double> { HistogramBucketBoundaries = Latencies });
        _gaps = meter.CreateCounter<long>("kafka_backup_offset_gaps_total", null,
            "Gaps committed: ranges that the source had deleted before they were read");
        _skipped = meter.CreateCounter<long>("kafka_backup_offsets_skipped_total", null, "Offsets in these gaps");
        _runs = meter.CreateCounter<long>("kafka_backup_runs_total", null, "Runs that ended, by how");
        _duration = meter.CreateHistogram("kafka_backup_duration_seconds", null, "How long runs took: success is a run that left nothing out",
            null, new InstrumentAdvice<double> { HistogramBucketBoundaries = Durations });
        _errors = meter.CreateCounter<long>("kafka_backup_errors_total", null, "Failures of partitions and of runs, by the side that failed");
        meter.CreateObservableGauge("kafka_backup_last_successful_commit", () => Times(_committedAt), null,
            "When something was committed last, in seconds since 1970");
        meter.CreateObservableGauge("kafka_backup_last_completed_run_timestamp_seconds", () => Times(_completedAt), null,
            "When a run last ended that left nothing out, in seconds since 1970; of a continuous backup when it was stopped last");
        meter.CreateObservableGauge("kafka_backup_source_read_timestamp_seconds", () => Running(run => run.SourceReadAt), null,
            "When the run under way last read where the partitions end, in seconds since 1970: its lag is as old");
        meter.CreateObservableGauge("kafka_backup_partitions", () => Running(run => run.Partitions), null,
            "Partitions that the run under way has to do with");
        meter.CreateObservableGauge("kafka_backup_partitions_in_work", () => Running(run => run.InWork), null,
            "Partitions that workers have in hand at the moment");
        meter.CreateObservableGauge("kafka_backup_failed_partitions", () => Running(run => run.Failed), null,
            "Partitions that are not backed up as they should be at the moment: they failed, have no leader, or are held back for too long");
        meter.CreateObservableGauge("kafka_backup_held_back_partitions", () => Running(run => run.HeldBack), null,
            "Partitions whose end is held back by an open transaction");
        meter.CreateObservableGauge("kafka_backup_held_back_offsets", () => Running(run => run.HeldBackOffsets), null,
            "Offsets behind these transactions, which cannot be backed up before they end");
        _lag = new LagMetrics(meter, clock, () => _running.Select(run => (run.Key, run.Value.Lag)))
        {
            MaxSeries = MetricsSection.DefaultMaxPartitionLabels,
        };
    }

    /// <summary>Where nobody looks.</summary>
    public static RunMetrics Unread { get; } = new(new Meter("KafkaBackup.Unread"), TimeProvider.System);

    /// <summary>For how many partitions, of all backups, there are series of their own; 0: for all.</summary>
    public int MaxPartitionLabels
    {
        get => _lag.MaxSeries;
        set => _lag.MaxSeries = value;
    }

    /// <summary>Takes in when runs that left nothing out ended on other nodes. Backups that are not among the keys are forgotten.</summary>
    public void Know(IReadOnlyDictionary<BackupId, DateTimeOffset?> completed)
    {
        foreach (var (backup, at) in completed)
        {
            if (at is { } time)
            {
                _completedAt.AddOrUpdate(backup, Seconds(time), (_, known) => Math.Max(known, Seconds(time)));
            }
        }

        foreach (var gone in _completedAt.Keys.Concat(_committedAt.Keys).Where(backup => !completed.ContainsKey(backup)))
        {
            _completedAt.TryRemove(gone, out _);
            _committedAt.TryRemove(gone, out _);
        }
    }

    internal RunMeter Begin(BackupId backup)
    {
        var tag = new KeyValuePair<string, object?>("backup_id", backup.Value);
        _gaps.Add(0, tag);
        _skipped.Add(0, tag);
        _commits.Add(0, tag);
        foreach (var outcome in Outcomes)
        {
            _runs.Add(0, tag, new("outcome", outcome));
        }

        foreach (var kind in Enum.GetValues<FailureKind>())
        {
            _errors.Add(0, tag, new("error_type", NameOf(kind)));
        }

        return _running[backup] = new RunMeter(backup, this, _clock);
    }

    /// <summary>Another coordinator may have begun a run of the backup on this node meanwhile.</summary>
    internal void Forget(BackupId backup, RunMeter run) => ((ICollection<KeyValuePair<BackupId, RunMeter>>)_running).Remove(new(backup, run));

    internal void Ended(BackupFinished finished, TimeSpan time)
    {
        var outcome = OutcomeOf(finished);
        var tag = new KeyValuePair<string, object?>("backup_id", finished.Backup.Value);
        _runs.Add(1, tag, new("outcome", outcome));
        _duration.Record(time.TotalSeconds, tag, new("status", outcome == "completed" ? "success" : "failure"));
        if (outcome == "completed")
        {
            _completedAt[finished.Backup] = Seconds(_clock.GetUtcNow());
        }
    }

    internal void Failed(BackupId backup, FailureKind kind) => _errors.Add(1, new("backup_id", backup.Value), new("error_type", NameOf(kind)));

    internal void Committed(BackupId backup, IReadOnlyCollection<LedgerEntry> entries, TimeSpan time)
    {
        if (entries.Count == 0)
        {
            return;
        }

        var (tag, gaps) = (new KeyValuePair<string, object?>("backup_id", backup.Value), entries.Where(entry => entry.Gap is not null).ToList());
        _commits.Add(entries.Count, tag);
        _commitLatency.Record(time.TotalSeconds, tag);
        _gaps.Add(gaps.Count, tag);
        _skipped.Add(gaps.Sum(entry => entry.Range.Length), tag);
        _committedAt[backup] = Seconds(_clock.GetUtcNow());
    }

    /// <summary>The words of a declared run, in lower case.</summary>
    private static string OutcomeOf(BackupFinished finished) =>
        new Shared.Protocol.DeclaredRun("", default).End(finished, default).Outcome.ToLowerInvariant();

    private static string NameOf(FailureKind kind) => kind.ToString().ToLowerInvariant();

    private static double Seconds(DateTimeOffset time) => time.ToUnixTimeMilliseconds() / 1000.0;

    private static IEnumerable<Measurement<double>> Times(IEnumerable<KeyValuePair<BackupId, double>> times) =>
        times.Select(item => new Measurement<double>(item.Value, new KeyValuePair<string, object?>("backup_id", item.Key.Value)));

    private IEnumerable<Measurement<double>> Running(Func<RunNumbers, double?> number) =>
        from run in _running
        let value = number(run.Value.Numbers)
        where value is not null
        select new Measurement<double>(value.Value, new KeyValuePair<string, object?>("backup_id", run.Key.Value));
}
