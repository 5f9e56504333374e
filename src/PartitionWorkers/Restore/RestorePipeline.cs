using System.Text;
using KafkaBackup.PartitionWorkers.Node;
using KafkaBackup.Shared;
using KafkaBackup.Shared.Configuration;
using KafkaBackup.Shared.Kafka;
using KafkaBackup.Shared.Oso;
using KafkaBackup.Shared.Segments;
using KafkaBackup.Shared.Storage;
using static KafkaBackup.Shared.Protocol.RestoreProtocol;

namespace KafkaBackup.PartitionWorkers.Restore;

/// <summary>Restores one partition: reads its segments in order, leaves out what is not wanted, and writes the rest.</summary>
/// <param name="order">What to restore, and where to.</param>
/// <param name="section">What of it is wanted.</param>
/// <param name="store">Where the backup lives.</param>
/// <param name="sink">Writes to the target.</param>
/// <param name="pace">Holds it down.</param>
/// <param name="progress">Counts what is read.</param>
internal sealed class RestorePipeline(RestorePartition order, RestoreSection section, IObjectStore store, IRecordSink sink, RestorePace pace, NodeProgress progress)
{
    /// <summary>How long a restore that was told to stop waits for what it has sent.</summary>
    private static readonly TimeSpan StopPatience = TimeSpan.FromSeconds(10);

    private long _bytes;
    private long? _firstChangedTime;

    /// <summary>Restores until all is acknowledged, or until <paramref name="cancellation"/>.</summary>
    /// <returns>What the target has acknowledged.</returns>
    /// <exception cref="BackupException">A segment could not be read, or a record was not taken.</exception>
    public async Task<PartitionRestored> RunAsync(CancellationToken cancellation)
    {
        var (writer, records) = (sink.Open(order.Target), new PartitionRecords(store, order.Source, order.Segments));
        var wasStopped = false;
        try
        {
            await foreach (var record in records.ReadAsync(cancellation))
            {
                cancellation.ThrowIfCancellationRequested(); // What is at hand makes nobody wait who would notice.
                var outgoing = section.Admits(record.Timestamp) ? Outgoing(record) : null;
                progress.Read(1, outgoing?.Size ?? 0);
                if (outgoing is not null)
                {
                    _bytes += outgoing.Size;
                    await pace.TakeAsync(outgoing.Size, cancellation);
                    await writer.WriteAsync(outgoing, cancellation);
                }
            }
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            wasStopped = true; // What was sent is waited for: it is told how much is there.
        }

        using var patience = wasStopped ? new CancellationTokenSource(StopPatience) : new CancellationTokenSource();
        long written;
        try
        {
            written = await writer.CompleteAsync(patience.Token);
        }
        catch (OperationCanceledException e)
        {
            throw new BackupException(FailureKind.Source, $"{order.Target} was not written to its end, and how much is there is not known: the target did not answer.", e);
        }

        return new PartitionRestored(order)
        {
            Records = written,
            WasStopped = wasStopped,
            Bytes = _bytes,
            Markers = records.Markers,
            FirstMarker = records.FirstMarker,
            FirstChangedTime = _firstChangedTime,
            Differences = records.Differences,
        };
    }

    private OutgoingRecord Outgoing(RecordCursor record)
    {
        var headers = new List<KeyValuePair<string, byte[]?>>(record.HeaderCount);
        record.RestartHeaders();
        while (record.MoveNextHeader())
        {
            headers.Add(new(Encoding.UTF8.GetString(record.HeaderName), Bytes(record.HeaderValue)));
        }

        var appended = OriginalHeaders.CountAppended(headers, record.Offset, record.Timestamp);
        headers.RemoveRange(headers.Count - appended, appended);
        if (section.IncludesOriginalOffset)
        {
            headers.Add(new(OriginalHeaders.Offset, OriginalHeaders.Value(record.Offset)));
            headers.Add(new(OriginalHeaders.Timestamp, OriginalHeaders.Value(record.Timestamp)));
            headers.Add(new(OriginalHeaders.Partition, OriginalHeaders.Value(order.Source.Number)));
        }

        _firstChangedTime ??= record.Timestamp == 0 ? record.Offset : null; // librdkafka takes 0 for "now".
        return new OutgoingRecord(Bytes(record.Key), Bytes(record.Value), record.Timestamp, headers, record.Offset);
    }

    private static byte[]? Bytes(NullableSpan field) => field.IsNull ? null : field.Bytes.ToArray();
}
