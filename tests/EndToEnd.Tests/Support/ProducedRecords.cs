using KafkaBackup.Shared;

namespace KafkaBackup.EndToEnd.Tests.Support;

/// <summary>What a test put into topics and expects in the backup: committed records by partition, in order of offset.</summary>
internal sealed class ProducedRecords
{
    private readonly SortedDictionary<PartitionId, List<LogRecord>> _byPartition = [];

    public int Count => _byPartition.Values.Sum(records => records.Count);

    public IReadOnlyDictionary<PartitionId, List<LogRecord>> ByPartition => _byPartition;

    /// <summary>Notes records of one partition, at offsets above those known.</summary>
    public void Add(PartitionId partition, IEnumerable<LogRecord> records)
    {
        if (!_byPartition.TryGetValue(partition, out var known))
        {
            _byPartition.Add(partition, known = []);
        }

        known.AddRange(records.OrderBy(record => record.Offset));
    }

    /// <summary>Notes all that <paramref name="others"/> hold.</summary>
    public void Add(ProducedRecords others)
    {
        foreach (var (partition, records) in others.ByPartition)
        {
            Add(partition, records);
        }
    }

    /// <summary>Drops what retention deletes or a start offset leaves out.</summary>
    public void RemoveBelow(PartitionId partition, long offset) => _byPartition[partition].RemoveAll(record => record.Offset < offset);

    /// <summary>Leaves out what lies at <paramref name="offset"/> and behind it.</summary>
    public void RemoveFrom(PartitionId partition, long offset) => _byPartition[partition].RemoveAll(record => record.Offset >= offset);

    /// <summary>The same with each record changed.</summary>
    public ProducedRecords Select(Func<LogRecord, LogRecord> change)
    {
        var changed = new ProducedRecords();
        foreach (var (partition, records) in _byPartition)
        {
            changed.Add(partition, records.Select(change));
        }

        return changed;
    }
}
