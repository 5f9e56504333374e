namespace KafkaBackup.Kafka.Wire.Records;

/// <summary>Where the records of a batch are compressed, for one batch after the other. Several writers may share one.</summary>
internal sealed class RecordBatchPacker : IDisposable
{
    private readonly PooledBuffer _packed = new();
    private readonly BatchCompressor _compressor = new();

    /// <summary>Compresses the records of a batch.</summary>
    /// <param name="plain">The batch, of which the first <paramref name="head"/> bytes are its header.</param>
    /// <param name="head">The length of the header, for which as much is left free.</param>
    /// <param name="options">Name the codec.</param>
    /// <returns>The batch, of which the header is still to be written; valid until the next.</returns>
    public PooledBuffer Pack(PooledBuffer plain, int head, RecordBatchOptions options)
    {
        _packed.Clear();
        _packed.Free(head);
        _packed.Advance(head);
        _compressor.Compress(plain.Written[head..], options.Codec, options.BareSnappy, _packed);
        return _packed;
    }

    /// <inheritdoc />
    public void Dispose()
    {
        _packed.Dispose();
        _compressor.Dispose();
    }
}
