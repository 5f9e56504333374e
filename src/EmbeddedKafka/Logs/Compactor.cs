using KafkaBackup.Kafka.Wire.Records;

namespace KafkaBackup.EmbeddedKafka.Logs;

/// <summary>Rewrites batches without the records that later ones replace.</summary>
/// <param name="producers">Tells aborted records, and which batches must stay for their sequence number.</param>
/// <param name="removeTombstones">Whether records with a null value go too.</param>
internal sealed class Compactor(ProducerIndex producers, bool removeTombstones) : IDisposable
{
    private readonly RecordBatchReader _reader = new();
    private readonly RecordBatchWriter _writer = new();

    /// <summary>What is left of <paramref name="batches"/>.</summary>
    public List<LogBatch> Compact(IReadOnlyList<LogBatch> batches)
    {
        var last = new Dictionary<string, long>(StringComparer.Ordinal);
        foreach (var batch in batches.Where(batch => !batch.Header.IsControl))
        {
            _reader.Open(batch.Bytes, verifyCrc: false);
            while (_reader.MoveNext())
            {
                if (!_reader.Key.IsNull && !IsAborted(batch))
                {
                    last[Convert.ToBase64String(_reader.Key.Bytes)] = _reader.Offset;
                }
            }
        }

        return batches.Select(batch => batch.Header.IsControl ? batch : Compact(batch, last)).OfType<LogBatch>().ToList();
    }

    /// <inheritdoc />
    public void Dispose()
    {
        _reader.Dispose();
        _writer.Dispose();
    }

    private LogBatch? Compact(LogBatch batch, Dictionary<string, long> last)
    {
        var header = batch.Header;
        _writer.Begin(new RecordBatchOptions
        {
            BaseOffset = header.BaseOffset,
            LeaderEpoch = header.LeaderEpoch,
            Codec = header.Codec,
            LogAppendTime = header.TimestampType == TimestampType.LogAppendTime ? header.MaxTimestamp : null,
            IsTransactional = header.IsTransactional,
            ProducerId = header.ProducerId,
            ProducerEpoch = header.ProducerEpoch,
            BaseSequence = header.BaseSequence,
        });
        _reader.Open(batch.Bytes, verifyCrc: false);
        while (_reader.MoveNext())
        {
            if (Stays(batch, last))
            {
                _writer.Append(_reader);
            }
        }

        if (_writer.RecordCount == header.RecordCount)
        {
            return batch;
        }

        if (_writer.RecordCount == 0 && !producers.IsLastOf(header.ProducerId, header.BaseOffset))
        {
            return null;
        }

        var bytes = _writer.Finish(header.LastOffset).ToArray();
        return new LogBatch(RecordBatchHeader.Parse(bytes), bytes);
    }

    private bool Stays(LogBatch batch, Dictionary<string, long> last) =>
        !_reader.Key.IsNull
        && !IsAborted(batch)
        && last[Convert.ToBase64String(_reader.Key.Bytes)] == _reader.Offset
        && !(removeTombstones && _reader.Value.IsNull);

    private bool IsAborted(LogBatch batch) => batch.Header.IsTransactional && producers.IsAborted(batch.Header.ProducerId, batch.Header.BaseOffset);
}
