using KafkaBackup.Shared;
using KafkaBackup.Shared.Protocol;

namespace KafkaBackup.PartitionWorkers.Backup;

/// <summary>What the events of a worker's journal amount to: the uploads that are not known to be committed or given up.</summary>
internal sealed class UploadJournal(PartitionId partition)
{
    private readonly SortedDictionary<OffsetRange, SegmentUploaded> _uploaded = [];

    /// <summary>Them, in order of their offsets.</summary>
    public IReadOnlyCollection<SegmentUploaded> Uploaded => _uploaded.Values;

    /// <summary>Takes in an event. What an older program journaled and nobody needs any more is passed over.</summary>
    public void Apply(object journaled)
    {
        switch (journaled)
        {
            case SegmentUploaded uploaded when uploaded.Entry.Partition == partition:
                _uploaded[uploaded.Entry.Range] = uploaded;
                break;
            case SegmentCommitted committed:
                _uploaded.Remove(committed.Range);
                break;
            case SegmentDropped dropped:
                _uploaded.Remove(dropped.Range);
                break;
        }
    }
}
