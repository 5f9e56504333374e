using System.Diagnostics.Metrics;
using KafkaBackup.Shared;

namespace KafkaBackup.PartitionWorkers.Node;

/// <summary>What the workers of a node measure. Any thread may write and read.</summary>
public sealed class WorkerMetrics
{
    private readonly Counter<long> _records;
    private readonly Counter<long> _bytes;
    private readonly Counter<long> _segments;
    private readonly Counter<long> _uncompressed;
    private readonly Counter<long> _compressed;
    private readonly Gauge<double> _ratio;
    private PermitUse? _permits;
    private JournalHealth? _journal;
    private WorkerNode? _node;

    /// <summary>Instruments of <paramref name="meter"/>.</summary>
    public WorkerMetrics(Meter meter)
    {
        _records = meter.CreateCounter<long>("kafka_backup_records_total", null, "Records read from the source, those included that were read again");
        _bytes = meter.CreateCounter<long>("kafka_backup_bytes_total", null, "Bytes of their keys and values");
        _segments = meter.CreateCounter<long>("kafka_backup_segments_total", null, "Segments stored");
        _uncompressed = meter.CreateCounter<long>("kafka_backup_uncompressed_bytes_total", null, "Bytes of the segments stored, before compression");
        _compressed = meter.CreateCounter<long>("kafka_backup_compressed_bytes_total", null, "Bytes of the segments stored");
        _ratio = meter.CreateGauge<double>("kafka_backup_compression_ratio", null, "Bytes before compression for one after it, of the last segment");
        meter.CreateObservableGauge("kafka_backup_permits_in_use", () => Permits(use => use.Held), null,
            "Partitions of all backups that are read on this node at the moment");
        meter.CreateObservableGauge("kafka_backup_permits_waiting", () => Permits(use => use.Waiting), null,
            "Partitions that wait until one of these is done");
        meter.CreateObservableGauge("kafka_backup_memory_used_bytes", () => Permits(use => use.UsedBytes), null,
            "What those that are read may take of the memory for segments");
        meter.CreateObservableGauge("kafka_backup_memory_budget_bytes", () => Permits(use => use.MemoryBytes), null,
            "Memory for segments and prefetched records on this node");
        meter.CreateObservableGauge("kafka_backup_journal_usable", Journal, null,
            "1 as long as the workers' journal could be read and written; 0: it was set aside");
        meter.CreateObservableGauge("kafka_backup_node_drained", Drained, null, "1: the node is drained, and takes no partitions; 0: it takes them. Nodes of a cluster only");
    }

    /// <summary>Where nobody looks.</summary>
    public static WorkerMetrics Unread { get; } = new(new Meter("KafkaBackup.Unread"));

    /// <summary>Shows whether the workers' journal is usable.</summary>
    public void Watch(JournalHealth journal) => Volatile.Write(ref _journal, journal);

    /// <summary>Shows whether the node is drained.</summary>
    public void Watch(WorkerNode node) => Volatile.Write(ref _node, node);

    internal void Use(PermitUse use) => Volatile.Write(ref _permits, use);

    internal void Read(BackupId backup, long records, long bytes)
    {
        var tag = new KeyValuePair<string, object?>("backup_id", backup.Value);
        _records.Add(records, tag);
        _bytes.Add(bytes, tag);
    }

    internal void Stored(BackupId backup, string algorithm, long uncompressed, long compressed)
    {
        KeyValuePair<string, object?> kind = new("algorithm", algorithm), tag = new("backup_id", backup.Value);
        _segments.Add(1, tag);
        _uncompressed.Add(uncompressed, kind, tag);
        _compressed.Add(compressed, kind, tag);
        _ratio.Record((double)uncompressed / Math.Max(1, compressed), kind, tag);
    }

    private IEnumerable<Measurement<long>> Permits(Func<PermitUse, long> number) =>
        Volatile.Read(ref _permits) is { } use ? [new Measurement<long>(number(use))] : [];

    private IEnumerable<Measurement<long>> Journal() =>
        Volatile.Read(ref _journal) is { } journal ? [new Measurement<long>(journal.IsUsable ? 1 : 0)] : [];

    private IEnumerable<Measurement<long>> Drained() => Volatile.Read(ref _node) is { } node ? [new Measurement<long>(node.IsDrained ? 1 : 0)] : [];
}
