using System.Runtime.CompilerServices;
using KafkaBackup.Shared.Kafka;
using KafkaBackup.Shared.Oso;
using KafkaBackup.Shared.Protocol;
using KafkaBackup.Shared.Storage;
using static KafkaBackup.Shared.Protocol.RestoreProtocol;

namespace KafkaBackup.PartitionWorkers.Restore;

/// <summary>All records of one partition at the source, in order.</summary>
/// <param name="order">The partition.</param>
/// <param name="restorer">Makes of stored records what they were.</param>
/// <param name="store">Where the backup lives.</param>
/// <param name="permit">Is waited for before anything is read.</param>
/// <param name="readsAhead">Whether the permit has room for the segments that come next.</param>
internal sealed class PartitionFeed(RestorePartition order, RecordRestorer restorer, IObjectStore store, ReadingPermit permit, bool readsAhead) : IRecordFeed
{
    private readonly PartitionRecords _records = new(store, order.Source, order.Segments, order.FirstUnnoted) { ReadsAhead = readsAhead };

    public long Markers => _records.Markers;

    public long? FirstMarker => _records.FirstMarker;

    public FilteredRecords Filtered => restorer.Filtered;

    public RecordHarms Harms => restorer.Harms;

    public IReadOnlyList<string> Differences => _records.Differences;

    public async IAsyncEnumerable<RecordCursor> ReadAsync([EnumeratorCancellation] CancellationToken cancellation)
    {
        await permit.WaitAsync(cancellation);
        await foreach (var record in _records.ReadAsync(cancellation))
        {
            cancellation.ThrowIfCancellationRequested(); // Where nothing is wanted nobody else notices.
            if (restorer.Restore(record, order.Source) is { } restored)
            {
                yield return restored;
            }
        }
    }
}
