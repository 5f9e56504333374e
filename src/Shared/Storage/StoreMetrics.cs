using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace KafkaBackup.Shared.Storage;

/// <summary>What a node measures of the stores that it works on. Any thread may write and read.</summary>
public sealed class StoreMetrics
{
    private static readonly double[] Latencies = [.01, .05, .1, .25, .5, 1, 2.5, 5, 10];

    private readonly ConcurrentDictionary<(BackupId Backup, StorePatience Patience), byte> _watched = [];
    private readonly Histogram<double> _writeLatency;
    private readonly Histogram<double> _readLatency;
    private readonly Counter<long> _segmentBytes;
    private readonly Counter<long> _errors;
    private readonly Counter<long> _retries;
    private readonly Counter<long> _swaps;

    /// <summary>Instruments of <paramref name="meter"/>.</summary>
    public StoreMetrics(Meter meter)
    {
        var buckets = new InstrumentAdvice<double> { HistogramBucketBoundaries = Latencies };
        _writeLatency = meter.CreateHistogram("kafka_backup_storage_write_latency_seconds", null,
            "How long one try of a write took, failed ones included", null, buckets);
        _readLatency = meter.CreateHistogram("kafka_backup_storage_read_latency_seconds", null,
            "How long one try of a read took, failed ones included", null, buckets);
        _segmentBytes = meter.CreateCounter<long>("kafka_backup_storage_write_bytes_total", null,
            "Bytes of segments written, tries that arrived twice included");
        _errors = meter.CreateCounter<long>("kafka_backup_storage_errors_total", null,
            "Tries that failed: transient ones are repeated, final ones are not");
        _retries = meter.CreateCounter<long>("kafka_backup_retries_total", null, "Calls of the store that are tried again");
        _swaps = meter.CreateCounter<long>("kafka_backup_head_swaps_total", null,
            "Swaps of the ledger's head; refused: another head was there, be it our own whose answer was lost");
        meter.CreateObservableGauge("kafka_backup_storage_waiting_seconds", Waiting, null,
            "For how long calls have been waiting for a store that fails or does not answer; 0 when none is");
    }

    /// <summary>Where nobody looks.</summary>
    public static StoreMetrics Unread { get; } = new(new Meter("KafkaBackup.Unread"));

    /// <summary>Shows whether a run waits for its store, until the result is disposed of.</summary>
    public IDisposable Watch(BackupId backup, StorePatience patience)
    {
        _watched.TryAdd((backup, patience), 0);
        return new Watching(() => _watched.TryRemove((backup, patience), out _));
    }

    /// <summary>Makes series with 0 of what may never happen: a rate over one that begins with its first event misses that.</summary>
    internal void Begin(BackupId backup, string backend)
    {
        _segmentBytes.Add(0, new("backend", backend), new("backup_id", backup.Value));
        foreach (var type in (string[])["transient", "final"])
        {
            _errors.Add(0, new("backend", backend), new("error_type", type));
        }

        foreach (var operation in (string[])["read", "write", "delete", "list"])
        {
            _retries.Add(0, new("backup_id", backup.Value), new("operation", operation));
        }

        foreach (var outcome in (string[])["swapped", "refused"])
        {
            _swaps.Add(0, new("backup_id", backup.Value), new("outcome", outcome));
        }
    }

    /// <summary>A call is tried again.</summary>
    /// <param name="backup">The backup.</param>
    /// <param name="operation">read, write, delete or list.</param>
    public void Retried(BackupId backup, string operation) => _retries.Add(1, new("backup_id", backup.Value), new("operation", operation));

    internal void Wrote(string backend, string operation, TimeSpan time) =>
        _writeLatency.Record(time.TotalSeconds, new("backend", backend), new("operation", operation));

    internal void Read(string backend, string operation, TimeSpan time) =>
        _readLatency.Record(time.TotalSeconds, new("backend", backend), new("operation", operation));

    internal void WroteSegment(string backend, BackupId backup, long bytes) =>
        _segmentBytes.Add(bytes, new("backend", backend), new("backup_id", backup.Value));

    internal void Failed(string backend, bool isTransient) =>
        _errors.Add(1, new("backend", backend), new("error_type", isTransient ? "transient" : "final"));

    internal void Swapped(BackupId backup, bool isRefused) =>
        _swaps.Add(1, new("backup_id", backup.Value), new("outcome", isRefused ? "refused" : "swapped"));

    private IEnumerable<Measurement<double>> Waiting() => _watched.Keys.GroupBy(watched => watched.Backup)
        .Select(runs => new Measurement<double>(
            runs.Max(run => run.Patience.WaitingFor.TotalSeconds), new KeyValuePair<string, object?>("backup_id", runs.Key.Value)));

    private sealed class Watching(Action end) : IDisposable
    {
        public void Dispose() => end();
    }
}
