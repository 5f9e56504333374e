using KafkaBackup.Kafka.Wire.Records;

namespace KafkaBackup.Kafka.Client;

/// <summary>Makes smaller batches of one that is ready to travel. Whoever takes them in order has it read once.</summary>
/// <param name="batch">The batch. It must stay as it is.</param>
/// <param name="codec">Compresses the parts.</param>
internal sealed class BatchDivider(ReadOnlyMemory<byte> batch, BatchCodec codec) : IDisposable
{
    private readonly RecordBatchReader _reader = new(Array.MaxLength);
    private readonly RecordBatchWriter _writer = new();
    private readonly RecordBatchOptions _options = new() { Codec = codec };
    private int _passed = int.MaxValue;

    /// <summary>A batch of some of its records.</summary>
    /// <param name="first">How many records are before them.</param>
    /// <param name="count">How many they are.</param>
    /// <returns>The batch, valid until the next one. Whose it is, is to be said (<see cref="RecordBatchPatch.SetProducer"/>).</returns>
    public Memory<byte> Take(int first, int count)
    {
        if (first < _passed)
        {
            _reader.Open(batch, verifyCrc: false);
            _passed = 0;
        }

        while (_passed < first)
        {
            Move();
        }

        _writer.Begin(_options);
        for (var number = 0; number < count; number++)
        {
            Move();
            _writer.Append(number, _reader);
        }

        return _writer.Finish();
    }

    /// <inheritdoc />
    public void Dispose()
    {
        _reader.Dispose();
        _writer.Dispose();
    }

    private void Move()
    {
        _passed++;
        if (!_reader.MoveNext())
        {
            throw new InvalidOperationException($"The batch ends before its record {_passed}.");
        }
    }
}
