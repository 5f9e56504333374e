using BenchmarkDotNet.Attributes;
using KafkaBackup.Kafka.Wire.Records;
using KafkaBackup.Shared;

namespace KafkaBackup.Benchmarks;

/// <summary>Reads every record of a batch and looks at all of its fields; a time is that of one record.</summary>
/// <remarks>Public and not sealed, because BenchmarkDotNet derives from it.</remarks>
public class RecordBatchBenchmarks
{
    private readonly RecordBatchReader _reader = new();
    private byte[] _plain = [];
    private byte[] _lz4 = [];
    private byte[] _zstd = [];
    private byte[] _copy = [];

    /// <summary>The bytes of a record's key and value together.</summary>
    [Params(100, 1024)]
    public int RecordBytes { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        _plain = TestBatches.Build(BatchCodec.None, RecordBytes);
        _lz4 = TestBatches.Build(BatchCodec.Lz4, RecordBytes);
        _zstd = TestBatches.Build(BatchCodec.Zstd, RecordBytes);
        _copy = new byte[_plain.Length];
    }

    [GlobalCleanup]
    public void Cleanup() => _reader.Dispose();

    [Benchmark(Baseline = true, OperationsPerInvoke = TestBatches.Records, Description = "copy and CRC-32C of the plain batch")]
    public uint CopyAndChecksum()
    {
        _plain.CopyTo(_copy, 0);
        return Crc32C.Compute(_copy);
    }

    [Benchmark(OperationsPerInvoke = TestBatches.Records, Description = "parse none, CRC checked")]
    public long Plain() => ReadAll(_plain, verifyCrc: true);

    [Benchmark(OperationsPerInvoke = TestBatches.Records, Description = "parse none, CRC not checked")]
    public long PlainUnchecked() => ReadAll(_plain, verifyCrc: false);

    [Benchmark(OperationsPerInvoke = TestBatches.Records, Description = "parse lz4, CRC checked")]
    public long Lz4() => ReadAll(_lz4, verifyCrc: true);

    [Benchmark(OperationsPerInvoke = TestBatches.Records, Description = "parse zstd, CRC checked")]
    public long Zstd() => ReadAll(_zstd, verifyCrc: true);

    private long ReadAll(byte[] batch, bool verifyCrc)
    {
        _reader.Open(batch, verifyCrc);
        var sum = 0L;
        while (_reader.MoveNext())
        {
            sum += _reader.Offset + _reader.Timestamp + _reader.Key.Bytes.Length + _reader.Value.Bytes.Length + _reader.HeaderCount;
        }

        return sum;
    }
}
