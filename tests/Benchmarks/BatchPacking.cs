using System.Diagnostics;
using KafkaBackup.Kafka.Wire.Records;

namespace KafkaBackup.Benchmarks;

/// <summary>Compresses the records of batches once more, by the codec that they have and as the product does, and counts what that takes.</summary>
internal sealed class BatchPacking : IDisposable
{
    private readonly BatchDecompressor _decompressor = new(int.MaxValue);
    private readonly BatchCompressor _compressor = new();
    private readonly PooledBuffer _packed = new();

    /// <summary>Time of compressing alone.</summary>
    public TimeSpan Wall { get; private set; }

    /// <summary>Time of the processor, likewise.</summary>
    public TimeSpan Processor { get; private set; }

    /// <summary>Counts a batch.</summary>
    public void Add(RecordBatchHeader header, ArraySegment<byte> batch)
    {
        if (header.Codec == BatchCodec.None)
        {
            return;
        }

        var records = _decompressor.Decompress(batch[RecordBatchHeader.Size..], header);
        _packed.Clear();
        var (began, before) = (Stopwatch.GetTimestamp(), ResourceUse.Thread);
        _compressor.Compress(records, header.Codec, bareSnappy: false, _packed);
        Wall += Stopwatch.GetElapsedTime(began);
        Processor += (ResourceUse.Thread - before).Processor;
    }

    /// <inheritdoc />
    public void Dispose()
    {
        _decompressor.Dispose();
        _compressor.Dispose();
        _packed.Dispose();
    }
}
