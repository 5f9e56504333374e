using KafkaBackup.Kafka.Wire;
using KafkaBackup.Kafka.Wire.Records;

namespace KafkaBackup.EmbeddedKafka.Logs;

/// <summary>What a partition remembers of one idempotent producer: enough to tell a repeated batch from a lost one.</summary>
internal sealed class ProducerState
{
    /// <summary>What a producer costs in memory, about.</summary>
    public const int Cost = 320;

    // As many as a producer may have under way at once.
    private const int Remembered = 5;

    private readonly Queue<Appended> _last = new(Remembered);
    private short _epoch = -1;

    private readonly record struct Appended(int FirstSequence, int LastSequence, long BaseOffset, long MaxTimestamp);

    /// <summary>The first offset of the producer's open transaction.</summary>
    public long? OpenSince { get; private set; }

    /// <summary>The offset of the producer's last batch; compaction keeps that batch's header for the sequence number in it.</summary>
    public long LastBatch { get; private set; } = -1;

    /// <summary>Judges a batch: null to append it, else the answer to give.</summary>
    public AppendResult? Check(RecordBatchHeader batch)
    {
        if (batch.ProducerEpoch < _epoch)
        {
            return AppendResult.RefusedByLog(KafkaError.InvalidProducerEpoch,
                $"Producer {batch.ProducerId} has epoch {batch.ProducerEpoch}, and a later one has epoch {_epoch}.");
        }

        var last = LastSequence(batch);
        if (batch.ProducerEpoch > _epoch)
        {
            return _epoch < 0 || batch.BaseSequence == 0 ? null : OutOfOrder(batch, -1);
        }

        foreach (var earlier in _last)
        {
            if (earlier.FirstSequence == batch.BaseSequence && earlier.LastSequence == last)
            {
                // Kafka tells its greatest timestamp as the broker's, whoever it is of.
                return AppendResult.Appended(earlier.BaseOffset, earlier.MaxTimestamp);
            }
        }

        var expected = _last.Count == 0 ? 0 : Following(_last.Last().LastSequence);
        return batch.BaseSequence == expected ? null : OutOfOrder(batch, expected - 1);
    }

    /// <summary>Remembers a batch that was appended.</summary>
    public void Add(RecordBatchHeader batch)
    {
        BeginEpoch(batch.ProducerEpoch);
        if (_last.Count == Remembered)
        {
            _last.Dequeue();
        }

        _last.Enqueue(new Appended(batch.BaseSequence, LastSequence(batch), batch.BaseOffset, batch.MaxTimestamp));
        LastBatch = batch.BaseOffset;
        if (batch.IsTransactional)
        {
            OpenSince ??= batch.BaseOffset;
        }
    }

    /// <summary>Ends the open transaction by a marker of <paramref name="epoch"/>, and returns its first offset.</summary>
    public long? End(short epoch)
    {
        BeginEpoch(epoch);
        var since = OpenSince;
        OpenSince = null;
        return since;
    }

    private static int LastSequence(RecordBatchHeader batch) => (int)((batch.BaseSequence + (long)batch.LastOffsetDelta) & int.MaxValue);

    private static int Following(int sequence) => sequence == int.MaxValue ? 0 : sequence + 1;

    private static AppendResult OutOfOrder(RecordBatchHeader batch, int last) => AppendResult.RefusedByLog(KafkaError.OutOfOrderSequenceNumber,
        $"Producer {batch.ProducerId} sent sequence {batch.BaseSequence} after {last}.");

    private void BeginEpoch(short epoch)
    {
        if (epoch > _epoch)
        {
            _epoch = epoch;
            _last.Clear();
        }
    }
}
