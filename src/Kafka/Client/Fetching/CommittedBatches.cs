using KafkaBackup.Kafka.Wire.Messages;
using KafkaBackup.Kafka.Wire.Records;

namespace KafkaBackup.Kafka.Client.Fetching;

/// <summary>The batches of one answer that a reader of committed records may see, in their order. Used again and again.</summary>
/// <remarks>A broker sends aborted records, too, with a list of the transactions that they are of: as Kafka's own consumers do, those of a producer are left out from where such a
/// transaction begins to the mark that ends it.</remarks>
/// <param name="reader">Reads the brokers' marks; it is at no batch of anybody else meanwhile.</param>
internal sealed class CommittedBatches(RecordBatchReader reader)
{
    private readonly HashSet<long> _aborting = [];
    private RecordBatches.Enumerator _batches = RecordBatches.OfFetch(default).GetEnumerator();
    private Queue<FetchResponse.AbortedTransaction> _aborted = [];

    /// <summary>Goes to before the first batch of an answer.</summary>
    /// <param name="records">Its records, which must not change until the next one is begun.</param>
    /// <param name="aborted">The transactions whose records do not count.</param>
    public void Begin(ReadOnlyMemory<byte> records, IReadOnlyCollection<FetchResponse.AbortedTransaction>? aborted)
    {
        _batches = RecordBatches.OfFetch(records).GetEnumerator();
        _aborted = new((aborted ?? []).OrderBy(transaction => transaction.FirstOffset));
        _aborting.Clear();
    }

    /// <summary>Where the whole batches of an answer end, and the leader epoch of the last; null where there is none, and below 0 where one is damaged.</summary>
    public static (long? Next, int? Epoch) EndOf(ReadOnlyMemory<byte> records)
    {
        (long? Next, int? Epoch) end = (null, null);
        try
        {
            foreach (var batch in RecordBatches.OfFetch(records))
            {
                end = (batch.Header.NextOffset, batch.Header.LeaderEpoch < 0 ? null : batch.Header.LeaderEpoch);
            }

            return end;
        }
        catch (WireFormatException)
        {
            return (-1, null); // Whoever reads it comes to the fault in its turn.
        }
    }

    /// <summary>Moves to the next batch.</summary>
    /// <param name="batch">The batch.</param>
    /// <param name="counts">Whether its records may be seen.</param>
    /// <returns>False at the end of the answer.</returns>
    /// <exception cref="WireFormatException">What follows is no batch.</exception>
    public bool TryNext(out RecordBatch batch, out bool counts)
    {
        (batch, counts) = (default, false);
        if (!_batches.MoveNext())
        {
            return false;
        }

        batch = _batches.Current;
        var header = batch.Header;
        while (_aborted.TryPeek(out var next) && next.FirstOffset <= header.LastOffset)
        {
            _aborting.Add(_aborted.Dequeue().ProducerId);
        }

        if (header.IsControl)
        {
            if (_aborting.Contains(header.ProducerId) && IsAbort(batch))
            {
                _aborting.Remove(header.ProducerId);
            }

            return true;
        }

        counts = header.RecordCount > 0 && !(header.IsTransactional && _aborting.Contains(header.ProducerId));
        return true;
    }

    private bool IsAbort(RecordBatch batch)
    {
        reader.Open(batch.Bytes);
        return reader.MoveNext() && ControlRecords.TryReadType(reader.Key, out var type) && type == ControlRecordType.Abort;
    }
}
