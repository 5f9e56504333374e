using KafkaBackup.Shared;
using KafkaBackup.Shared.Configuration;
using KafkaBackup.Shared.Kafka;
using KafkaBackup.Shared.Protocol;

namespace KafkaBackup.PartitionWorkers.Restore;

/// <summary>Makes of a stored record what it was before the backup, and leaves out those that are not wanted.</summary>
/// <param name="section">What is wanted.</param>
/// <param name="rules">What the topic at the target would do to them.</param>
/// <param name="progress">Is told of each record; null: of none, as it was told before.</param>
internal sealed class RecordRestorer(RestoreSection section, RecordRules rules, RestoreProgress? progress)
{
    private readonly RestoredRecord _restored = new();
    private string? _topic;
    private RecordFilter[] _filters = [];
    private long _dropped;
    private long _tombstones;

    /// <summary>What <see cref="RestoreSection.RecordFilters"/> have done so far.</summary>
    public FilteredRecords Filtered => new(Volatile.Read(ref _dropped), Volatile.Read(ref _tombstones));

    /// <summary>What the rules say of the records that filters have let through so far.</summary>
    public RecordHarms Harms { get; private set; }

    /// <summary>The record that is to be sent, until the next is asked for; null when it is not wanted.</summary>
    /// <param name="record">As it is stored.</param>
    /// <param name="source">The partition that it comes from.</param>
    public RecordCursor? Restore(RecordCursor record, PartitionId source)
    {
        if (!IsWanted(record, source))
        {
            progress?.Read(0);
            return null;
        }

        if (section.IncludesOriginalOffset)
        {
            _restored.AddOrigin(source);
        }

        progress?.Read(_restored.Size);
        return _restored;
    }

    private bool IsWanted(RecordCursor record, PartitionId source)
    {
        if (!section.Admits(source, record.Offset, record.Timestamp))
        {
            return false;
        }

        _restored.Take(record);
        return PassesFilters(source) && IsKept();
    }

    /// <summary>False when the topic would not keep it, and such are left out.</summary>
    private bool IsKept()
    {
        if (rules.HarmOf(_restored.Timestamp, !_restored.Key.IsNull) is not (var harm and not RecordHarm.None))
        {
            return true;
        }

        Harms = Harms.With(harm);
        return !rules.LeavesOut;
    }

    /// <summary>Topics are chosen by globs, and the next record is mostly one of the same.</summary>
    private RecordFilter[] FiltersOf(string topic)
    {
        if (topic != _topic)
        {
            (_topic, _filters) = (topic, section.FiltersOf(topic));
        }

        return _filters;
    }

    private bool PassesFilters(PartitionId source)
    {
        var isTombstone = false;
        foreach (var filter in FiltersOf(source.Topic))
        {
            switch (filter.FateOf(_restored))
            {
                case RecordFate.LeftOut:
                    _dropped++;
                    return false;
                case RecordFate.Tombstone:
                    _restored.MakeTombstone();
                    isTombstone = true;
                    break;
            }
        }

        _tombstones += isTombstone ? 1 : 0;
        return true;
    }
}
