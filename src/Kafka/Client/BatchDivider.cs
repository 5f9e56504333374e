using KafkaBackup.Kafka.Wire.Records;

namespace KafkaBackup.Kafka.Client;

/// <summary>Makes smaller batches of one that is ready to travel.</summary>
/// <param name="batch">The batch. It must stay as it is.</param>
/// <param name="codec">Compresses the parts.</param>
internal sealed class BatchDivider(ReadOnlyMemory<byte> batch, BatchCodec codec) : IDisposable
{
    private readonly RecordBatchReader _reader = new(Array.MaxLength);
    private readonly RecordBatchWriter _writer = new();

    /// <summary>A batch of some of its records.</summary>
    /// <param name="first">How many records are before them.</param>
    /// <param name="count">How many they are.</param>
    /// <returns>The batch, valid until the next one. Whose it is, is to be said (<see cref="RecordBatchPatch.SetProducer"/>).</returns>
    public Memory<byte> Take(int first, int count)
    {
        _reader.Open(batch, verifyCrc: false);
        _writer.Begin(new RecordBatchOptions { Codec = codec });
        for (var number = 0; number < first + count; number++)
        {
            _reader.MoveNext();
            if (number >= first)
            {
                _writer.Append(number - first, _reader);
            }
        }

        return _writer.Finish();
    }

    /// <inheritdoc />
    public void Dispose()
    {
        _reader.Dispose();
        _writer.Dispose();
    }
}
